import type { Clock } from "../../runtime/clock.ts";

/** Since when things are seen, on our own monotonic clock: those of other machines are not to be trusted. */
export class FirstSeen {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For how many milliseconds the key has been seen; 0 the first time. */
  see(key: string): number {
    const now = this.#clock.monotonic();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return now - since;
  }

  forget(key: string): void {
    this.#since.delete(key);
  }

  /** Forgets all but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
  }
}
