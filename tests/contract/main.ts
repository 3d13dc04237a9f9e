/**
 * `deno task contract`: runs the contract against the embedded API, in process and over HTTP, and against a real
 * kube-apiserver, and prints a column for each. With `--record`, what the real one answers becomes the measure.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { errorText } from "../../core/error_text.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import { toggle } from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";
import { ALL_CASES } from "./cases/all_cases.ts";
import { canRun, runCase } from "./compare.ts";
import type { ContractCase } from "./contract_case.ts";
import { type Recording, writeRecording } from "./recording.ts";
import { httpTarget, inProcessTarget, realTarget, type Target } from "./target.ts";

const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

interface Outcome {
  readonly transcript?: JsonValue;
  readonly error?: string;
}

async function outcomeOf(one: ContractCase, target: Target): Promise<Outcome | undefined> {
  if (!canRun(one, target)) return undefined;
  try {
    return { transcript: await runCase(one, target) };
  } catch (error) {
    return { error: errorText(error) };
  }
}

function mark(outcome: Outcome | undefined, reference: Outcome): string {
  if (outcome === undefined) return "-";
  if (outcome.error !== undefined) return "FAILED";
  return isDeepStrictEqual(outcome.transcript, reference.transcript) ? "same" : "DIFFERS";
}

async function main(record: boolean): Promise<number> {
  await using real = await realTarget();
  await using overHttp = await httpTarget();
  await using inProcess = inProcessTarget();
  const recording: Record<string, JsonValue> = {};
  let failed = 0;
  say(`${"kube-apiserver".padEnd(16)}${"in process".padEnd(12)}${"over HTTP".padEnd(12)}case`);
  for (const one of ALL_CASES) {
    const reference = await outcomeOf(one, real) ?? {};
    const marks = [await outcomeOf(one, inProcess), await outcomeOf(one, overHttp)]
      .map((outcome) => mark(outcome, reference));
    const own = reference.error === undefined ? "answered" : "FAILED";
    if (own === "FAILED" || marks.some((text) => text === "FAILED" || text === "DIFFERS")) failed++;
    if (reference.transcript !== undefined) recording[one.name] = reference.transcript;
    say(`${own.padEnd(16)}${marks.map((text) => text.padEnd(12)).join("")}${one.name}`);
  }
  if (record) await writeRecording(recording as Recording);
  say(`${ALL_CASES.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const { values: { record } } = taskFlags({
  usage: "deno task contract",
  about:
    "Puts the contract of the API to the embedded API and to a real kube-apiserver, and prints a column for each.",
  settings: { record: toggle({ help: "Make the real one's answers the measure" }) },
}, { args: Deno.args });
Deno.exit(await main(record));
