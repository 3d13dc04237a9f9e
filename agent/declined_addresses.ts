/**
 * Addresses that guests declined, for the report.
 *
 * @module
 */
import type { DeclinedAddress } from "../core/api/agent_report.ts";
import { toTimestamp } from "../core/api/timestamp.ts";
import { formatIPv4, formatMac } from "../core/net/mod.ts";

/** How long an address is reported, as long as the controller keeps it back. */
const KEPT_MS = 3_600_000;
/** More are not kept: the report has to fit into an annotation. */
const MOST = 256;

/** Remembers who declined what, for an hour. */
export class DeclinedAddresses {
  /** By address; oldest first. */
  readonly #declined = new Map<number, { readonly mac: number; readonly at: number }>();

  /** Notes a DHCPDECLINE at `now`, milliseconds since the epoch. */
  add(declined: { readonly address: number; readonly mac: number }, now: number): void {
    this.#declined.delete(declined.address);
    this.#declined.set(declined.address, { mac: declined.mac, at: now });
    for (const address of this.#declined.keys()) {
      if (this.#declined.size <= MOST) break;
      this.#declined.delete(address);
    }
  }

  /** What was declined within the hour before `now`, oldest first. */
  list(now: number): DeclinedAddress[] {
    return [...this.#declined].filter(([, { at }]) => now - at < KEPT_MS).map((
      [address, { mac, at }],
    ) => ({
      address: formatIPv4(address),
      macAddress: formatMac(mac),
      at: toTimestamp(at),
    }));
  }
}
