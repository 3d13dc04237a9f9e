/**
 * Limits how often something may happen for each key.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";

/** Size and refill of a bucket. */
interface TokenBucketOptions {
  /** What a fresh key may take at once. */
  readonly size: number;
  /** Time until a taken token is back. */
  readonly refillMs: number;
  readonly clock: Clock;
}

/** One bucket of tokens for each key; full buckets take no memory. */
export class TokenBuckets {
  readonly #options: TokenBucketOptions;
  /** Key -> when its bucket is full again, on the monotonic clock; the soonest used last. */
  readonly #fullAt = new Map<string, number>();

  constructor(options: TokenBucketOptions) {
    this.#options = options;
  }

  /** Takes a token of the key; `false` where there is none. */
  take(key: string): boolean {
    const { size, refillMs, clock } = this.#options;
    const now = clock.monotonic();
    const fullAt = Math.max(now, this.#fullAt.get(key) ?? now) + refillMs;
    if (fullAt - now > size * refillMs) return false;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    this.#forgetFull(now);
    return true;
  }

  /** Number of keys that are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  #forgetFull(now: number): void {
    for (const [key, fullAt] of this.#fullAt) {
      if (fullAt > now) break;
      this.#fullAt.delete(key);
    }
  }
}
