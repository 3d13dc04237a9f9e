/**
 * The gate for every change: `deno task ok`; with `--all`, everything that CI runs: `deno task test`. Words choose the steps
 * whose name has one of them: `deno task ok agent` runs the tests of `agent`.
 *
 * Each step prints what its tests say and one line with its time, and the last line is `N passed, N failed`.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { checkSteps } from "./gate/check_steps.ts";
import { print } from "./gate/command.ts";
import { fuzzSteps } from "./gate/fuzz_steps.ts";
import { runSteps } from "./gate/run_steps.ts";
import { simulationSteps } from "./gate/simulation_steps.ts";
import type { Step } from "./gate/step.ts";
import { systemSteps, unitSteps } from "./gate/test_steps.ts";
import { prerequisiteSteps } from "./gate/prerequisite_steps.ts";
import { taskFlags } from "./task_flags.ts";

/** One more than there are processors: a step also waits, for a server that starts or for an answer. */
const LANES = navigator.hardwareConcurrency + 1;

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const { values: { all }, words } = taskFlags({
  usage: "deno task ok [WORD]...",
  about: "Checks everything that needs no root; words choose the steps whose name has one of them.",
  settings: {
    all: toggle({ help: "Also what needs root and a real kube-apiserver, as deno task test does" }),
  },
}, { args: Deno.args, takesWords: true });
const isWhole = words.length === 0;
const known: readonly Step[] = [
  ...(all ? prerequisiteSteps() : []),
  ...checkSteps(ROOT),
  // The longest first: what is short fills the gaps at the end.
  ...(all ? await systemSteps(ROOT, { typesAreChecked: isWhole }) : []),
  ...await unitSteps(ROOT, { typesAreChecked: isWhole }),
  ...(all ? [...fuzzSteps(ROOT), ...simulationSteps(ROOT)] : []),
];
const steps = known.filter(({ name }) =>
  isWhole || words.some((word) => name.split(" ").includes(word))
);
if (steps.length === 0) {
  const names = known.map(({ name }) => `\n  ${name}`).join("");
  print(`No step has one of these words in its name: ${words.join(", ")}. There are:${names}\n`);
}

const { passed, failed } = await runSteps(steps, { lanes: LANES, show: print });
const isGood = failed === 0 && steps.length > 0;
print(`${passed} passed, ${isGood ? 0 : Math.max(failed, 1)} failed\n`);
Deno.exit(isGood ? 0 : 1);
