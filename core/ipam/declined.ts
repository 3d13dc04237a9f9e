import { formatIPv4, formatMac } from "../net/mod.ts";
import { CONFLICT_HOLD_MS, PINNED_CONFLICT_HOLD_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import { NONE } from "./record.ts";
import type { Station } from "./station.ts";

/** An address and who has it, or is about to get it. */
export interface Seat {
  readonly mac: number;
  readonly address: number;
  /** Whether the address was asked for by name. */
  readonly isPinned: boolean;
}

/** Turns the address of a station into a conflict if its guest declined it (RFC 2131 section 4.3.3). */
export function settleDecline(
  planning: Planning,
  { station, isPinned }: { readonly station: Station; readonly isPinned: boolean },
): boolean {
  const { draft } = planning;
  const address = draft.record.addresses[station.entry] ?? NONE;
  const until = conflictEnd(planning, { mac: station.mac, address, isPinned });
  if (until === undefined) return false;
  draft.remove(station.entry);
  rest(planning, { mac: station.mac, address }, until);
  return true;
}

/**
 * Turns a free address into a conflict if the very guest that is about to get it declined it: it had the address when
 * it did so, but had given it back when the report came.
 */
export function declinesAgain(planning: Planning, seat: Seat): boolean {
  const until = conflictEnd(planning, seat);
  if (until !== undefined) rest(planning, seat, until);
  return until !== undefined;
}

/** When the conflict that a report makes ends; `undefined` where there is no report, or where it is over. */
function conflictEnd(
  { declined, input }: Planning,
  { mac, address, isPinned }: Seat,
): number | undefined {
  const at = declined.get(mac)?.get(address);
  if (at === undefined) return undefined;
  const until = at + (isPinned ? PINNED_CONFLICT_HOLD_MS : CONFLICT_HOLD_MS);
  return until > input.now ? until : undefined;
}

function rest(
  { draft, notes }: Planning,
  { mac, address }: Pick<Seat, "mac" | "address">,
  until: number,
): void {
  draft.conflict(address, { mac, until });
  notes.add("AddressDeclined", `MAC address ${formatMac(mac)} declined ${formatIPv4(address)}`);
}
