/**
 * Keeps account of what a file says: each statement is in a manifest, or in a comment with the reason why not.
 *
 * @module
 */
import type { Place } from "./place.ts";

/** One thing that a file says. */
export interface Statement {
  readonly place: Place;
  /** As it is written, on one line. */
  readonly text: string;
}

/** Why a statement is not, or not whole, in a manifest. */
export interface Note {
  readonly statement: Statement;
  readonly reason: string;
}

const NOT_USED = "no network and no reservation uses it";

/** The account of one import. */
export class Ledger {
  readonly #statements: Statement[] = [];
  readonly #said = new Set<Statement>();
  readonly #notes = new Map<unknown, Note[]>();
  readonly #noted = new Map<Statement, Set<string>>();

  /** Enters a statement. */
  add(place: Place, text: string): Statement {
    const statement = { place, text };
    this.#statements.push(statement);
    return statement;
  }

  /** A manifest says what the statement says. */
  say(statement: Statement): void {
    this.#said.add(statement);
  }

  /** A comment says why the statement is not said; `about` is the pool or the machine at which it stands, else the head. */
  note(statement: Statement, reason: string, about?: object): void {
    const reasons = this.#noted.get(statement) ?? new Set();
    this.#noted.set(statement, reasons);
    if (reasons.has(reason)) return;
    reasons.add(reason);
    const notes = this.#notes.get(about) ?? [];
    this.#notes.set(about, notes);
    notes.push({ statement, reason });
  }

  /** Makes a comment of each statement that nothing was said of yet. */
  close(): void {
    for (const statement of this.#statements) {
      if (!this.#said.has(statement) && !this.#noted.has(statement)) this.note(statement, NOT_USED);
    }
  }

  /** The comments at a pool or a machine, or of the head, in the order of the file. */
  notes(about?: object): readonly Note[] {
    return this.#notes.get(about) ?? [];
  }

  /** How many statements there are, and how many of them have a comment. */
  get counts(): { readonly statements: number; readonly noted: number } {
    return { statements: this.#statements.length, noted: this.#noted.size };
  }
}
