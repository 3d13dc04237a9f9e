/**
 * What happened, as one number that differs where anything differs, and the last lines of it.
 *
 * @module
 */

/** Lines that are kept for the story. */
const KEPT = 4_000;

/** A trace: every line counts, few are kept. */
export class Trace {
  #low = 0x811c9dc5;
  #high = 0x9e3779b1;
  readonly #kept: string[] = [];
  /** Called with each line. */
  onLine: ((line: string) => void) | undefined;

  /** Notes one line. */
  note(line: string): void {
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at);
      this.#low = Math.imul(this.#low ^ code, 16_777_619);
      this.#high = Math.imul(this.#high ^ code, 2_654_435_761) ^ (this.#low >>> 15);
    }
    this.#kept.push(line);
    if (this.#kept.length > 2 * KEPT) this.#kept.splice(0, KEPT);
    this.onLine?.(line);
  }

  /** 16 hexadecimal digits: the same for the same lines. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join(
      "",
    );
  }

  /** The last lines. */
  last(count: number): readonly string[] {
    return this.#kept.slice(-count);
  }
}
