import { AddressError } from "./address_error.ts";
import { formatIPv4, readIPv4, reasonNotIPv4 } from "./ipv4.ts";

const WANTED = "IPv4 CIDR";

/** An IPv4 subnet. All addresses are unsigned 32-bit numbers. */
export interface Cidr {
  /** The address as it was written, host bits included. */
  readonly address: number;
  /** Number of network bits, 0 to 32. */
  readonly prefix: number;
  /** The subnet mask. */
  readonly mask: number;
  /** The lowest address of the subnet; with /31 and /32 it is a usable one (RFC 3021). */
  readonly network: number;
  /** The highest address of the subnet; with /31 and /32 it is a usable one (RFC 3021). */
  readonly broadcast: number;
  /** The lowest address that a host may have. */
  readonly firstUsable: number;
  /** The highest address that a host may have. */
  readonly lastUsable: number;
}

/**
 * Parses `address/prefix`, for example `192.168.48.0/24`. Host bits may be set.
 *
 * A /31 has two usable addresses and a /32 has one, neither has a network or broadcast address (RFC 3021).
 *
 * @example
 * ```ts
 * import { formatIPv4, parseCidr } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual, throws } from "node:assert/strict";
 *
 * const cidr = parseCidr("192.168.48.0/24");
 * strictEqual(formatIPv4(cidr.mask), "255.255.255.0");
 * strictEqual(formatIPv4(cidr.firstUsable), "192.168.48.1");
 * strictEqual(formatIPv4(cidr.broadcast), "192.168.48.255");
 * throws(() => parseCidr("192.168.48.0"), /prefix length/);
 * ```
 *
 * @param text The subnet
 * @returns Its numbers
 * @throws {AddressError} If the address is not an IPv4 address in four-part decimal form or the prefix not 0 to 32
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = readIPv4(addressText);
  if (address < 0) {
    throw new AddressError(text, { wanted: WANTED, why: reasonNotIPv4(addressText) });
  }
  const prefixText = slash < 0 ? "" : text.slice(slash + 1);
  if (!/^(\d|[12]\d|3[0-2])$/.test(prefixText)) {
    throw new AddressError(text, { wanted: WANTED, why: "a prefix length from 0 to 32 wanted" });
  }
  return makeCidr(address, Number(prefixText));
}

/**
 * The subnet of an address and a prefix length.
 *
 * @example
 * ```ts
 * import { formatCidr, makeCidr, parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatCidr(makeCidr(parseIPv4("10.1.2.3"), 8)), "10.0.0.0/8");
 * ```
 *
 * @param address An unsigned 32-bit number
 * @param prefix 0 to 32
 * @returns Its numbers
 * @throws {AddressError} If the prefix is not a whole number from 0 to 32
 */
export function makeCidr(address: number, prefix: number): Cidr {
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 32) {
    throw new AddressError(String(prefix), {
      wanted: WANTED,
      why: "a prefix length from 0 to 32 wanted",
    });
  }
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  const network = (address & mask) >>> 0;
  const broadcast = (network | ~mask) >>> 0;
  const edge = prefix < 31 ? 1 : 0;
  return {
    address: address >>> 0,
    prefix,
    mask,
    network,
    broadcast,
    firstUsable: network + edge,
    lastUsable: broadcast - edge,
  };
}

/**
 * Writes a subnet as `network/prefix`, host bits cleared.
 *
 * @example
 * ```ts
 * import { formatCidr, parseCidr } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatCidr(parseCidr("192.168.48.77/24")), "192.168.48.0/24");
 * ```
 *
 * @param cidr The subnet
 * @returns Its text
 */
export function formatCidr(cidr: Cidr): string {
  return `${formatIPv4(cidr.network)}/${cidr.prefix}`;
}

/**
 * Tells whether an address lies in a subnet, its network and broadcast addresses included.
 *
 * @example
 * ```ts
 * import { cidrContains, parseCidr, parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(cidrContains(parseCidr("10.0.0.0/8"), parseIPv4("10.255.255.255")), true);
 * strictEqual(cidrContains(parseCidr("10.0.0.0/8"), parseIPv4("11.0.0.0")), false);
 * ```
 *
 * @param cidr The subnet
 * @param address An unsigned 32-bit number
 * @returns Whether it does
 */
export function cidrContains(cidr: Cidr, address: number): boolean {
  return address >= cidr.network && address <= cidr.broadcast;
}

/**
 * Tells whether a host of the subnet may have the address: inside, and neither network nor broadcast address.
 *
 * @example
 * ```ts
 * import { isUsable, parseCidr, parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(isUsable(parseCidr("10.0.0.0/30"), parseIPv4("10.0.0.3")), false);
 * strictEqual(isUsable(parseCidr("10.0.0.2/31"), parseIPv4("10.0.0.3")), true);
 * ```
 *
 * @param cidr The subnet
 * @param address An unsigned 32-bit number
 * @returns Whether it may
 */
export function isUsable(cidr: Cidr, address: number): boolean {
  return address >= cidr.firstUsable && address <= cidr.lastUsable;
}

/**
 * Tells whether two subnets have an address in common.
 *
 * @example
 * ```ts
 * import { cidrsOverlap, parseCidr } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(cidrsOverlap(parseCidr("10.0.0.0/8"), parseCidr("10.53.0.0/16")), true);
 * strictEqual(cidrsOverlap(parseCidr("10.0.0.0/24"), parseCidr("10.0.1.0/24")), false);
 * ```
 *
 * @param a One subnet
 * @param b The other
 * @returns Whether they do
 */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.network <= b.broadcast && b.network <= a.broadcast;
}
