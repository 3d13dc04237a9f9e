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

/**
 * What may run beside a step. `first`: nothing, and no other kind before all of these are done. `any`: every other such step.
 * `alone`: nothing, since it counts lost packets or looks at the whole machine. `waits`: it is alone with what leaves the
 * processor to it, since it waits most of its time. `leftover`: it takes what processor time such steps leave.
 */
export type Beside = "first" | "any" | "alone" | "waits" | "leftover";

/** Takes text that people see. */
export type Show = (text: string) => void;

/** A step: what it does, in words, what may run beside it, and how. */
export interface Step {
  readonly name: string;
  readonly beside: Beside;
  readonly run: (show: Show) => Promise<StepResult>;
}

/** The result of a check: it passed where there is nothing to say. */
export function checked(problems: readonly string[]): StepResult {
  return problems.length === 0
    ? { counts: { passed: 1, failed: 0 } }
    : { counts: { passed: 0, failed: 1 }, output: `${problems.join("\n")}\n` };
}
