/**
 * One case of the contract: a named run of requests whose answers must be the same everywhere.
 *
 * @module
 */
import type { Session } from "./session.ts";

/** A case. */
export interface ContractCase {
  /** Begins with the subject and states the behaviour. Unique. */
  readonly name: string;
  /** Asks, and thereby writes the transcript. Assertions belong in here where a transcript would not show the point. */
  readonly run: (session: Session) => Promise<void>;
  /** Needs kubectl, and so a server on HTTP. */
  readonly kubectl?: true;
}

/** Makes cases from a table of name -> run. */
export function cases(
  table: Readonly<Record<string, ContractCase["run"]>>,
  options: { readonly kubectl?: true } = {},
): ContractCase[] {
  return Object.entries(table).map(([name, run]) => ({ name, run, ...options }));
}
