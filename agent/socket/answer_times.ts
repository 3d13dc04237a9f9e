/**
 * How long answers take.
 *
 * @module
 */
import { MESSAGE_TYPE_NAMES } from "../../core/dhcp/mod.ts";
import type { BucketCounts } from "../../runtime/metrics.ts";

/** Upper bounds of the ranges that are counted, seconds. */
export const ANSWER_SECONDS: readonly number[] = [
  0.0001,
  0.00025,
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.1,
  1,
];

const TYPES: readonly string[] = [...MESSAGE_TYPE_NAMES, "other"];
const OTHER = TYPES.length - 1;
const RANGES = ANSWER_SECONDS.length + 1;

/**
 * Counts by type of the request how long it took from when its batch was read until all its replies were handed to the kernel. One
 * for all pools of an agent: its thread is one, too.
 */
export class AnswerTimes {
  readonly #counts = new Float64Array(TYPES.length * RANGES);
  readonly #sums = new Float64Array(TYPES.length);

  /** Where one socket counts its batches, one after the other. */
  batch(): AnswerBatch {
    return new AnswerBatch(this.#counts, this.#sums);
  }

  /** What was counted for each type that was answered. */
  *entries(): Generator<{ readonly type: string } & BucketCounts> {
    for (const [index, type] of TYPES.entries()) {
      const counts = this.#counts.subarray(index * RANGES, (index + 1) * RANGES);
      if (counts.every((count) => count === 0)) continue;
      yield { type, counts, sum: this.#sums[index] ?? 0 };
    }
  }
}

/** The replies of one batch, or of several of which only the last is timed: one addition for each, the rest where one is timed. */
class AnswerBatch {
  readonly #replies = new Uint32Array(TYPES.length);
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;

  constructor(counts: Float64Array, sums: Float64Array) {
    this.#counts = counts;
    this.#sums = sums;
  }

  /** Counts one reply. */
  add(requestType: number): void {
    const type = requestType < OTHER ? requestType : OTHER;
    this.#replies[type] = (this.#replies[type] ?? 0) + 1;
  }

  /** A batch is answered, and took so long: so long those count, too, that were not timed since the last one. */
  end(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    let range = 0;
    while (seconds > (ANSWER_SECONDS[range] ?? Infinity)) range++;
    for (let type = 0; type < TYPES.length; type++) {
      const replies = this.#replies[type] ?? 0;
      if (replies === 0) continue;
      const at = type * RANGES + range;
      this.#counts[at] = (this.#counts[at] ?? 0) + replies;
      this.#sums[type] = (this.#sums[type] ?? 0) + replies * seconds;
      this.#replies[type] = 0;
    }
  }
}
