/**
 * Answers that are good for a moment, so that many pages cost little more than one.
 *
 * @module
 */
import type { Clock } from "../runtime/clock.ts";

/** Remembers answers by their questions. */
export class Recent<T> {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #known = new Map<string, { readonly at: number; readonly answer: T }>();

  /** @param ms For how long an answer is good. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** The answer to a question: the last one, or a new one. */
  get(question: string, ask: () => T): T {
    const now = this.#clock.monotonic();
    const known = this.#known.get(question);
    if (known !== undefined && now - known.at < this.#ms) return known.answer;
    for (const [old, { at }] of this.#known) {
      if (now - at >= this.#ms) this.#known.delete(old);
    }
    const answer = ask();
    this.#known.set(question, { at: now, answer });
    return answer;
  }
}
