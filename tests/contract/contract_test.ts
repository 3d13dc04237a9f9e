/**
 * The contract against a real kube-apiserver, whose answers are the measure, and kubectl against the embedded API.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { startRealCluster } from "../real/mod.ts";
import { ALL_CASES } from "./cases/all_cases.ts";
import { runCase } from "./compare.ts";
import { readRecording } from "./recording.ts";
import { builtinSchemaSource } from "./schemas/builtin_schema_source.ts";
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

Deno.test("the schemas of built-in kinds are those of the real kube-apiserver", async () => {
  await using cluster = await startRealCluster({ crds: false });
  const file = new URL("../../standalone/api/builtin_schema.json", import.meta.url);
  strictEqual(await Deno.readTextFile(file), await builtinSchemaSource(cluster.rest));
});
