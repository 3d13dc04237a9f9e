/**
 * Time as a service that is handed in, so that the whole system can run under simulated time.
 *
 * @module
 */
import { abortable } from "./abort.ts";

/** Source of time and of waits. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never goes back. Measure durations with it. */
  monotonic(): number;
  /**
   * Wait. Resolves after `ms` milliseconds; rejects with the signal's reason as soon as the signal aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Has something happen after `ms` milliseconds, unless what is answered is called before. Unset: {@linkcode sleep} does it. */
  after?(ms: number, work: () => void): () => void;
  /** Has something happen when timers, requests and whatever else waits for this process had their turn. Unset: nothing waits. */
  nextTurn?(work: () => void): void;
}

/** Source of randomness: a number in [0, 1), like `Math.random`. */
export type Random = () => number;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    let left = ms;
    for (; left > MAX_TIMER_MS; left -= MAX_TIMER_MS) await sleepOnce(MAX_TIMER_MS, signal);
    await sleepOnce(left, signal);
  },
  after(ms, work) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (left: number) => {
      const part = Math.min(left, MAX_TIMER_MS);
      timer = setTimeout(() => left > part ? wait(left - part) : work(), part);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
  // Deno looks for what came from outside only when it has nothing to do for a moment: not between two immediates.
  nextTurn: (work) => void setTimeout(work, 0),
};

/** A timer of more fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

async function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await abortable(promise, signal);
  } finally {
    clearTimeout(timer);
  }
}
