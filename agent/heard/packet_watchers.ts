/**
 * Who watches packets as they come.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { AnsweredBatch } from "./answered_batch.ts";
import { PacketWatch, type PacketWatchOptions } from "./packet_watch.ts";

/** So many may watch at once. */
const MOST_WATCHES = 8;

/** All that watch the packets of an agent. */
export class PacketWatchers {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #watches = new Set<PacketWatch>();

  /** The signal ends all watches. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Whether anybody watches: nothing is made of packets where nobody does. */
  get any(): boolean {
    return this.#watches.size > 0;
  }

  /**
   * Begins to watch. The stream ends after the time that was asked for, or with the agent; cancel it to end it before.
   * Throws a `RangeError` where too many watch already.
   */
  open(options: Omit<PacketWatchOptions, "clock" | "onEnd">): ReadableStream<Uint8Array> {
    if (this.#watches.size >= MOST_WATCHES) {
      throw new RangeError(`Cannot watch packets: ${MOST_WATCHES} watch already`);
    }
    const watch: PacketWatch = new PacketWatch({
      ...options,
      clock: this.#clock,
      onEnd: () => this.#watches.delete(watch),
    });
    this.#watches.add(watch);
    watch.endAfter(options.query.seconds * 1_000, this.#signal);
    return watch.stream;
  }

  /** Shows a batch to all that watch. */
  show(batch: AnsweredBatch): void {
    for (const watch of this.#watches) watch.show(batch);
  }
}
