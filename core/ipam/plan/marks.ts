import { formatIPv4, rangeContains, readMac } from "../../net/mod.ts";
import { Mark } from "../../api/names.ts";
import { liftOwnMarks } from "./in_use.ts";
import { CONFLICT_HOLD_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import { NONE, type RecordEntry } from "../../record/entries.ts";

/** Takes out what is marked without a reason any more, and marks every address in conflict. */
export function dropMarks(planning: Planning, network: PoolNetwork): void {
  const { next } = planning;
  liftOwnMarks(planning);
  for (const entry of next.marked) {
    // What was given back to a NIC is marked no more.
    const isThere = next.holder(entry.address) === entry.value;
    if (isThere && !isStanding(planning, entry, network)) next.remove(entry);
  }
  for (const [address] of next.conflicts.entries()) {
    const holder = next.holder(address);
    if (holder === undefined) next.mark(address, Mark.CONFLICT);
    else if (holder !== Mark.CONFLICT) next.conflicts.delete(address);
  }
}

/**
 * Marks what the spec reserves and excludes. A mark never takes the place of a MAC address, and stands only inside the
 * range, since nothing outside it is given out unasked. So this comes when all that is freed is freed.
 */
export function addMarks({ next }: Planning, network: PoolNetwork): void {
  for (const address of markable(network)) {
    if (next.holder(address) !== undefined || !rangeContains(network.range, address)) continue;
    next.mark(address, markOf(network, address));
  }
}

/** Tells of what could not be marked, since somebody has it, and of what cannot be read. */
export function noteMarks({ next, notes }: Planning, network: PoolNetwork): void {
  for (const address of markable(network)) {
    const holder = next.holder(address);
    if (holder === undefined || readMac(holder) < 0) continue;
    const mark = markOf(network, address);
    const message = `Address ${
      formatIPv4(address)
    } becomes ${mark} when ${holder} has given it back`;
    notes.add("ExcludeDeferred", message);
  }
  for (const { key, value } of next.unreadable) {
    const entry = `Entry ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    notes.add("InvalidRecord", `${entry} cannot be read`);
  }
}

/** What the spec reserves and excludes. */
function markable({ reserved, excluded }: PoolNetwork): ReadonlySet<number> {
  return new Set([...reserved, ...excluded]);
}

function isStanding(
  { next, input }: Planning,
  { key, address, mark }: RecordEntry,
  network: PoolNetwork,
): boolean {
  if (mark === Mark.CONFLICT) {
    if (next.conflicts.get(address) !== undefined) return true;
    if (input.pool.status?.ipv4?.conflicts?.[key] !== undefined) return false;
    // An administrator's mark, or one whose end a program dropped that does not know of ends.
    next.conflicts.set(address, { mac: NONE, until: input.now + CONFLICT_HOLD_MS });
    return true;
  }
  const reasons = mark === Mark.RESERVED ? network.reserved : network.excluded;
  return reasons.has(address) && rangeContains(network.range, address);
}

function markOf(network: PoolNetwork, address: number): Mark {
  return network.reserved.has(address) ? Mark.RESERVED : Mark.EXCLUDED;
}
