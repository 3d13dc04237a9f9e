/**
 * Runs one target: what the corpus keeps first, then new inputs until the time is over.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import fc from "fast-check";
import { errorText } from "../../core/error_text.ts";
import type { FuzzTarget } from "./target.ts";

/** An input that failed. */
export interface Failure {
  /** The input as JSON, made small. */
  readonly input: string;
  /** What did not hold. */
  readonly why: string;
  /** Which input it is: the seed of its round, and its path there. */
  readonly seed: number;
  readonly path: string;
}

/** How a target went. */
interface FuzzOutcome {
  /** Inputs that were tried. */
  readonly tried: number;
  readonly failure?: Failure;
}

/** What to try. */
interface FuzzOptions {
  readonly seed: number;
  /** Only this input of the seed's round. */
  readonly path?: string;
  /** How long to go on. */
  readonly milliseconds: number;
}

/** Inputs of one round: fast-check begins each with small ones. */
const ROUND = 300;
/** How long a failing input is made smaller. */
const SHRINK_MS = 60_000;
/** Processor time of one input at most; all are small. */
const MOST_CPU_MS = 5_000;

/**
 * Tries inputs in rounds: round n has the seed `seed + n`, and the same seed always gives the same inputs. Ends with
 * the first that fails.
 */
export async function runTarget(target: FuzzTarget, options: FuzzOptions): Promise<FuzzOutcome> {
  const end = performance.now() + options.milliseconds;
  let tried = 0;
  for (let round = 0;; round++) {
    const { numRuns, ...found } = await oneRound(target, {
      ...options,
      seed: options.seed + round,
    });
    tried += numRuns;
    if (found.failure !== undefined) return { tried, failure: found.failure };
    if (options.path !== undefined || performance.now() >= end) return { tried };
  }
}

async function oneRound(
  target: FuzzTarget,
  { seed, path }: FuzzOptions,
): Promise<{ readonly numRuns: number; readonly failure?: Failure }> {
  const property = fc.asyncProperty(target.inputs, (input) => tryInput(target, input));
  const details = await fc.check(property, {
    seed,
    numRuns: ROUND,
    interruptAfterTimeLimit: SHRINK_MS,
    ...(path === undefined ? {} : { path }),
  });
  const { numRuns, counterexample, counterexamplePath, errorInstance } = details;
  if (counterexample === null) return { numRuns };
  const failure = {
    input: JSON.stringify(counterexample[0]),
    why: errorText(errorInstance),
    seed,
    path: counterexamplePath ?? "",
  };
  return { numRuns, failure };
}

/** Puts one input to a target; rejects where something does not hold, or where it takes too long. */
export async function tryInput(
  target: FuzzTarget,
  input: unknown,
  { mostCpuMs = MOST_CPU_MS }: { readonly mostCpuMs?: number } = {},
): Promise<void> {
  const before = cpuUsage();
  await target.check(input);
  if (builtIns() !== UNTOUCHED) throw new Error("What every object inherits was written into");
  const { user, system } = cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > mostCpuMs) {
    throw new Error(`Took ${Math.round(milliseconds)} ms of processor time for one input`);
  }
}

/** What is inherited, and what hangs on it. */
function builtIns(): string {
  return [Object.prototype, Array.prototype, Function.prototype, Object, Array].flatMap((parent) =>
    Object.entries(Object.getOwnPropertyDescriptors(parent)).map(([name, { value }]) => {
      const own = typeof value === "function" ? Object.getOwnPropertyNames(value) : [];
      return `${name} ${own.join()}`;
    })
  ).join(";");
}

const UNTOUCHED = builtIns();
