/**
 * Plays scenarios with what they need of the machine: a folder for a state that is put back.
 *
 * @module
 */
import type { Scenario } from "./deeds.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** Plays a scenario. What it leaves on the machine is removed. */
export async function play(
  scenario: Scenario,
  onLine?: (line: string) => void,
): Promise<Outcome> {
  const options = onLine === undefined ? {} : { onLine };
  if (!scenario.deeds.some(({ deed }) => deed.do === "restore")) {
    return await simulate(scenario, options);
  }
  const folder = Deno.makeTempDirSync({ prefix: "vm-dhcp-simulation-" });
  try {
    return await simulate(scenario, { ...options, folder });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
