/**
 * Plants each known fault in a copy of the checkout and plays its scene, or says how many seeds of its theme it took to find it, as a table:
 * `deno run --allow-all tests/simulation/mutants/main.ts [--seeds N] [--hours H] [--seconds N] [--chance] [NAME]...`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { copyCheckout } from "../../../tools/mutate/planting.ts";
import { scenarioOf } from "../deeds/scenario.ts";
import type { Theme } from "../deeds/themes.ts";
import { play } from "../play.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import { hunt, type Hunted } from "./plant.ts";

const HOUR_MS = 3_600_000;
const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "20" },
    hours: { type: "string", default: "0.05" },
    seconds: { type: "string", default: "60" },
    // Seeds also of those that have a scene.
    chance: { type: "boolean", default: false },
  },
});
const asked = {
  seed: Number(values.seed),
  seeds: Number(values.seeds),
  hours: Number(values.hours),
  seconds: Number(values.seconds),
};

const copy = await copyCheckout(ROOT);
let missed = 0;
try {
  tell("| fault | scene or theme | seeds | by |\n| --- | --- | --- | --- |\n");
  for (const known of positionals.length === 0 ? MUTANTS : positionals.map(named)) {
    const { scene, ...others } = known;
    const mutant: Mutant = values.chance || scene === undefined ? others : known;
    const { tried, rule, what } = await huntAll(mutant);
    if (rule === undefined) missed++;
    const about = mutant.scene ?? mutant.theme;
    const tries = rule === undefined ? `none of ${tried}` : tried;
    const by = rule === undefined ? mutant.covered ?? "" : `${rule}: ${what}`;
    tell(`| \`${mutant.name}\` | ${about} | ${tries} | ${by} |\n`);
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
Deno.exit(missed === 0 ? 0 : 1);

/** Hunts on, past seeds that fail also where nothing is planted. */
async function huntAll(mutant: Mutant): Promise<Hunted> {
  let tried = 0;
  while (true) {
    const [seed, seeds] = [asked.seed + tried, asked.seeds - tried];
    const hunted = await hunt(copy, mutant, { ...asked, seed, seeds });
    tried += hunted.tried;
    const isSure = hunted.rule === undefined || mutant.scene !== undefined;
    if (isSure || await isClean(asked.seed + tried - 1, mutant.theme)) {
      return { ...hunted, tried };
    }
  }
}

async function isClean(seed: number, theme: Theme): Promise<boolean> {
  const { violations } = await play(scenarioOf(seed, asked.hours * HOUR_MS, theme));
  if (violations.length > 0) tell(`Seed ${seed} about ${theme} fails where nothing is planted\n`);
  return violations.length === 0;
}

function named(name: string): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`Cannot plant ${name}: there is no such fault`);
  return mutant;
}

function tell(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
