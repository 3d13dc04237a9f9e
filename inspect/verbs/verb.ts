/**
 * What a verb is.
 *
 * @module
 */
import type { Answer } from "../output/answer.ts";
import type { Query } from "../query.ts";
import type { InspectSource } from "../source.ts";

/** What a verb is given. */
export interface Asking {
  readonly source: InspectSource;
  readonly query: Query;
  readonly signal: AbortSignal;
}

/** One verb. */
export interface Verb {
  /** What it tells, in one sentence. */
  readonly about: string;
  /** Parameters beside those of every verb. */
  readonly parameters: readonly string[];
  /** Answers, or throws a `Refusal`. A response is handed on as it is. */
  readonly answer: (asking: Asking) => Answer | Response | Promise<Answer | Response>;
}
