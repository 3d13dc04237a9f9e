/**
 * Plays scenarios with what they need of the machine: a folder for the state of a standalone server.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import type { Scenario } from "./deeds/scenario.ts";
import { type Outcome, simulate } from "./simulate.ts";

/**
 * Files in memory, on Linux. What a process leaves there as it dies is what it leaves on a disk, whose syncs take longer than all
 * else that a machine without a cluster does.
 */
const IN_MEMORY = "/dev/shm";
const PREFIX = "vm-dhcp-simulation-";

/** How a scenario is played. */
interface PlayOptions {
  /** Called with each line of the trace. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Goes on for all the time that it may take to come to rest, also when it has. */
  readonly restsLong?: boolean;
}

/** Plays a scenario. What it leaves on the machine is removed. */
export async function play(
  scenario: Scenario,
  { onLine, restsLong }: PlayOptions = {},
): Promise<Outcome> {
  const options = defined({ onLine, restsLong });
  if (scenario.world !== "standalone") return await simulate(scenario, options);
  const folder = makeFolder();
  try {
    return await simulate(scenario, { ...options, folder });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function makeFolder(): string {
  try {
    return Deno.makeTempDirSync({ dir: IN_MEMORY, prefix: PREFIX });
  } catch {
    return Deno.makeTempDirSync({ prefix: PREFIX });
  }
}
