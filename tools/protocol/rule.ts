/**
 * The form of the rules that the server keeps on the wire.
 *
 * @module
 */

/** One rule. Its tests bear its number: `rule 24: ...`, `rules 24, 29: ...`, `rules 31 to 33: ...`. */
interface Rule {
  /** From 1, without gaps; numbers are never given to another rule. */
  readonly number: number;
  /** What it is about, as Markdown, in a few words. */
  readonly title: string;
  /** What holds, as Markdown. Numbers of options stand alone: 51 is the lease time. */
  readonly text: string;
  /** The standard and its section, or `our own`, perhaps with the reason. */
  readonly source: string;
  /** What the server does where the standard leaves it open, and why. */
  readonly choice?: string;
}

/** Rules of one subject. */
export interface RuleSection {
  readonly title: string;
  readonly rules: readonly Rule[];
}
