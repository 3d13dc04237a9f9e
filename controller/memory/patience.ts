/** Lets what is not urgent wait while there is something urgent, but not for ever. */
export class Patience {
  readonly #longestMs: number;
  #busySince: number | undefined;
  #lookedAt = -Infinity;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Whether what is not urgent is still to wait. `now`: on a monotonic clock. */
  isToWait(isBusy: boolean, now: number): boolean {
    if (!isBusy || now - this.#lookedAt > this.#longestMs) this.#busySince = undefined;
    this.#lookedAt = now;
    if (!isBusy) return false;
    this.#busySince ??= now;
    return now - this.#busySince < this.#longestMs;
  }
}
