/**
 * Who is answered next, and how much of the process's time goes into answers.
 *
 * @module
 */
import { abortable } from "../abort.ts";
import type { Clock } from "../clock.ts";

/** However long an answer took: nobody waits longer than this after it, unless more is said to be borne. */
const LONGEST_REST_MS = 250;
/** However long an answer takes: the next one does not wait longer for its end. */
const LONGEST_TURN_MS = 1_000;

/** Somebody who waits for his turn. */
interface Place {
  readonly address: string;
  readonly go: () => void;
}

/**
 * Answers one request at a time and rests in between, so that whoever asks without end takes only a share of the process's
 * time. Among those that wait, the address that was answered longest ago is next: a probe does not queue behind a crowd.
 */
export class Turns {
  readonly #share: number;
  readonly #longestRestMs: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<Place>();
  /** Address -> number of its last turn; only while somebody waits. */
  readonly #served = new Map<string, number>();
  #turn = 0;
  #busy = false;

  /** `share`: of the time, above 0 and at most 1; it is more where answers take longer than the longest rest makes up for. */
  constructor(share: number, clock: Clock, longestRestMs = LONGEST_REST_MS) {
    this.#share = share;
    this.#longestRestMs = longestRestMs;
    this.#clock = clock;
  }

  /** Does `work` when it is the turn of `address`. Rejects with the signal's reason where that aborts before. */
  async take<T>(address: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#busy) await this.#wait(address, signal);
    this.#busy = true;
    this.#served.set(address, ++this.#turn);
    const begun = this.#clock.monotonic();
    const answer = work();
    void this.#passOnAfter(answer, begun);
    return await answer;
  }

  async #wait(address: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const place = { address, go: resolve };
    this.#waiting.add(place);
    try {
      await abortable(promise, signal);
    } catch (error) {
      // Whose turn it was already passes it on.
      if (!this.#waiting.delete(place)) void this.#passOn(0);
      throw error;
    }
  }

  async #passOnAfter(answer: Promise<unknown>, begun: number): Promise<void> {
    const ended = new AbortController();
    const overdue = this.#clock.sleep(LONGEST_TURN_MS, ended.signal).catch(() => undefined);
    await Promise.race([answer.catch(() => undefined), overdue]);
    ended.abort();
    const took = this.#clock.monotonic() - begun;
    await this.#passOn(took / this.#share - took);
  }

  async #passOn(restMs: number): Promise<void> {
    await this.#clock.sleep(Math.min(restMs, this.#longestRestMs));
    const next = this.#longestUnserved();
    if (next === undefined) {
      this.#busy = false;
      this.#served.clear();
    } else {
      next.go();
    }
  }

  #longestUnserved(): Place | undefined {
    let best: Place | undefined;
    for (const place of this.#waiting) {
      if (best === undefined || this.#lastTurn(place) < this.#lastTurn(best)) best = place;
    }
    if (best !== undefined) this.#waiting.delete(best);
    return best;
  }

  #lastTurn({ address }: Place): number {
    return this.#served.get(address) ?? 0;
  }
}
