/**
 * How long to wait before trying again.
 *
 * @module
 */
import type { Random } from "./clock.ts";

/** Shape of a back-off. */
interface BackoffOptions {
  /** Wait after the first failure, milliseconds. */
  readonly base: number;
  /** Longest wait, milliseconds. */
  readonly max: number;
  readonly random: Random;
}

/**
 * A function from the number of failures in a row (from 1) to milliseconds to wait: `base` doubled with each failure
 * up to `max`, of which a random part between a half and the whole, so that many who failed together do not come back
 * together.
 *
 * Throws `RangeError` unless `0 < base <= max`.
 */
export function backoff(options: BackoffOptions): (failures: number) => number {
  const { base, max, random } = options;
  if (!(base > 0) || !(max >= base)) {
    throw new RangeError(`Cannot back off between ${base} and ${max} ms`);
  }
  return (failures) => Math.min(max, base * 2 ** Math.max(0, failures - 1)) * (0.5 + random() / 2);
}
