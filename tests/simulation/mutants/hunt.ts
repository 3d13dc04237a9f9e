/**
 * Plays a scene, or seeds about one theme until one fails, and says how many it took and why, as a line of JSON. It is run where a fault is planted.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { type Scenario, scenarioOf } from "../deeds/scenario.ts";
import type { Theme } from "../deeds/themes.ts";
import { play } from "../play.ts";
import { scenarioOfScene, type Scene } from "./scenes.ts";

const HOUR_MS = 3_600_000;

const { values: { theme, seed, seeds, hours, seconds, scene } } = parseArgs({
  options: {
    theme: { type: "string" },
    scene: { type: "string" },
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "20" },
    hours: { type: "string", default: "0.05" },
    seconds: { type: "string", default: "Infinity" },
  },
});

let tried = 0;
let finding: object = {};
for (const scenario of scenarios()) {
  tried++;
  const { violations: [violation] } = await play(scenario);
  if (violation === undefined) continue;
  finding = violation;
  break;
}
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ tried, ...finding })}\n`));

/** The scene alone, or so many seeds as there is time for. */
function* scenarios(): Generator<Scenario, void, void> {
  if (scene !== undefined) return yield scenarioOfScene(scene as Scene);
  for (let at = Number(seed); tried < Number(seeds) && secondsUsed() < Number(seconds); at++) {
    yield scenarioOf(at, Number(hours) * HOUR_MS, theme as Theme | undefined);
  }
}

/** Of a processor: how busy the machine is does not matter. */
function secondsUsed(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
