/**
 * Simulates a whole cluster: `deno task simulate [--seed N] [--seeds N] [--hours H]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { keptScenarios } from "./corpus.ts";
import { type Scenario, scenarioOf } from "./deeds.ts";
import { play } from "./play.ts";
import { shrink } from "./shrink.ts";
import { storyOf } from "./story.ts";

const HELP = `Usage: deno task simulate [flags]

Plays the life of a cluster in one process on simulated time: controllers, webhooks, agents and DHCP clients, with crashes, partitions,
bad API servers, bad networks and people, all chosen by a seed. What failed once (tests/simulation/corpus) is played first.

  --seed N     the first seed (1)
  --seeds N    how many (20)
  --seconds N  begin no further seed after so many seconds
  --hours H    simulated hours of faults of each seed (0.1)
  --kept       only what is kept
  --brief      one line for each failure, which is not made small
  --first      the same, and no more after the first
  --trace      print each line of the trace
  --save FILE  write the first scenario that fails, made small, to a file for the corpus
  --help       show this
`;
const HOUR_MS = 3_600_000;
const SHRINK_RUNS = 60;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "20" },
    seconds: { type: "string", default: "Infinity" },
    hours: { type: "string", default: "0.1" },
    kept: { type: "boolean", default: false },
    brief: { type: "boolean", default: false },
    first: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    save: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Whether it went well; where it did not, the story is told. */
async function tell(scenario: Scenario, command: string): Promise<boolean> {
  const outcome = await play(scenario, values.trace ? (line) => print(`${line}\n`) : undefined);
  totals.ms += outcome.simulatedMs;
  totals.steps += outcome.steps;
  totals.acks += outcome.acks;
  if (outcome.violations.length === 0) return true;
  if (values.first || values.brief) {
    const { rule = "", what = "" } = outcome.violations[0] ?? {};
    print(`Failure after ${totals.seeds} seeds (${scenario.seed}): ${rule}: ${what}\n`);
    if (values.first) Deno.exit(1);
    return false;
  }
  print(`\nFAILED ${command}\n`);
  const again = await play(scenario);
  if (again.hash !== outcome.hash) {
    print(`It is not the same when it is played again: ${outcome.hash}, ${again.hash}\n`);
  }
  const small = await shrink(scenario, outcome, { play, runs: SHRINK_RUNS });
  print(storyOf(small.scenario, small.outcome));
  if (values.save !== undefined) {
    const { rule = "", what = "" } = small.outcome.violations[0] ?? {};
    const kept = { why: `${rule}: ${what}`, scenario: small.scenario };
    Deno.writeTextFileSync(values.save, `${JSON.stringify(kept, undefined, 2)}\n`);
  }
  return false;
}

if (values.help) {
  print(HELP);
  Deno.exit(0);
}
const first = whole("seed", values.seed);
const seeds = whole("seeds", values.seeds);
const hours = Number(values.hours);
if (!(hours > 0)) fail(`Cannot use --hours: ${values.hours}: a number above 0 is wanted`);
const totals = { ms: 0, steps: 0, acks: 0, seeds: 0, failed: 0 };
const begun = performance.now();
for (const { name, scenario } of keptScenarios()) {
  if (!await tell(scenario, `deno task simulate --kept (${name})`)) totals.failed++;
}
for (let seed = first; !values.kept && seed < first + seeds; seed++) {
  if ((performance.now() - begun) / 1_000 >= Number(values.seconds)) break;
  const command = `deno task simulate --seed ${seed} --seeds 1 --hours ${hours}`;
  totals.seeds++;
  if (!await tell(scenarioOf(seed, hours * HOUR_MS), command)) totals.failed++;
}
const seconds = (performance.now() - begun) / 1_000;
print(
  `${totals.seeds} seeds from ${first}, ${(totals.ms / HOUR_MS).toFixed(1)} simulated hours in ${
    seconds.toFixed(1)
  } s, ${totals.steps} steps, ${totals.acks} ACKs judged, ${totals.failed} failed\n`,
);
Deno.exit(totals.failed === 0 ? 0 : 1);

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    fail(`Cannot use --${name}: ${text}: a whole number is wanted`);
  }
  return number;
}

function fail(message: string): never {
  print(`${message}\n`);
  Deno.exit(2);
}
