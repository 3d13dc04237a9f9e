/**
 * The contract against a real kube-apiserver, whose answers are the measure, and kubectl against the embedded API.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { ALL_CASES } from "./cases/all_cases.ts";
import { runCase } from "./compare.ts";
import { readRecording } from "./recording.ts";
import { httpTarget, realTarget } from "./target.ts";

Deno.test("kube-apiserver answers every case as recorded", async (test) => {
  const recording = await readRecording();
  await using target = await realTarget();
  deepStrictEqual(Object.keys(recording), ALL_CASES.map(({ name }) => name));
  for (const one of ALL_CASES) {
    await test.step(one.name, async () => {
      deepStrictEqual(await runCase(one, target), recording[one.name]);
    });
  }
});

Deno.test("embedded API answers kubectl as kube-apiserver does", async (test) => {
  const recording = await readRecording();
  await using target = await httpTarget();
  for (const one of ALL_CASES.filter(({ kubectl }) => kubectl === true)) {
    await test.step(one.name, async () => {
      deepStrictEqual(await runCase(one, target), recording[one.name]);
    });
  }
});
