import { AddressError } from "./address_error.ts";
import { formatIPv4, parseIPv4 } from "./ipv4.ts";

/** Consecutive IPv4 addresses, both ends included, as unsigned 32-bit numbers; `start` is at most `end`. */
export interface AddressRange {
  /** The first address. */
  readonly start: number;
  /** The last address. */
  readonly end: number;
}

/**
 * Parses the two ends of a range.
 *
 * @example
 * ```ts
 * import { parseRange, rangeSize } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual, throws } from "node:assert/strict";
 *
 * strictEqual(rangeSize(parseRange("192.168.48.81", "192.168.48.90")), 10);
 * throws(() => parseRange("10.0.0.2", "10.0.0.1"), /end lies before its start/);
 * ```
 *
 * @param start The first address, in four-part decimal form
 * @param end The last address, in four-part decimal form
 * @returns The range
 * @throws {AddressError} If an end is not an IPv4 address, or the end lies before the start
 */
export function parseRange(start: string, end: string): AddressRange {
  const range = { start: parseIPv4(start), end: parseIPv4(end) };
  if (range.start > range.end) {
    throw new AddressError(`${start}-${end}`, {
      wanted: "IPv4 range",
      why: "its end lies before its start",
    });
  }
  return range;
}

/**
 * Writes a range as `start-end`.
 *
 * @example
 * ```ts
 * import { formatRange, parseRange } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatRange(parseRange("10.0.0.1", "10.0.0.9")), "10.0.0.1-10.0.0.9");
 * ```
 *
 * @param range The range
 * @returns Its text
 */
export function formatRange(range: AddressRange): string {
  return `${formatIPv4(range.start)}-${formatIPv4(range.end)}`;
}

/**
 * Number of addresses in a range.
 *
 * @example
 * ```ts
 * import { parseRange, rangeSize } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(rangeSize(parseRange("10.0.0.1", "10.0.0.1")), 1);
 * ```
 *
 * @param range The range
 * @returns 1 to 2^32
 */
export function rangeSize(range: AddressRange): number {
  return range.end - range.start + 1;
}

/**
 * Tells whether an address lies in a range.
 *
 * @example
 * ```ts
 * import { parseIPv4, parseRange, rangeContains } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(rangeContains(parseRange("10.0.0.1", "10.0.0.9"), parseIPv4("10.0.0.9")), true);
 * ```
 *
 * @param range The range
 * @param address An unsigned 32-bit number
 * @returns Whether it does
 */
export function rangeContains(range: AddressRange, address: number): boolean {
  return address >= range.start && address <= range.end;
}
