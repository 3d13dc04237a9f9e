/**
 * The gate for every change: `deno task ok`; with `--all`, everything that CI runs: `deno task test`.
 *
 * Each step prints one line with its time, tests print as they run, and the last line is `N passed, N failed`.
 *
 * @module
 */
import { checkSteps } from "./gate/check_steps.ts";
import { print } from "./gate/command.ts";
import type { Step } from "./gate/step.ts";
import { systemSteps, unitSteps } from "./gate/test_steps.ts";
import { prerequisiteSteps } from "./gate/prerequisite_steps.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const all = Deno.args.includes("--all");
const steps: readonly Step[] = [
  ...checkSteps(ROOT),
  ...await unitSteps(ROOT),
  ...(all ? [...prerequisiteSteps(), ...await systemSteps(ROOT)] : []),
];

let passed = 0;
let failed = 0;
for (const step of steps) {
  const start = performance.now();
  const { counts, output } = await step.run();
  if (output !== undefined) print(output);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`${counts.failed === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)\n`);
  passed += counts.passed;
  failed += counts.failed;
}
print(`${passed} passed, ${failed} failed\n`);
Deno.exit(failed === 0 ? 0 : 1);
