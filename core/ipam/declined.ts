import { formatIPv4, formatMac, readIPv4, readMac } from "../net/mod.ts";
import { fromTimestamp } from "../api/timestamp.ts";
import { CONFLICT_HOLD_MS, PINNED_CONFLICT_HOLD_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import { NONE } from "./record.ts";
import type { Station } from "./stations.ts";

/** MAC address -> the addresses it declined, and when (ms since the epoch). */
export type Declined = ReadonlyMap<
  number,
  readonly { readonly address: number; readonly at: number }[]
>;

/** Reads what the agents report; what cannot be read says nothing. */
export function declinedBy({ input }: Planning): Declined {
  const declined = new Map<number, { address: number; at: number }[]>();
  for (const report of input.declined ?? []) {
    const mac = readMac(report.macAddress);
    const address = readIPv4(report.address);
    const at = fromTimestamp(report.at);
    if (mac < 0 || address < 0 || at === undefined) continue;
    const known = declined.get(mac);
    if (known === undefined) declined.set(mac, [{ address, at }]);
    else known.push({ address, at });
  }
  return declined;
}

/**
 * Turns a station's address into a conflict if its guest declined it (RFC 2131 section 4.3.3). A report that is older
 * than the conflict would last is over, and one about an address that the station does not have says nothing.
 *
 * @returns Whether the station has lost its address
 */
export function settleDecline(
  planning: Planning,
  { station, declined, isPinned }: {
    readonly station: Station;
    readonly declined: Declined;
    readonly isPinned: boolean;
  },
): boolean {
  const { draft, input, notes } = planning;
  const address = draft.record.addresses[station.entry] ?? NONE;
  const reports = (declined.get(station.mac) ?? []).filter((report) => report.address === address);
  if (reports.length === 0) return false;
  const last = Math.min(input.now, Math.max(...reports.map(({ at }) => at)));
  const until = last + (isPinned ? PINNED_CONFLICT_HOLD_MS : CONFLICT_HOLD_MS);
  if (until <= input.now) return false;
  draft.conflict(station.entry, until);
  notes.add(
    "AddressDeclined",
    `MAC address ${formatMac(station.mac)} declined ${formatIPv4(address)}`,
  );
  return true;
}
