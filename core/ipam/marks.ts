import { formatIPv4, rangeContains, readMac } from "../net/mod.ts";
import { Mark } from "../api/names.ts";
import { CONFLICT_HOLD_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";

/** Takes out what is marked without a reason any more, and marks every address in conflict. */
export function dropMarks(planning: Planning, network: PoolNetwork): void {
  const { draft } = planning;
  for (const entry of draft.record.marked) {
    if (!isStanding(planning, entry, network)) draft.remove(entry);
  }
  for (const [address] of draft.conflicts.entries()) {
    const holder = draft.holder(address);
    if (holder === undefined) draft.mark(address, Mark.CONFLICT);
    else if (holder !== Mark.CONFLICT) draft.conflicts.delete(address);
  }
}

/**
 * Marks what the spec reserves and excludes. A mark never takes the place of a MAC address, and stands only inside the
 * range, since nothing outside it is given out unasked. So this comes when all that is freed is freed.
 */
export function addMarks({ draft, notes }: Planning, network: PoolNetwork): void {
  for (const address of new Set([...network.reserved, ...network.excluded])) {
    const holder = draft.holder(address);
    const mark = markOf(network, address);
    if (holder === undefined && rangeContains(network.range, address)) draft.mark(address, mark);
    else if (holder !== undefined && readMac(holder) >= 0) {
      notes.add(
        "ExcludeDeferred",
        `Address ${formatIPv4(address)} becomes ${mark} when ${holder} has given it back`,
      );
    }
  }
  for (const entry of draft.record.unreadable) {
    notes.add(
      "InvalidRecord",
      `Entry ${JSON.stringify(draft.record.keys[entry])}: ${
        JSON.stringify(draft.record.values[entry])
      } cannot be read`,
    );
  }
}

function isStanding(planning: Planning, entry: number, network: PoolNetwork): boolean {
  const { draft, input } = planning;
  const address = draft.record.addresses[entry] ?? NONE;
  const mark = draft.record.values[entry];
  if (mark === Mark.CONFLICT) {
    if (draft.conflicts.get(address) !== undefined) return true;
    if (input.pool.status?.ipv4?.conflicts?.[draft.record.keys[entry] ?? ""] !== undefined) {
      return false;
    }
    // An administrator's mark, or one whose end a program dropped that does not know of ends.
    draft.conflicts.set(address, { mac: NONE, until: input.now + CONFLICT_HOLD_MS });
    return true;
  }
  const reasons = mark === Mark.RESERVED ? network.reserved : network.excluded;
  return reasons.has(address) && rangeContains(network.range, address);
}

function markOf(network: PoolNetwork, address: number): Mark {
  return network.reserved.has(address) ? Mark.RESERVED : Mark.EXCLUDED;
}
