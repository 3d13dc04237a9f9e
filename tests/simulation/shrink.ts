/**
 * Makes a failing scenario small: fewer deeds, the same rule broken.
 *
 * @module
 */
import type { Scenario, TimedDeed } from "./deeds/scenario.ts";
import type { Outcome } from "./simulate.ts";

/** How much is tried. */
interface ShrinkOptions {
  readonly play: (scenario: Scenario) => Promise<Outcome>;
  /** Runs at most. */
  readonly runs: number;
  /** Whether there is time for one more. */
  readonly goesOn: () => boolean;
}

/** The smallest scenario that was found in which the rule is still broken, and what came of it. */
export async function shrink(
  scenario: Scenario,
  found: Outcome,
  { play, runs, goesOn }: ShrinkOptions,
): Promise<{ readonly scenario: Scenario; readonly outcome: Outcome }> {
  const rule = found.violations[0]?.rule;
  let best = { scenario, outcome: found };
  let left = runs;
  const tries = async (deeds: readonly TimedDeed[], untilMs: number): Promise<boolean> => {
    if (left-- <= 0 || !goesOn()) return false;
    const candidate = { ...best.scenario, deeds, untilMs };
    const outcome = await play(candidate);
    if (!outcome.violations.some((violation) => violation.rule === rule)) return false;
    best = { scenario: candidate, outcome };
    return true;
  };
  // What comes after the violation had no part in it.
  const at = found.violations[0]?.at ?? Infinity;
  const before = scenario.deeds.filter((one) => one.at <= at);
  if (before.length < scenario.deeds.length) {
    await tries(before, Math.min(scenario.untilMs, at + 1));
  }
  for (let parts = 2; left > 0 && goesOn();) {
    const { deeds } = best.scenario;
    const size = Math.ceil(deeds.length / parts);
    let isSmaller = false;
    for (let from = 0; from < deeds.length && left > 0 && goesOn(); from += size) {
      const rest = deeds.filter((_, index) => index < from || index >= from + size);
      if (await tries(rest, best.scenario.untilMs)) {
        isSmaller = true;
        break;
      }
    }
    if (isSmaller) parts = Math.max(2, parts - 1);
    else if (size <= 1) break;
    else parts = Math.min(deeds.length, parts * 2);
  }
  return best;
}
