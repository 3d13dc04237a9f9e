/**
 * Simulated time for tests.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { abortable } from "../abort.ts";
import type { Clock } from "../clock.ts";

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
  readonly signal: AbortSignal | undefined;
}

/** A {@linkcode Clock} that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  /** In order of their beginning. */
  readonly #sleepers = new Set<Sleeper>();

  /** Starts at this wall clock, milliseconds since 1970; by default at the beginning of 2026. */
  constructor(startAt: number = Date.UTC(2026, 0, 1)) {
    this.#wall = startAt;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Number of sleeps that wait. */
  get sleeping(): number {
    return [...this.#sleepers].filter(({ signal }) => signal?.aborted !== true).length;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { due: this.#monotonic + Math.max(0, ms), wake: resolve, signal };
    this.#sleepers.add(sleeper);
    try {
      await abortable(promise, signal);
    } finally {
      this.#sleepers.delete(sleeper);
    }
  }

  /**
   * Lets `ms` milliseconds pass. Sleepers wake one by one, in the order of their times, each at its time, and whatever
   * each starts runs as far as it can without waiting for the outside world before the next one wakes.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pass(next.due - this.#monotonic);
      this.#sleepers.delete(next);
      next.wake();
      await this.settle();
    }
    this.#pass(end - this.#monotonic);
    await this.settle();
  }

  /** Lets everything run that does not wait for time or for the outside world. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass, by steps of `stepMs`, until `condition` holds. Throws after `limitMs`. */
  async advanceUntil(
    condition: () => boolean,
    options: { readonly stepMs?: number; readonly limitMs?: number } = {},
  ): Promise<void> {
    const { stepMs = 100, limitMs = 3_600_000 } = options;
    const end = this.#monotonic + limitMs;
    await this.settle();
    while (!condition()) {
      if (this.#monotonic >= end) {
        throw new Error(`Cannot reach the awaited condition: ${limitMs} ms`);
      }
      await this.advance(stepMs);
    }
  }

  /** Moves the wall clock alone, as an administrator or NTP does. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #pass(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }

  #next(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.due <= end && (first === undefined || sleeper.due < first.due)) first = sleeper;
    }
    return first;
  }
}
