import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Fault } from "./fault.ts";
import { addTrial, nextFault, readTrials } from "./results.ts";
import { changesOf, type Trial } from "./trial.ts";

const FAULTS: readonly Fault[] = ["a", "b", "c"].map((name) => ({
  name,
  about: name,
  seconds: 0,
  begin: () => Promise.resolve(),
}));

function trial(fault: string): Trial {
  const figures = { gapMs: 1, exchanges: 2, lost: 0, healMs: 3 };
  return { fault, at: "2026-01-01T00:00:00.000Z", changed: [], ...figures };
}

Deno.test("a run goes on with the fault that was tried least, and ends when all were tried", () => {
  const next = (...done: readonly string[]) =>
    nextFault(FAULTS, { done: done.map(trial), trials: 2 })?.name;
  strictEqual(next(), "a");
  strictEqual(next("a"), "b");
  strictEqual(next("a", "b", "c", "a"), "b");
  strictEqual(next("a", "a", "b", "c", "c"), "b");
  strictEqual(next("a", "a", "b", "b", "c", "c"), undefined);
  strictEqual(next("gone", "gone", "gone"), "a");
});

Deno.test("results outlive a crash in the middle of a line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/results.jsonl`;
    deepStrictEqual(await readTrials(file), []);
    await addTrial(file, trial("a"));
    await Deno.writeTextFile(file, '{"fault":"b","gap', { append: true });
    deepStrictEqual(await readTrials(file), [trial("a")]);
    await addTrial(file, trial("c"));
    deepStrictEqual(await readTrials(file), [trial("a"), trial("c")]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an address that goes to another, or to nobody, is a change; a new one is none", () => {
  const before = { blue: { "10.0.0.5": "m1", "10.0.0.6": "m2", "10.0.0.7": "m3" }, red: {} };
  deepStrictEqual(changesOf(before, before), []);
  deepStrictEqual(
    changesOf(before, { blue: { "10.0.0.5": "m1", "10.0.0.6": "m3", "10.0.0.8": "m4" } }),
    ["blue 10.0.0.6 of m2 is m3's", "blue 10.0.0.7 of m3 is nobody's"],
  );
});
