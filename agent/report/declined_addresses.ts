/**
 * Addresses that guests declined because another machine has them, for the report.
 *
 * @module
 */
import type { DeclinedAddress } from "../../core/api/agent/agent_report.ts";
import { toTimestamp } from "../../core/api/timestamp.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";

/** How long an address is reported, as long as the controller keeps it back. */
const KEPT_MS = 3_600_000;
/** More are not kept: the report has to fit into an annotation. */
const MAX_ADDRESSES = 256;

/** A declined address, and the MAC addresses of who declined it and who has it. */
interface Conflict {
  readonly address: number;
  readonly mac: number;
  readonly usedBy: number;
}

/** Remembers who declined what rightly, and who has it, for an hour. */
export class DeclinedAddresses {
  /** By address; oldest first. */
  readonly #declined = new Map<number, Omit<Conflict, "address"> & { readonly at: number }>();

  /** Notes a DHCPDECLINE that was found true at `now`, milliseconds since the epoch. */
  add({ address, mac, usedBy }: Conflict, now: number): void {
    this.#declined.delete(address);
    this.#declined.set(address, { mac, usedBy, at: now });
    for (const address of this.#declined.keys()) {
      if (this.#declined.size <= MAX_ADDRESSES) break;
      this.#declined.delete(address);
    }
  }

  /** What was declined within the hour before `now`, oldest first. */
  list(now: number): DeclinedAddress[] {
    return [...this.#declined].filter(([, { at }]) => now - at < KEPT_MS).map((
      [address, { mac, usedBy, at }],
    ) => ({
      address: formatIPv4(address),
      macAddress: formatMac(mac),
      usedBy: formatMac(usedBy),
      at: toTimestamp(at),
    }));
  }
}
