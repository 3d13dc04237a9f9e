/** ARP questions a second that are asked on one network at most, whatever for. */
const QUESTIONS_PER_SECOND = 20;
const SECOND_MS = 1_000;

/** Bounds the ARP questions of one network: in no second more than {@linkcode QUESTIONS_PER_SECOND}. */
export class QuestionBudget {
  /** When the last ones were asked; a ring. */
  readonly #asked = new Float64Array(QUESTIONS_PER_SECOND).fill(-Infinity);
  #next = 0;

  /** How many may be asked at `now`, milliseconds of a clock that never goes back. */
  left(now: number): number {
    let left = 0;
    for (const at of this.#asked) if (now - at >= SECOND_MS) left++;
    return left;
  }

  /** Notes that one was asked. */
  spend(now: number): void {
    this.#asked[this.#next] = now;
    this.#next = (this.#next + 1) % QUESTIONS_PER_SECOND;
  }
}
