import assert from "node:assert/strict";
import { cpuUsage } from "node:process";
import fc from "fast-check";
import { runTarget, tryInput } from "./run_target.ts";
import type { FuzzTarget } from "./target.ts";

/** Fails for texts with an x in them. */
const target: FuzzTarget<string> = {
  inputs: fc.string({ maxLength: 50 }),
  check(input) {
    if (input.includes("x")) throw new Error(`An x: ${input}`);
  },
};
const LONG = { milliseconds: 60_000 };

Deno.test("runTarget makes a failing input small, and finds it again by seed and path", async () => {
  const { failure } = await runTarget(target, { seed: 3, ...LONG });
  assert.ok(failure);
  assert.equal(failure.input, '"x"');
  assert.equal(failure.why, "An x: x");
  const again = await runTarget(target, { seed: failure.seed, path: failure.path, ...LONG });
  assert.deepEqual(again.failure?.input, failure.input);
  assert.equal(again.tried, 1);
});

Deno.test("runTarget tries the same inputs for the same seed", async () => {
  const tried = async (seed: number): Promise<string[]> => {
    const seen: string[] = [];
    const check = (input: unknown) => void seen.push(String(input));
    await runTarget({ ...target, check }, { seed, milliseconds: 0 });
    return seen;
  };
  assert.deepEqual(await tried(5), await tried(5));
  assert.notDeepEqual(await tried(5), await tried(6));
});

Deno.test("tryInput refuses an input that takes too much of the processor", async () => {
  const slow: FuzzTarget = {
    inputs: fc.anything(),
    check() {
      const before = cpuUsage();
      while (cpuUsage(before).user < 100_000);
    },
  };
  await assert.rejects(tryInput(slow, 1, { mostCpuMs: 50 }), /^Error: Took \d+ ms of processor/);
});
