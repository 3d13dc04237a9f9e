/**
 * Simulates a whole cluster: `deno task simulate [--seed N] [--seeds N] [--hours H]`.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { integer, nonEmpty, oneOf, toggle, value, valueOr } from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";
import { Cores, type Part } from "./cores.ts";
import { keptScenarios } from "./corpus.ts";
import { type Scenario, scenarioOf } from "./deeds/scenario.ts";
import { THEMES } from "./deeds/themes.ts";
import { play } from "./play.ts";
import { shrink } from "./shrink.ts";
import type { Outcome } from "./simulate.ts";
import { storyOf } from "./story.ts";

const HOUR_MS = 3_600_000;
const SHRINK = { runs: 60, ms: 120_000 };
/** One seed in so many goes on to the end of the time for its rest, and sees what comes late. */
const LONG_REST = 8;
/** Scenarios that are begun or wait before the first of them is told of, for each core. */
const AHEAD = 2;

const { values: flags } = taskFlags({
  usage: "deno task simulate",
  about:
    "Plays the life of a cluster in one process on simulated time: controllers, webhooks, agents and DHCP clients, with crashes, partitions, bad API servers, bad networks and people, all chosen by a seed. What failed once (tests/simulation/corpus) is played first.",
  settings: {
    seed: valueOr(1, {
      help: "The first seed",
      placeholder: "N",
      parse: integer(0, Number.MAX_SAFE_INTEGER),
    }),
    seeds: valueOr(20, { help: "How many", placeholder: "N", parse: integer(1, 1e9) }),
    cores: valueOr(1, {
      help: "Play so many at once",
      placeholder: "N",
      parse: integer(1, 1_024),
    }),
    seconds: valueOr(Infinity, {
      help: "Begin no further seed after so many seconds",
      placeholder: "N",
      parse: integer(1, 1e9),
      defaultText: "none",
    }),
    hours: valueOr(0.1, {
      help: "Simulated hours of faults of each seed",
      placeholder: "H",
      parse: aboveZero,
    }),
    theme: value({
      help: `What all seeds are about; each draws its own otherwise: ${THEMES.join(", ")}`,
      placeholder: "NAME",
      parse: oneOf(...THEMES),
    }),
    kept: toggle({ help: "Only what is kept" }),
    brief: toggle({ help: "One line for each failure, which is not made small" }),
    first: toggle({ help: "The same, and no more after the first" }),
    trace: toggle({ help: "Print each line of the trace, of one seed at a time" }),
    save: value({
      help: "Write the first scenario that fails, made small, to a file for the corpus",
      placeholder: "FILE",
      parse: nonEmpty,
    }),
  },
}, { args: Deno.args });
const { seed: first, seeds, hours, theme } = flags;
const count = flags.trace ? 1 : flags.cores;
const isTerminal = Deno.stdout.isTerminal();
const totals = { ms: 0, steps: 0, acks: 0, seeds: 0, kept: 0, failed: 0 };
const begun = performance.now();
using cores = count > 1 ? new Cores(count) : undefined;

/** Something to be played. */
interface Turn extends Part {
  /** How it is played again. */
  readonly command: string;
  readonly isKept: boolean;
}

for await (const { turn, outcome } of played(turns())) {
  totals.ms += outcome.simulatedMs;
  totals.steps += outcome.steps;
  totals.acks += outcome.acks;
  if (turn.isKept) totals.kept++;
  else totals.seeds++;
  if (outcome.violations.length > 0) {
    totals.failed++;
    await tell(turn, outcome);
  }
  if (isTerminal) print(`\r\x1b[K${said()}`);
}
print(
  `${isTerminal ? "\r\x1b[K" : ""}${said()}, ${totals.steps} steps, ${totals.acks} ACKs judged\n`,
);
Deno.exit(totals.failed === 0 ? 0 : 1);

/** What is to be played: what is kept, then the seeds. */
function* turns(): Generator<Turn, void, void> {
  for (const { name, scenario } of keptScenarios()) {
    const command = `deno task simulate --kept (${name})`;
    yield { scenario, restsLong: true, command, isKept: true };
  }
  for (let seed = first; !flags.kept && seed < first + seeds; seed++) {
    if (secondsGone() >= flags.seconds) return;
    const about = theme === undefined ? "" : ` --theme "${theme}"`;
    const command = `deno task simulate --seed ${seed} --seeds 1 --hours ${hours}${about}`;
    const scenario = scenarioOf(seed, hours * HOUR_MS, theme);
    yield { scenario, restsLong: seed % LONG_REST === 0, command, isKept: false };
  }
}

/** Plays all, and tells of them in their order, whichever ends first. */
async function* played(
  all: Iterator<Turn>,
): AsyncGenerator<{ readonly turn: Turn; readonly outcome: Outcome }, void, void> {
  const ahead: { readonly turn: Turn; readonly outcome: Promise<Outcome> }[] = [];
  while (true) {
    while (ahead.length < (count > 1 ? count * AHEAD : 1)) {
      const { value: turn } = all.next();
      if (turn === undefined) break;
      ahead.push({ turn, outcome: playOne(turn) });
    }
    const next = ahead.shift();
    if (next === undefined) return;
    yield { turn: next.turn, outcome: await next.outcome };
  }
}

function playOne({ scenario, restsLong }: Part): Promise<Outcome> {
  if (cores !== undefined) return cores.play({ scenario, restsLong });
  const onLine = flags.trace ? (line: string) => print(`${line}\n`) : undefined;
  return play(scenario, { onLine, restsLong });
}

/** Tells of a failure: its story, as short as it can be made. */
async function tell(turn: Turn, outcome: Outcome): Promise<void> {
  const { scenario, restsLong, command } = turn;
  if (isTerminal) print("\r\x1b[K");
  if (flags.first || flags.brief) {
    const { rule = "", what = "" } = outcome.violations[0] ?? {};
    print(`Failure after ${totals.seeds} seeds (${scenario.seed}): ${rule}: ${what}\n`);
    if (flags.first) Deno.exit(1);
    return;
  }
  print(`\nFAILED ${command}\n`);
  const replay = (scenario: Scenario) => play(scenario, { restsLong });
  const again = await replay(scenario);
  if (again.hash !== outcome.hash) {
    print(`It is not the same when it is played again: ${outcome.hash}, ${again.hash}\n`);
  }
  const end = performance.now() + SHRINK.ms;
  const small = await shrink(scenario, outcome, {
    play: replay,
    runs: SHRINK.runs,
    goesOn: () => performance.now() < end,
  });
  print(storyOf(small.scenario, small.outcome));
  if (flags.save === undefined || totals.failed > 1) return;
  const { rule = "", what = "" } = small.outcome.violations[0] ?? {};
  const kept = { why: `${rule}: ${what}`, scenario: small.scenario };
  Deno.writeTextFileSync(flags.save, `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** What came of it so far. */
function said(): string {
  const { user, system } = cpuUsage();
  const cpuHours = (user + system) / 1_000 / HOUR_MS;
  const simulated = totals.ms / HOUR_MS;
  const fresh = flags.kept ? "" : `${totals.seeds} seeds from ${first} and `;
  return `${fresh}${totals.kept} kept scenarios, ${totals.failed} failed, ${
    simulated.toFixed(1)
  } simulated hours in ${secondsGone().toFixed(1)} s (${
    Math.round(simulated / cpuHours)
  } in an hour of one core)`;
}

function secondsGone(): number {
  return (performance.now() - begun) / 1_000;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function aboveZero(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Infinity)) throw new RangeError("A number above 0 is wanted");
  return number;
}
