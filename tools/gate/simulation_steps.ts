/**
 * The step of the gate that simulates whole clusters.
 *
 * @module
 */
import { runDeno } from "./command.ts";
import { seedOfTree } from "./fuzz_steps.ts";
import type { Step } from "./step.ts";

/** Few, while each change of the product shows what was not seen before: more are for `deno task simulate`. */
const SEEDS = 8;
/** No further seed is begun then. */
const SECONDS = 40;
/** Those, and making a failing scenario small. */
const TIMEOUT_MS = 300_000;

/** Seeds that follow from the tree that is checked out, as those of the fuzz targets do. */
export function simulationSteps(root: string): readonly Step[] {
  return [{
    name: `simulation of ${SEEDS} clusters`,
    beside: "leftover",
    run: async (show) => {
      const { succeeded } = await runDeno({
        args: [
          "run",
          "--no-prompt",
          "--allow-read",
          "--allow-write",
          "--allow-env",
          "tests/simulation/main.ts",
          "--seed",
          String(await seedOfTree(root)),
          "--seeds",
          String(SEEDS),
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
  }];
}
