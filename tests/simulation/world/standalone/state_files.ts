/**
 * The state file of a process that dies at any moment, as SQLite leaves it on the disk.
 *
 * @module
 */
import type { Random } from "../../../../runtime/clock.ts";

/** Part of the deaths that come in the middle of a write. */
const TORN = 0.3;
/** A page of SQLite and its head in the log. */
const FRAME_BYTES = 4_096 + 24;

/** The files of one state, life after life. */
export class StateFiles {
  readonly #folder: string;
  readonly #random: Random;
  #lives = 0;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  /** Of the life that is now. */
  get path(): string {
    return `${this.#folder}/state-${this.#lives}`;
  }

  /**
   * The process dies: the next life finds what was on the disk at this moment. Every write that was answered is there, as its log is
   * synced before; the one under way may have begun behind them.
   */
  cut(): void {
    const before = this.path;
    this.#lives++;
    for (const end of ["", "-wal"]) {
      try {
        Deno.copyFileSync(`${before}${end}`, `${this.path}${end}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    if (this.#random() >= TORN) return;
    const octets = Math.floor(this.#random() * FRAME_BYTES);
    const torn = Uint8Array.from({ length: octets }, () => Math.floor(this.#random() * 256));
    Deno.writeFileSync(`${this.path}-wal`, torn, { append: true });
  }
}
