/**
 * Scenarios that failed once.
 *
 * @module
 */
import type { Scenario } from "./deeds/scenario.ts";

/** One of them. */
interface Kept {
  /** File name without its end. */
  readonly name: string;
  /** What was wrong. */
  readonly why: string;
  readonly scenario: Scenario;
}

const FOLDER = new URL("corpus/", import.meta.url);

/** All that are kept, by name. */
export function keptScenarios(): readonly Kept[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) =>
    name.endsWith(".json")
  )
    .sort().map((file) => {
      const { why, scenario } = JSON.parse(Deno.readTextFileSync(new URL(file, FOLDER)));
      return { name: file.replace(/\.json$/, ""), why, scenario };
    });
}
