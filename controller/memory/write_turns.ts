/**
 * Whose record is written next, while more writes wait than the API server takes.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";

/** How {@linkcode WriteTurns} goes round. */
interface WriteTurnsOptions {
  readonly clock: Clock;
  /** So many other writes are made for each turn. */
  readonly otherWrites: number;
  /** Where none is made for so many milliseconds, the next turn comes all the same. */
  readonly stillMs: number;
  /** Where fewer are made, the next turn comes so many milliseconds after the last one. */
  readonly maxMs: number;
  /** Who has waited for so many milliseconds waits no longer, whoever stands before it. */
  readonly mostMs: number;
  /** Has a key ask for its turn again. */
  readonly wake: (key: string) => void;
}

/** How often the first of the line asks whether anything is still to come. */
const LOOK_MS = 50;

/**
 * A line of keys that want to write, the first that came first. Each turn costs a number of writes of other kinds: what is written
 * for the VMs one by one is then at least that many times as much as what is written of all pools together, however many
 * pools there are and however fast the API server is. The more of them wait, the more each has gathered when its turn comes.
 */
export class WriteTurns {
  readonly #options: WriteTurnsOptions;
  /** Key -> when it joined. */
  readonly #line = new Map<string, number>();
  #others = 0;
  #otherAt = -Infinity;
  #turnAt = -Infinity;

  constructor(options: WriteTurnsOptions) {
    this.#options = options;
  }

  /** Notes a write that was made for something else. */
  otherWrite(): void {
    this.#others++;
    this.#otherAt = this.#options.clock.monotonic();
    if (this.#others === this.#options.otherWrites) this.#wakeFirst();
  }

  /** Milliseconds after which a key is to ask again, unless it is woken before; 0: its turn has come. */
  take(key: string): number {
    const { otherWrites, maxMs, mostMs, clock } = this.#options;
    const now = clock.monotonic();
    const joinedAt = this.#line.get(key) ?? now;
    this.#line.set(key, joinedAt);
    const patienceMs = joinedAt + mostMs - now;
    const [first] = this.#line.keys();
    if (first !== key && patienceMs > 0) return Math.min(maxMs * this.#line.size, patienceMs);
    const leftMs = this.#others < otherWrites ? this.#leftMs() : 0;
    if (leftMs > 0 && patienceMs > 0) return Math.min(LOOK_MS, leftMs);
    this.#others = 0;
    this.#turnAt = now;
    this.leave(key);
    return 0;
  }

  /** Takes a key out of the line. */
  leave(key: string): void {
    const [first] = this.#line.keys();
    this.#line.delete(key);
    if (first === key) this.#wakeFirst();
  }

  /** Milliseconds until the next turn if nothing else is written. */
  #leftMs(): number {
    const { clock, stillMs, maxMs } = this.#options;
    const stillAt = Math.max(this.#otherAt, this.#turnAt) + stillMs;
    return Math.min(stillAt, this.#turnAt + maxMs) - clock.monotonic();
  }

  #wakeFirst(): void {
    const [first] = this.#line.keys();
    if (first !== undefined) this.#options.wake(first);
  }
}
