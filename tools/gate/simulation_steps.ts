/**
 * The steps of the gate that simulate whole clusters.
 *
 * @module
 */
import { runDeno } from "./command.ts";
import type { Step } from "./step.ts";

/** Two, since two lanes take what the others leave. */
const STEPS = 2;
/** Of each step: so many take four minutes of a core that has nothing else to do, and all of them passed when they were chosen. */
const SEEDS = 1_000;
/**
 * The same seeds each time, so that what fails is the change: a fresh seed may fail for a reason that nobody has looked into
 * (docs/decisions/0009-simulation.md). Others are for `deno task simulate`.
 */
const FIRST_SEED = 60_000;
/** Two minutes of faults, and then until all is at rest: one to three minutes, of each eighth seed eight. */
const HOURS = 1 / 30;
/** No further seed is begun then: on a slow machine it is fewer seeds, and not a longer gate. */
const SECONDS = 240;
/** Those, and making a failing scenario small. */
const TIMEOUT_MS = 500_000;

/** Two lanes of simulated clusters. */
export function simulationSteps(root: string): readonly Step[] {
  return Array.from({ length: STEPS }, (_, step) => ({
    name: `simulation of up to ${SEEDS} clusters, ${step + 1} of ${STEPS}`,
    beside: "leftover",
    run: async (show) => {
      const { succeeded } = await runDeno({
        args: [
          "run",
          "--no-prompt",
          // The other lane has the other core: threads that help cost more than they save.
          "--v8-flags=--single-threaded",
          "--allow-read",
          "--allow-write",
          "--allow-env",
          "tests/simulation/main.ts",
          "--seed",
          String(FIRST_SEED + step * SEEDS),
          "--seeds",
          String(SEEDS),
          "--hours",
          String(HOURS),
          "--seconds",
          String(SECONDS),
        ],
        cwd: root,
        show,
        timeoutMs: TIMEOUT_MS,
        givesWay: true,
      });
      return { counts: succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 } };
    },
  }));
}
