/**
 * When a pool will be full if it goes on to fill as it did.
 *
 * @module
 */

/** How full a pool was at a moment. */
export interface FillSample {
  /** Milliseconds, by any clock that does not go back. */
  readonly at: number;
  /** Addresses that somebody has. */
  readonly used: number;
  /** Addresses that can still be given. */
  readonly available: number;
}

/** What says anything about a rate: three looks over an hour. */
const FEWEST = 3;
const SHORTEST_MS = 3_600_000;

/**
 * Seconds until no address is left, by the straight line that fits the numbers of used addresses best (least squares); 0 where none is
 * left now. `undefined` where the pool does not fill, or was looked at for less than an hour.
 *
 * @param samples The oldest first.
 *
 * @example
 * ```ts
 * import { secondsUntilFull } from "./fill_forecast.ts";
 *
 * const HOUR = 3_600_000;
 * const samples = [0, 1, 2].map((hour) => ({
 *   at: hour * HOUR,
 *   used: 10 + 5 * hour,
 *   available: 90 - 5 * hour,
 * }));
 * if (secondsUntilFull(samples) !== 16 * 3_600) throw new Error("Expected 80 addresses in 16 hours");
 * ```
 */
export function secondsUntilFull(samples: readonly FillSample[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (last.available <= 0) return last.used > 0 ? 0 : undefined;
  if (samples.length < FEWEST || last.at - first.at < SHORTEST_MS) return undefined;
  const perMs = slope(samples);
  return perMs > 0 ? last.available / perMs / 1000 : undefined;
}

/** Used addresses per millisecond. */
function slope(samples: readonly FillSample[]): number {
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const at = mean(samples.map((sample) => sample.at));
  const used = mean(samples.map((sample) => sample.used));
  let [together, spread] = [0, 0];
  for (const sample of samples) {
    together += (sample.at - at) * (sample.used - used);
    spread += (sample.at - at) ** 2;
  }
  return together / spread;
}
