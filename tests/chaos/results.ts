/**
 * The results of all trials: a file of JSON lines, to which each trial adds one.
 *
 * @module
 */
import type { Fault } from "./fault.ts";
import type { Trial } from "./trial.ts";

/** The trials of a file; none where there is no file. A last line that was cut off by a crash is left out. */
export async function readTrials(file: string): Promise<Trial[]> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").slice(0, -1).filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Trial);
}

/** Adds a trial. What a crash left of a line before it is cut off. */
export async function addTrial(file: string, trial: Trial): Promise<void> {
  const kept = (await readTrials(file)).map((one) => `${JSON.stringify(one)}\n`);
  await Deno.writeTextFile(`${file}.new`, [...kept, `${JSON.stringify(trial)}\n`].join(""));
  await Deno.rename(`${file}.new`, file);
}

/** The fault that was tried least, of those with less than `trials`; the first of several. */
export function nextFault(
  faults: readonly Fault[],
  { done, trials }: { readonly done: readonly Trial[]; readonly trials: number },
): Fault | undefined {
  const counts = faults.map(({ name }) => done.filter(({ fault }) => fault === name).length);
  const least = Math.min(...counts);
  return least < trials ? faults[counts.indexOf(least)] : undefined;
}
