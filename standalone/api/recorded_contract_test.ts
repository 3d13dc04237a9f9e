/**
 * The contract against the embedded API, in process and over HTTP. The measure is what a real kube-apiserver answered; that
 * it still answers so is tested where there is one (`tests/contract`).
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { ALL_CASES } from "../../tests/contract/cases/all_cases.ts";
import { runCase } from "../../tests/contract/compare.ts";
import { readRecording } from "../../tests/contract/recording.ts";
import { httpTarget, inProcessTarget } from "../../tests/contract/target.ts";

const recording = await readRecording();

for (const one of ALL_CASES.filter(({ kubectl }) => kubectl !== true)) {
  Deno.test(`embedded API in process: ${one.name}`, async () => {
    await using target = inProcessTarget();
    deepStrictEqual(await runCase(one, target), recording[one.name]);
  });

  Deno.test(`embedded API over HTTP: ${one.name}`, async () => {
    await using target = await httpTarget({ withKubectl: false });
    deepStrictEqual(await runCase(one, target), recording[one.name]);
  });
}
