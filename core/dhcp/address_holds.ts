import type { FieldError } from "../api/field_error.ts";
import type { AddressHold } from "../api/types.ts";
import { readIPv4 } from "../net/mod.ts";

/**
 * The addresses of a network that are held because of a conflict, each until a time: `status.ipv4.conflicts` as
 * sorted numbers.
 */
export class AddressHolds {
  readonly #addresses: Float64Array;
  readonly #until: Float64Array;

  /** Reads `status.ipv4.conflicts`; an entry that cannot be read is reported and left out. */
  constructor(
    conflicts: Readonly<Record<string, AddressHold>>,
    report: (problem: FieldError) => void,
  ) {
    const holds: { address: number; until: number }[] = [];
    for (const [text, { until }] of Object.entries(conflicts)) {
      const hold = { address: readIPv4(text), until: Date.parse(until) };
      if (hold.address >= 0 && !Number.isNaN(hold.until)) holds.push(hold);
      else {
        report({
          path: `status.ipv4.conflicts[${text}]`,
          value: until,
          message: "must be an IPv4 address and an RFC 3339 time",
        });
      }
    }
    holds.sort((a, b) => a.address - b.address);
    this.#addresses = Float64Array.from(holds, ({ address }) => address);
    this.#until = Float64Array.from(holds, ({ until }) => until);
  }

  /** Whether an address is held at `now`, milliseconds since the epoch. */
  has(address: number, now: number): boolean {
    return this.#addresses.length > 0 && this.#search(address, now);
  }

  #search(address: number, now: number): boolean {
    let low = 0;
    let high = this.#addresses.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#addresses[middle] ?? 0;
      if (found === address) return (this.#until[middle] ?? 0) > now;
      if (found < address) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}
