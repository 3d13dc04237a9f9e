/**
 * A bound on log lines that strangers can cause.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Lines in a second, and at once: strangers' packets are lines, too. */
const LINES = { perSecond: 200, atOnce: 400 };
/** How often it is told that there were more. */
const TELL_EVERY_MS = 10_000;

/** What a {@linkcode LineBound} is made of. */
interface LineBoundOptions {
  readonly clock: Clock;
  /** Called with the number of lines that were left out since it was called last: every ten seconds at most, but for the end. */
  readonly onLeftOut: (lines: number) => void;
}

/** Admits so many lines a second, counts the rest, and tells of it. */
export class LineBound {
  /** Lines in a second. */
  static readonly perSecond = LINES.perSecond;
  readonly #options: LineBoundOptions;
  #room = LINES.atOnce;
  #refilledAt = 0;
  #leftOut = 0;
  /** What of it was told, and when (monotonic). */
  #told = 0;
  #toldAt = -Infinity;

  /** Nothing is admitted yet. */
  constructor(options: LineBoundOptions) {
    this.#options = options;
  }

  /** Lines that were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether a line more may be written; one that may not is counted. */
  hasRoom(): boolean {
    const now = this.#options.clock.monotonic();
    const gained = (now - this.#refilledAt) * LINES.perSecond / 1_000;
    this.#room = Math.min(LINES.atOnce, this.#room + gained);
    this.#refilledAt = now;
    if (this.#room >= 1) return true;
    this.#leftOut++;
    return false;
  }

  /** Whether a line is written. It is counted as written, or as left out. */
  admit(): boolean {
    if (!this.hasRoom()) return false;
    this.#room--;
    // Not for each line that is written: what tells of too many lines must not be as many.
    if (this.#options.clock.monotonic() - this.#toldAt >= TELL_EVERY_MS) this.tell();
    return true;
  }

  /** Tells now what was left out, if anything was. */
  tell(): void {
    const lines = this.#leftOut - this.#told;
    if (lines === 0) return;
    this.#told = this.#leftOut;
    this.#toldAt = this.#options.clock.monotonic();
    this.#options.onLeftOut(lines);
  }
}
