/**
 * How long the changes of a pool are gathered before it is planned.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { WriteTurns } from "./write_turns.ts";

/** How a {@linkcode GatherWindow} waits, in milliseconds. */
interface GatherWindowOptions {
  readonly clock: Clock;
  /** Gathered as soon as nothing new came for this long. */
  readonly quietMs: number;
  /** Gathered at the latest this long after the first change; doubles while changes keep coming. */
  readonly firstMs: number;
  /** The longest that {@linkcode firstMs} grows to. */
  readonly maxMs: number;
  /** Whether more is known to be on its way. */
  readonly moreToCome: () => boolean;
  /** Who is next while more is to come. */
  readonly turns: WriteTurns;
}

interface Window {
  readonly openedAt: number;
  touchedAt: number;
}

/**
 * Decides, per key, when enough has been gathered. One change alone is let through after `quietMs`; in a storm the
 * window grows, so that a thousand changes go into a handful of writes. Where many keys are busy at once, each also waits for its
 * turn.
 */
export class GatherWindow {
  readonly #options: GatherWindowOptions;
  readonly #open = new Map<string, Window>();
  /** The longest wait of the next window, for keys that are busy. */
  readonly #limits = new Map<string, number>();
  /** When the next window may be closed, on the monotonic clock, for keys that rest. */
  readonly #restsUntil = new Map<string, number>();

  constructor(options: GatherWindowOptions) {
    this.#options = options;
  }

  /** Number of keys that gather. */
  get size(): number {
    return this.#open.size;
  }

  /** Notes a change; whether it opened the window, so that somebody must come to close it. */
  touch(key: string): boolean {
    const now = this.#options.clock.monotonic();
    const window = this.#open.get(key);
    if (window !== undefined) {
      window.touchedAt = now;
      return false;
    }
    this.#open.set(key, { openedAt: now, touchedAt: now });
    return true;
  }

  /**
   * Has a key rest: its next window is not closed for so many milliseconds, however quiet it is. For what is costly to plan and to write,
   * so that one who changes something of it again and again makes it no more costly than that.
   */
  rest(key: string, ms: number): void {
    this.#restsUntil.set(key, this.#options.clock.monotonic() + ms);
  }

  /**
   * Milliseconds still to wait; 0 closes the window. A key that was never touched waits for nothing.
   */
  close(key: string): number {
    const window = this.#open.get(key);
    if (window === undefined) return 0;
    const { clock, quietMs, firstMs, maxMs, moreToCome, turns } = this.#options;
    const now = clock.monotonic();
    const restMs = (this.#restsUntil.get(key) ?? now) - now;
    if (restMs > 0) return Math.max(1, restMs);
    const limit = this.#limits.get(key) ?? firstMs;
    const latest = window.openedAt + limit - now;
    const quiet = window.touchedAt + quietMs - now;
    // While more is to come, look again ever less often: many pools may be waiting.
    const again = Math.max(quietMs, (now - window.openedAt) / 8);
    const isMore = moreToCome();
    const wait = Math.min(isMore ? again : quiet, latest);
    if (wait > 0) return Math.max(1, wait);
    const turnMs = isMore ? turns.take(key) : 0;
    if (turnMs > 0) return turnMs;
    turns.leave(key);
    this.#open.delete(key);
    if (latest > 0) this.#limits.delete(key);
    else this.#limits.set(key, Math.min(limit * 2, maxMs));
    return 0;
  }

  /** Gathers nothing any more: what there is will be looked at anew. */
  clear(): void {
    for (const key of [...this.#open.keys()]) this.forget(key);
    this.#restsUntil.clear();
  }

  /** Forgets a key. */
  forget(key: string): void {
    this.#options.turns.leave(key);
    this.#open.delete(key);
    this.#limits.delete(key);
    this.#restsUntil.delete(key);
  }
}
