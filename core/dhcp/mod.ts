/**
 * DHCPv4 without I/O: the wire format, the server's decision, where a reply goes, and the packet path that puts them
 * together without allocating.
 *
 * - {@linkcode decode} and {@linkcode encode} translate whole messages; use them wherever speed does not matter.
 * - {@linkcode compilePool} makes an IPPool into what is served, {@linkcode Responder} serves it: a
 *   {@linkcode Datagram} in, a {@linkcode Reply} out.
 * - {@linkcode decide} and {@linkcode destination} are the two pure ladders inside the responder.
 *
 * @example A whole exchange
 * ```ts
 * import { compilePool, Datagram, decode, encode, optionValue, Reply, Responder } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { formatIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const { network } = compilePool({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { namespace: "default", name: "net-48" },
 *   spec: {
 *     networkName: "default/net-48",
 *     ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", dns: ["1.1.1.1"] },
 *   },
 *   status: { ipv4: { allocated: { "192.168.48.81": "52:54:00:11:22:01" }, used: 1, available: 9 } },
 * });
 * const responder = new Responder();
 * const reply = new Reply(new Uint8Array(1472));
 *
 * function ask(options: Parameters<typeof encode>[0]["options"]) {
 *   const chaddr = new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1]);
 *   responder.respond(network, new Datagram(encode({ op: 1, xid: 1, chaddr, options })), reply);
 *   return decode(reply.bytes.subarray(0, reply.length));
 * }
 *
 * const offer = ask([{ code: 53, value: 1 }, { code: 55, value: [1, 3, 6] }]);
 * const ack = ask([
 *   { code: 53, value: 3 },
 *   { code: 50, value: offer.yiaddr },
 *   { code: 54, value: optionValue(offer, 54) ?? 0 },
 * ]);
 * strictEqual(optionValue(ack, 53), 5);
 * strictEqual(formatIPv4(ack.yiaddr), "192.168.48.81");
 * ```
 *
 * @module
 */
export * from "./constants.ts";
export * from "./datagram.ts";
export * from "./decide.ts";
export * from "./decode.ts";
export * from "./destination.ts";
export * from "./encode.ts";
export * from "./errors.ts";
export * from "./lease_table.ts";
export * from "./message.ts";
export {
  decodeOption,
  type DhcpOption,
  encodeOption,
  type KnownOption,
  type UnknownOption,
} from "./options/option.ts";
export type { OptionValues } from "./options/table.ts";
export type { SubOption } from "./options/relay_information.ts";
export * from "./reader.ts";
export type { OptionRun, ReplyOptions, ReplyRuns } from "./reply_options.ts";
export * from "./parse_result.ts";
export type { OptionBytes } from "./request_options.ts";
export * from "./request_view.ts";
export * from "./responder.ts";
export {
  type CompiledPool,
  type CompileOptions,
  compilePool,
  type ServedNetwork,
} from "./served_network.ts";
export * from "./verdict.ts";
export * from "./writer.ts";
