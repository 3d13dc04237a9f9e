/**
 * Tells a failing scenario as a story with times.
 *
 * @module
 */
import type { Scenario } from "./deeds/scenario.ts";
import type { Outcome } from "./simulate.ts";

/** Lines of the trace that are told before the violation. */
const LAST = 30;

/** What was done, what was found, and what happened just before. */
export function storyOf({ seed, tenancy, deeds }: Scenario, outcome: Outcome): string {
  const done = deeds.map(({ at, deed: { do: what, ...about } }) =>
    `  ${clockOf(at)}  ${what} ${wordsOf(about)}`
  );
  const found = outcome.violations.map(({ at, rule, what }) =>
    `  ${clockOf(at)}  ${rule}: ${what}`
  );
  const end = outcome.trace.findIndex((line) => line.includes(" VIOLATION "));
  const until = end === -1 ? outcome.trace.length : end + 1;
  const told = outcome.trace.slice(0, until).filter((line) => !line.includes("/leases/"));
  const last = told.slice(-LAST).map((line) => `  ${line}`);
  return [
    `Seed ${seed}, tenancy ${tenancy}, trace ${outcome.hash}`,
    "What was done:",
    ...done,
    "What must not be:",
    ...found,
    "Just before (milliseconds):",
    ...last,
    "",
  ].join("\n");
}

function wordsOf(about: object): string {
  return Object.entries(about).map(([name, value]) =>
    `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`
  ).join(", ");
}

function clockOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms / 1_000 - minutes * 60).toFixed(3);
  return `${String(minutes).padStart(2, "0")}:${seconds.padStart(6, "0")}`;
}
