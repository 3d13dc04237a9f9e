/**
 * Places in the files that are imported.
 *
 * @module
 */

/** Where something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Deepest nesting of blocks, brackets and conditions that is read. */
export const MAX_DEPTH = 64;

/** A file that cannot be read: where, and what was wanted there. */
export class ImportError extends Error {
  override readonly name = "ImportError";

  /** @param isFile Whether the file as a whole is meant. */
  constructor(readonly place: Place, wanted: string, isFile = false) {
    super(`${place.file}${isFile ? "" : `:${place.line}:${place.column}`}: ${wanted}`);
  }
}

/** The places of the offsets of a file's text, in any order. */
export class Places {
  readonly #file: string;
  /** Where each line begins. */
  readonly #starts: readonly number[];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** The place of an offset. */
  at(offset: number): Place {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
