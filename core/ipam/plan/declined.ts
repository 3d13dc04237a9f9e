import { formatIPv4, formatMac } from "../../net/mod.ts";
import type { RecordEntry } from "../../record/entries.ts";
import { CONFLICT_HOLD_MS, PINNED_CONFLICT_HOLD_MS } from "./limits.ts";
import type { DeclinedConflict } from "./open_request.ts";
import type { Planning } from "./planning.ts";

/** An address, and the MAC address that has it or is about to get it. */
interface Lease {
  readonly mac: number;
  readonly address: number;
}

interface HowAsked {
  /** Whether the address was asked for by name. */
  readonly isPinned: boolean;
}

/** Takes an address that its guest declined from it, because it gets another one, and lets it rest. */
export function leaveDeclined(
  planning: Planning,
  entry: RecordEntry,
  conflict: DeclinedConflict,
): void {
  planning.next.remove(entry);
  rest(planning, entry, conflict);
}

/** Turns a recorded address into a conflict if its guest declined it because another machine has it (RFC 2131 section 4.3.3). */
export function declinesWhatItHas(planning: Planning, entry: RecordEntry, how: HowAsked): boolean {
  const conflict = conflictOf(planning, entry, how);
  if (conflict === undefined) return false;
  leaveDeclined(planning, entry, conflict);
  return true;
}

/**
 * Turns a free address into a conflict if the very guest that is about to get it declined it: it had the address when
 * it did so, but had given it back when the report came.
 */
export function declinesAgain(planning: Planning, lease: Lease, how: HowAsked): boolean {
  const conflict = conflictOf(planning, lease, how);
  if (conflict !== undefined) rest(planning, lease, conflict);
  return conflict !== undefined;
}

/** The conflict that a report makes; `undefined` where there is no report, or where it is over. */
export function conflictOf(
  { declined, input }: Planning,
  { mac, address }: Lease,
  { isPinned }: HowAsked,
): DeclinedConflict | undefined {
  const report = declined.get(mac)?.get(address);
  if (report === undefined) return undefined;
  const until = report.at + (isPinned ? PINNED_CONFLICT_HOLD_MS : CONFLICT_HOLD_MS);
  return until > input.now ? { ...report, until } : undefined;
}

function rest(
  { next, notes }: Planning,
  { mac, address }: Lease,
  { usedBy, until }: DeclinedConflict,
): void {
  if (next.released.get(address)?.mac === mac) next.endHold(address); // It is kept for nobody who declined it.
  next.conflict(address, { mac, usedBy, until });
  notes.add(
    "AddressDeclined",
    `MAC address ${formatMac(mac)} declined ${formatIPv4(address)}, which ${formatMac(usedBy)} has`,
  );
}
