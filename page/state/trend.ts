/**
 * How many addresses of a pool were in use, back in time, by its history.
 *
 * @module
 */
import type { RecordChange } from "../../core/history/record_change.ts";

/** What a history says of the use of a pool. */
export interface Trend {
  /** Addresses in use at the ends of equal spans of time, oldest first; the last is now. */
  readonly points: readonly number[];
  /** What came and went within the time. */
  readonly change: number;
  /** Milliseconds until nothing is left if it goes on so; absent where it does not grow. */
  readonly fullInMs?: number;
}

/** What each event does to the number of addresses in use. */
const EFFECT: Readonly<Record<RecordChange["event"], number>> = {
  given: 1,
  moved: 0,
  released: -1,
  declined: -1,
  // It was in the record before.
  adopted: 0,
  held: 0,
  freed: 0,
};

/** The time that is looked at: a day. */
const TREND_MS = 24 * 3_600_000;
const POINTS = 48;

/**
 * Walks back from what is in use now. `undefined` where the history does not reach back to the beginning, and where it has nothing
 * to tell.
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
  const points: number[] = new Array(POINTS + 1);
  const step = TREND_MS / POINTS;
  let at = changes.length - 1;
  let count = used;
  for (let point = POINTS; point >= 0; point--) {
    const end = now - (POINTS - point) * step;
    for (; at >= 0; at--) {
      const change = changes[at];
      if (change === undefined || !(Date.parse(change.at) > end)) break;
      count -= EFFECT[change.event];
    }
    points[point] = Math.max(0, count);
  }
  const change = used - (points[0] ?? used);
  if (points.every((point) => point === used)) return { points, change: 0 };
  return {
    points,
    change,
    ...(change > 0 && available > 0 ? { fullInMs: available / change * TREND_MS } : {}),
  };
}
