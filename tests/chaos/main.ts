/**
 * `deno task chaos`: faults that real processes suffer, on a whole node, many times each.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import {
  integer,
  nonEmpty,
  oneOf,
  toggle,
  value,
  valueOr,
  values,
} from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";
import type { Fault } from "./fault.ts";
import { MACHINE_FAULTS } from "./machine_faults.ts";
import { PEOPLE_FAULTS } from "./people_faults.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { addTrial, nextFault, readTrials } from "./results.ts";
import { ChaosScene } from "./scene.ts";
import { tableOf } from "./table.ts";
import { tryFault } from "./trial.ts";
import { WIRE_FAULTS } from "./wire_faults.ts";

const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...MACHINE_FAULTS,
  ...WIRE_FAULTS,
  ...PEOPLE_FAULTS,
];
/** So many nodes in a row that do not start, or are not well by themselves, end the run. */
const NODES_IN_VAIN = 3;

const { values: flags } = taskFlags({
  usage: "deno task chaos",
  about:
    "Has a whole one-node cluster (root) suffer faults while DHCP clients ask, and says what they noticed. What was tried already stands in the file of results; run again, it goes on from there.",
  settings: {
    trials: valueOr(20, {
      help: "How often each fault",
      placeholder: "N",
      parse: integer(0, 10_000),
    }),
    fault: values({
      help: "Only this one",
      placeholder: "NAME",
      parse: oneOf(...FAULTS.map(({ name }) => name)),
    }),
    minutes: value({
      help: "Begin no further trial after so many minutes",
      placeholder: "N",
      parse: integer(1, 10_000),
    }),
    results: valueOr("chaos.results.jsonl", {
      help: "JSON lines, one for each trial",
      placeholder: "FILE",
      parse: nonEmpty,
    }),
    list: toggle({ help: "Name the faults" }),
    table: toggle({ help: "Print the table of the results, and try nothing" }),
  },
}, { args: Deno.args });
const { trials } = flags;
const faults = FAULTS.filter(({ name }) => flags.fault.length === 0 || flags.fault.includes(name));

if (flags.list) end(FAULTS.map(({ name, about }) => `${name}: ${about}\n`).join(""), 0);
if (!flags.table) await run();
end(tableOf(faults, await readTrials(flags.results)), 0);

/** Tries what is still to be tried, on nodes that are well. */
async function run(): Promise<void> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stop.abort());
  }
  const deadline = performance.now() + (flags.minutes ?? Infinity) * 60_000;
  const next = async () => {
    if (stop.signal.aborted || performance.now() > deadline) return undefined;
    return nextFault(faults, { done: await readTrials(flags.results), trials });
  };
  let inVain = 0;
  while (inVain < NODES_IN_VAIN && await next() !== undefined) {
    try {
      await using scene = await ChaosScene.open();
      for (let fault = await next(); fault !== undefined; fault = await next()) {
        if (!await once(scene, fault, stop.signal)) break;
        inVain = 0;
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      inVain++;
      print(`A node is given up: ${errorText(error)}\n`);
    }
  }
}

/** Whether the node goes on to be used. */
async function once(
  scene: ChaosScene,
  fault: Fault,
  signal: AbortSignal,
): Promise<boolean> {
  const trial = await tryFault(scene, fault, signal).catch(async (error) => {
    signal.throwIfAborted();
    await scene.keepLogs(`${flags.results}.logs/${fault.name}-${Date.now()}`);
    throw error;
  });
  await addTrial(flags.results, trial);
  const { gapMs, exchanges, lost, healMs, changed, problem } = trial;
  const heal = healMs === undefined ? "NOT HEALED" : `healed after ${healMs} ms`;
  print(`${fault.name}: gap ${gapMs} ms, ${lost} of ${exchanges} lost, ${heal}\n`);
  for (const what of [...changed, ...(problem === undefined ? [] : [problem])]) {
    print(`  ${what}\n`);
  }
  if (problem === undefined && changed.length === 0) return true;
  await scene.keepLogs(`${flags.results}.logs/${fault.name}-${Date.now()}`);
  return problem === undefined;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function end(text: string, code: number): never {
  print(text);
  Deno.exit(code);
}
