/**
 * What a verb answers, in every form that can be asked for.
 *
 * @module
 */

/** One cell of a table. */
export type Cell = string | number | boolean | undefined;

/** What a verb answers. */
export interface Answer {
  /** For machines: JSON and YAML. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Heads of the table, in capitals; in CSV as they are, in small letters. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** For people, in place of the table. Words between `mark` and its end are coloured. */
  readonly text?: (paint: Paint) => string;
  /** What is to be told beside a table, one sentence each. */
  readonly notes?: readonly string[];
  /** Whether something is not as it is to be: a command ends with 1 then. */
  readonly isBroken?: boolean;
}

/** Colours a word by what it means, or leaves it as it is. */
export type Paint = (text: string, meaning: "good" | "bad" | "doubtful" | "quiet") => string;

/** Leaves everything as it is. */
export function plain(text: string): string {
  return text;
}

const COLOURS = { good: 32, bad: 31, doubtful: 33, quiet: 2 } as const;

/** Colours for a terminal. Source: ECMA-48 section 8.3.117 (SGR). */
export function coloured(text: string, meaning: keyof typeof COLOURS): string {
  return `\x1b[${COLOURS[meaning]}m${text}\x1b[0m`;
}
