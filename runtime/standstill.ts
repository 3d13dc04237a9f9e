/**
 * Whether this process, or its machine, stood still: what happened meanwhile it did not hear as it happened.
 *
 * @module
 */
import { LinkedAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** How often a process looks. */
const LOOK_MS = 5_000;
/** Who was away for so long from one look to the next stood still. */
const STANDSTILL_MS = 10_000;
/** For so long what it knows may be old: what was told it meanwhile it is just reading. */
const BACK_MS = 1_000;

/** Counts standstills while somebody wants to know of them. */
class Standstills {
  readonly #clock: Clock;
  #count = 0;
  /** When the last one ended, on the wall clock. */
  #backAt = -Infinity;
  #lookedAt = { monotonic: 0, wall: 0 };
  #followers = 0;
  #looking = new LinkedAbort();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many there were so far, for those who {@linkcode follow}. */
  get count(): number {
    this.#look();
    return this.#count;
  }

  /**
   * Whether one ended within the last second, at `now` (milliseconds since the epoch): what comes may have waited meanwhile, and what
   * this process knows may be as old. Costs no look at a clock, for those who {@linkcode follow}.
   */
  isJustBack(now: number): boolean {
    if (this.#followers > 0 && now - this.#lookedAt.wall > STANDSTILL_MS) this.#look();
    const isJustBack = Math.abs(now - this.#backAt) < BACK_MS;
    if (!isJustBack) this.#backAt = -Infinity; // The clock may be set back to then.
    return isJustBack;
  }

  /** Looks from now on, until it is disposed. */
  follow(): Disposable {
    if (this.#followers++ === 0) void this.#keepLooking();
    return {
      [Symbol.dispose]: () => {
        if (--this.#followers === 0) this.#looking.abort();
      },
    };
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#looking = new LinkedAbort();
    this.#lookedAt = this.#now();
    while (!signal.aborted) {
      await this.#clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (!signal.aborted) this.#look();
    }
  }

  #look(): void {
    const before = this.#lookedAt;
    const { monotonic, wall } = this.#lookedAt = this.#now();
    // Where a whole machine sleeps, its monotonic clock does, too.
    const passedMs = Math.max(monotonic - before.monotonic, wall - before.wall);
    if (passedMs <= STANDSTILL_MS) return;
    this.#count++;
    this.#backAt = wall;
  }

  #now(): { readonly monotonic: number; readonly wall: number } {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }
}

/** A process has one of each clock, however many want to know. */
const ofClocks = new WeakMap<Clock, Standstills>();

/** The standstills of the process that has this clock. */
export function standstillsOf(clock: Clock): Standstills {
  const known = ofClocks.get(clock) ?? new Standstills(clock);
  ofClocks.set(clock, known);
  return known;
}
