/**
 * How much of its past a pool's history keeps.
 *
 * @module
 */
import type { RecordChange } from "../api/ippool_history.ts";

/** The most rows of a history. */
export const MAX_CHANGES = 2_000;
/** The most octets of JSON that its rows take: etcd takes an object of 1.5 MiB. */
export const MAX_BYTES = 512 * 1024;

/**
 * A history with new rows, in the order of their times, bounded: the oldest go first.
 *
 * @param written What the history has
 * @param added New rows, in the order of their times
 * @param known Whether it is known that none of the new rows is in the history already
 */
export function withChanges(
  written: readonly RecordChange[],
  added: readonly RecordChange[],
  { known }: { readonly known: boolean },
): readonly RecordChange[] {
  const fresh = known ? added : without(added, written);
  const all = [...written, ...fresh];
  const [first] = fresh;
  const last = written.at(-1);
  // Another controller may have written later rows meanwhile.
  if (first !== undefined && last !== undefined && first.at < last.at) all.sort(byTime);
  return bounded(all);
}

/** The newest rows that a history may have. */
function bounded(changes: readonly RecordChange[]): readonly RecordChange[] {
  let bytes = "[]".length;
  let start = changes.length;
  while (start > 0 && changes.length - start < MAX_CHANGES) {
    // Names, addresses and reasons are ASCII: a character is an octet.
    bytes += JSON.stringify(changes[start - 1]).length + ",".length;
    if (bytes > MAX_BYTES) break;
    start--;
  }
  return start === 0 ? changes : changes.slice(start);
}

function without(
  added: readonly RecordChange[],
  written: readonly RecordChange[],
): readonly RecordChange[] {
  const seen = new Set(written.map(identityOf));
  return added.filter((change) => !seen.has(identityOf(change)));
}

function identityOf({ at, event, address, macAddress, from }: RecordChange): string {
  return `${at} ${event} ${address} ${macAddress} ${from ?? ""}`;
}

function byTime(one: RecordChange, other: RecordChange): number {
  return one.at < other.at ? -1 : one.at > other.at ? 1 : 0;
}
