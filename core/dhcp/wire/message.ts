/**
 * A DHCPv4 message as a plain object.
 *
 * @module
 */
import type { DhcpOption } from "../options/option.ts";
import type { OptionValues } from "../options/table.ts";

/**
 * A DHCPv4 message (RFC 2131 section 2, figure 1). Addresses are unsigned 32-bit numbers, 0 where there is none;
 * `parseIPv4` and `formatIPv4` of `core/net` translate.
 */
export interface DhcpMessage {
  /** 1 from clients, 2 from servers; see {@linkcode Op}. */
  readonly op: number;
  /** Hardware type; 1 is Ethernet. */
  readonly htype: number;
  /** Octets of `chaddr` that count, at most 16; 6 for Ethernet. */
  readonly hlen: number;
  /** Relays passed. */
  readonly hops: number;
  /** Transaction id, unsigned 32 bits. */
  readonly xid: number;
  /** Seconds since the client began. */
  readonly secs: number;
  /** Flags; 0x8000 asks for a broadcast. */
  readonly flags: number;
  /** The address that the client uses. */
  readonly ciaddr: number;
  /** The address that the client gets. */
  readonly yiaddr: number;
  /** The next server in bootstrap. */
  readonly siaddr: number;
  /** The relay's address. */
  readonly giaddr: number;
  /** Hardware address, 16 octets, zeros after `hlen`. */
  readonly chaddr: Uint8Array;
  /** Server host name, one character per octet; empty where the field holds options. */
  readonly sname: string;
  /** Boot file name, one character per octet; empty where the field holds options. */
  readonly file: string;
  /**
   * The options in the order in which they appear first, whichever field they are in; pieces of one option are joined.
   * Pad, end and overload (0, 255, 52) are not among them.
   */
  readonly options: readonly DhcpOption[];
}

/**
 * A message to be encoded. What is left out is 0 or empty, but for `htype` 1 and `hlen` 6; `chaddr` may be shorter than
 * 16 octets.
 */
export type DhcpMessageInit =
  & Partial<DhcpMessage>
  & Pick<DhcpMessage, "op" | "xid" | "chaddr" | "options">;

/**
 * The value of an option of a message, typed by its code.
 *
 * @example
 * ```ts
 * import { optionValue } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const message = { options: [{ code: 53, value: 3 }, { code: 55, value: [1, 3] }] as const };
 * deepStrictEqual(optionValue(message, 55), [1, 3]);
 * strictEqual(optionValue(message, 54), undefined);
 * ```
 *
 * @param message The message
 * @param code The option's code, one of those with a known format
 * @returns Its value, or `undefined` if the message does not have it
 */
export function optionValue<Code extends keyof OptionValues>(
  message: Pick<DhcpMessage, "options">,
  code: Code,
): OptionValues[Code] | undefined {
  const option = message.options.find((candidate) => candidate.code === code);
  return option?.value as OptionValues[Code] | undefined;
}
