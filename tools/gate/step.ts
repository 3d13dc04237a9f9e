/**
 * One step of the gate.
 *
 * @module
 */
import type { Counts } from "./summary.ts";

/** What a step found. */
export interface StepResult {
  /** Tests of a step that runs tests; a step that checks counts as one. */
  readonly counts: Counts;
  /** What is shown when it failed, unless it was shown already. */
  readonly output?: string;
}

/** A step: what it does, in words, and how. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

/** The result of a check: it passed where there is nothing to say. */
export function checked(problems: readonly string[]): StepResult {
  return problems.length === 0
    ? { counts: { passed: 1, failed: 0 } }
    : { counts: { passed: 0, failed: 1 }, output: `${problems.join("\n")}\n` };
}
