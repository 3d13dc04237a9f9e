import { formatIPv4, rangeContains } from "../net/mod.ts";
import { Mark } from "../api/names.ts";
import { CONFLICT_HOLD_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";

/**
 * Brings the marks in line with the spec and the conflicts. A mark never takes the place of a MAC address, and stands
 * only inside the range, since nothing outside it is given out unasked.
 */
export function settleMarks(planning: Planning, network: PoolNetwork): void {
  const { draft, notes } = planning;
  dropMarks(planning, network);
  for (const [address] of draft.conflicts.entries()) {
    const holder = draft.holder(address);
    if (holder === undefined) draft.mark(address, Mark.CONFLICT);
    else if (holder.text !== Mark.CONFLICT) draft.conflicts.delete(address);
  }
  for (const address of new Set([...network.reserved, ...network.excluded])) {
    const holder = draft.holder(address);
    const mark = markOf(network, address);
    if (holder === undefined && rangeContains(network.range, address)) draft.mark(address, mark);
    else if (holder !== undefined && holder.mac >= 0) {
      notes.add(
        "ExcludeDeferred",
        `Address ${formatIPv4(address)} becomes ${mark} when ${holder.text} has given it back`,
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

/** Takes out what is marked without a reason any more, and gives every conflict an end. */
function dropMarks({ draft, input }: Planning, network: PoolNetwork): void {
  const { record } = draft;
  for (const entry of record.marked) {
    const address = record.addresses[entry] ?? NONE;
    const mark = record.values[entry];
    if (mark === Mark.CONFLICT) {
      if (draft.conflicts.get(address) !== undefined) continue;
      // An administrator's mark, or one whose end a program dropped that does not know of ends.
      if (input.pool.status?.ipv4?.conflicts?.[record.keys[entry] ?? ""] === undefined) {
        draft.conflicts.set(address, { mac: NONE, until: input.now + CONFLICT_HOLD_MS });
        continue;
      }
    }
    const stands = rangeContains(network.range, address) &&
      (mark === Mark.RESERVED && network.reserved.has(address) ||
        mark === Mark.EXCLUDED && network.excluded.has(address));
    if (!stands) draft.remove(entry);
  }
}

function markOf(network: PoolNetwork, address: number): Mark {
  return network.reserved.has(address) ? Mark.RESERVED : Mark.EXCLUDED;
}
