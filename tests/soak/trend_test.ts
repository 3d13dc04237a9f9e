import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { seeded } from "../controller/lab.ts";
import { type Point, trendOf, verdictOf } from "./trend.ts";

const SAMPLES = 210;

/** What is seen every ten seconds of 35 minutes. */
function seen(valueAt: (at: number, random: () => number) => number, seed = 1): readonly Point[] {
  const random = seeded(seed);
  return Array.from({ length: SAMPLES }, (_, n) => {
    const at = n / 360;
    return { at, value: valueAt(at, random) };
  });
}

Deno.test("a trend has the slope of a straight line, and no doubt about it", () => {
  const trend = trendOf(seen((at) => 100 + 12 * at));
  ok(trend);
  const { slope, low, high, first, last } = trend;
  for (const one of [slope, low, high]) ok(Math.abs(one - 12) < 1e-9, String(one));
  ok(Math.abs(last - first - 12 * 35 / 60 * 3 / 4) < 0.1, `${first} ${last}`);
});

Deno.test("nine of ten times or more noise alone is flat, whatever its seed", () => {
  const seeds = Array.from({ length: 100 }, (_, n) => n + 1);
  const grown = seeds.filter((seed) =>
    verdictOf(trendOf(seen((_, random) => 100 + 20 * random(), seed)), 0) !== "flat"
  );
  ok(grown.length <= 10, String(grown));
});

Deno.test("a leak is seen below noise and below the teeth of a saw", () => {
  const leaking = (seed: number) =>
    trendOf(seen((at, random) => 100 + 8 * at + 5 * random() + 300 * at % 6, seed));
  for (let seed = 1; seed <= 20; seed++) {
    const trend = leaking(seed);
    strictEqual(verdictOf(trend, 1), "grows", `${seed}: ${JSON.stringify(trend)}`);
  }
});

Deno.test("the teeth of a saw are no growth", () => {
  strictEqual(verdictOf(trendOf(seen((at) => 100 + 300 * at % 6)), 1), "flat");
});

Deno.test("one step at one moment is no growth, and what shrinks falls", () => {
  const constant = seen((at) => at < 0.02 ? 5 : 9);
  strictEqual(verdictOf(trendOf(constant), 0.5), "flat");
  strictEqual(verdictOf(trendOf(seen((at) => 100 - 12 * at)), 1), "falls");
});

Deno.test("what grows by less than is worth a word is flat", () => {
  strictEqual(verdictOf(trendOf(seen((at) => 1_000 + 5 * at)), 0), "flat");
  strictEqual(verdictOf(trendOf(seen((at) => 10 + 5 * at)), 6), "flat");
  strictEqual(verdictOf(trendOf(seen((at) => 10 + 5 * at)), 4), "grows");
});

Deno.test("of too few points nothing is said", () => {
  const few = seen((at) => at).slice(0, 7);
  deepStrictEqual([trendOf(few), verdictOf(trendOf(few), 0)], [undefined, "too short"]);
});
