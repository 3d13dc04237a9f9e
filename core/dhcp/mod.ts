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
export { MESSAGE_TYPE_NAMES, MessageType } from "./options/exchange/message_type.ts";
export { optionName } from "./options/names.ts";
export {
  decodeOption,
  type DhcpOption,
  encodeOption,
  type KnownOption,
  type UnknownOption,
} from "./options/option.ts";
export type { SubOption } from "./options/exchange/relay_agent_information.ts";
export type { PoolSource } from "./options/pool_source.ts";
export { DHCP_OPTIONS, type OptionValues } from "./options/table.ts";
export * from "./server/datagram.ts";
export * from "./server/decide.ts";
export * from "./server/destination.ts";
export * from "./server/lease_table.ts";
export type { RelayPlaces } from "./server/relay_places.ts";
export type { BootFields } from "./server/boot/boot_fields.ts";
export type { ClientTable, ServedClient } from "./server/client_table.ts";
export type { OptionRun } from "./server/option_run.ts";
export type { OptionSet } from "./server/option_set.ts";
export type { MemoryShare, ReplyMemory } from "./server/reply_memory.ts";
export type { ReplyKind, ReplyOptions } from "./server/reply_options.ts";
export * from "./server/request_options.ts";
export * from "./server/request_view.ts";
export * from "./server/responder.ts";
export {
  type CompiledPool,
  type CompileOptions,
  compilePool,
  type ServedNetwork,
} from "./server/served_network.ts";
export * from "./server/verdict.ts";
export * from "./wire/constants.ts";
export * from "./wire/decode.ts";
export * from "./wire/dissect.ts";
export * from "./wire/encode.ts";
export * from "./wire/errors.ts";
export * from "./wire/message.ts";
export * from "./wire/reader.ts";
export * from "./wire/writer.ts";
