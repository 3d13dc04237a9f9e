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

/** Rows of another controller may be so much later than those that waited until now; what is later still is of a clock that was wrong. */
const LATER_MS = 3_600_000;

/**
 * A history with new rows, in the order of their times, bounded: the oldest go first.
 *
 * @param written What the history has, perhaps edited by hand: what is no row goes
 * @param added New rows, in the order of their times
 * @param known Whether it is known that none of the new rows is in the history already
 */
export function withChanges(
  written: readonly RecordChange[],
  added: readonly RecordChange[],
  { known }: { readonly known: boolean },
): readonly RecordChange[] {
  const rows = Array.isArray(written) ? written.filter(isRow) : [];
  const fresh = known ? added : without(added, rows);
  const [first] = fresh;
  let end = rows.length;
  // Another controller may have written later rows meanwhile.
  while (first !== undefined && end > 0 && isLater(rows[end - 1]?.at ?? "", first.at)) end--;
  const last = [...rows.slice(end), ...fresh];
  return bounded([...rows.slice(0, end), ...end < rows.length ? last.sort(byTime) : last]);
}

function isRow(value: unknown): value is RecordChange {
  return typeof value === "object" && value !== null &&
    typeof (value as Partial<RecordChange>).at === "string";
}

function isLater(at: string, than: string): boolean {
  return at > than && Date.parse(at) - Date.parse(than) <= LATER_MS;
}

/** The newest rows that a history may have. */
function bounded(changes: readonly RecordChange[]): readonly RecordChange[] {
  let bytes = "[]".length;
  let start = changes.length;
  while (start > 0 && changes.length - start < MAX_CHANGES) {
    bytes += octetsOf(JSON.stringify(changes[start - 1])) + ",".length;
    if (bytes > MAX_BYTES) break;
    start--;
  }
  return start === 0 ? changes : changes.slice(start);
}

/** The length of a JSON text in UTF-8; it has no lone surrogates. */
function octetsOf(json: string): number {
  if (/^[\0-\x7f]*$/.test(json)) return json.length;
  let octets = 0;
  for (let index = 0; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    const isSurrogate = unit >= 0xd800 && unit < 0xe000;
    octets += unit < 0x80 ? 1 : unit < 0x800 || isSurrogate ? 2 : 3;
  }
  return octets;
}

function without(
  added: readonly RecordChange[],
  written: readonly RecordChange[],
): readonly RecordChange[] {
  const seen = new Set(written.map(identityOf));
  return added.filter((change) => !seen.has(identityOf(change)));
}

function identityOf({ at, event, address, macAddress, from, why }: RecordChange): string {
  return `${at} ${event} ${address} ${macAddress} ${from ?? ""} ${why}`;
}

function byTime(one: RecordChange, other: RecordChange): number {
  return one.at < other.at ? -1 : one.at > other.at ? 1 : 0;
}
