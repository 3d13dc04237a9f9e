/**
 * How many addresses of a pool were in use, back in time, by its history.
 *
 * @module
 */
import type { RecordChange } from "../../core/history/record_change.ts";

/** What a history says of the use of a pool. */
export interface Trend {
  /** Addresses in use at the ends of equal spans of a day, oldest first; the last is now. `undefined`: the history does not reach so far. */
  readonly points: readonly (number | undefined)[];
  /** What came and went within the time that is known. */
  readonly change: number;
  /** Milliseconds until nothing is left if it goes on so; absent where it does not grow, and where too little time is known. */
  readonly fullInMs?: number;
}

/** The time that is looked at: a day. */
const TREND_MS = 24 * 3_600_000;
const POINTS = 48;
/** The least time from which anything is foretold. */
const LEAST_MS = 3_600_000;

/**
 * Walks back from what is in use now. `undefined` where the history has nothing to tell.
 *
 * @param changes Oldest first.
 */
export function trendOf(
  changes: readonly RecordChange[],
  { used, available, now }: {
    readonly used: number;
    readonly available: number;
    readonly now: number;
  },
): Trend | undefined {
  const [oldest] = changes;
  if (oldest === undefined) return undefined;
  const begin = Math.max(Date.parse(oldest.at), now - TREND_MS);
  const points: (number | undefined)[] = [];
  let at = changes.length - 1;
  let count = used;
  let first = used;
  for (let point = POINTS; point >= 0; point--) {
    const end = now - (POINTS - point) * TREND_MS / POINTS;
    if (end < begin && point < POINTS) {
      points.unshift(undefined);
      continue;
    }
    for (; at >= 0; at--) {
      const change = changes[at];
      if (change === undefined || !(Date.parse(change.at) > end)) break;
      count -= effectOf(change);
    }
    first = Math.max(0, count);
    points.unshift(first);
  }
  // What came since the history began, also within the last of the spans.
  for (; at >= 0; at--) {
    const change = changes[at];
    if (change === undefined || !(Date.parse(change.at) > begin)) break;
    count -= effectOf(change);
    first = Math.max(0, count);
  }
  const change = used - first;
  const known = now - begin;
  return {
    points,
    change,
    ...(change > 0 && available > 0 && known >= LEAST_MS
      ? { fullInMs: available / change * known }
      : {}),
  };
}

/** What a change does to the number of addresses in use. */
function effectOf({ event, why }: RecordChange): number {
  switch (event) {
    case "given":
      return 1;
    case "moved":
      // The address that it had was taken off the record when it was declined.
      return why === "AddressDeclined" ? 1 : 0;
    case "adopted":
      return why === "MacAddressChanged" ? 0 : 1;
    case "released":
    case "declined":
      return -1;
    case "held":
    case "freed":
      return 0;
    default:
      return event satisfies never;
  }
}
