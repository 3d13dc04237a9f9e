/**
 * `deno task soak`: hours of churn with the real programs, and whether anything grows.
 *
 * @module
 */
import { integer, nonEmpty, value, valueOr } from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { faultsOf, reportOf } from "./report.ts";
import { Site } from "./site.ts";
import { Soak, type SoakResult } from "./soak.ts";

const encoder = new TextEncoder();

const { values } = taskFlags({
  usage: "deno task soak",
  about:
    "Has VMs come, change and go on a real kube-apiserver with all programs, and says what grows and what is written in vain (root).",
  settings: {
    minutes: valueOr(40, {
      help: "For how long there are changes",
      placeholder: "N",
      parse: integer(1, 10_000),
    }),
    vms: valueOr(5_000, { help: "How many VMs", placeholder: "N", parse: integer(2, 20_000) }),
    networks: valueOr(100, {
      help: "On how many networks, each with an IPPool of 241 addresses",
      placeholder: "N",
      parse: integer(1, 100),
    }),
    rate: valueOr(10, { help: "Changes in a second", placeholder: "N", parse: integer(1, 1_000) }),
    seed: valueOr(1, { help: "Decides the changes", placeholder: "N", parse: integer(0, 1e9) }),
    results: value({
      help: "Writes the result to a file as JSON",
      placeholder: "FILE",
      parse: nonEmpty,
    }),
  },
}, { args: Deno.args });

/** Runs it in a network of its own, which ends with it. */
async function soaked(): Promise<SoakResult> {
  const from = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - from) / 1_000);
    Deno.stderr.writeSync(encoder.encode(`${String(seconds).padStart(5)} s  ${line}\n`));
  };
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (ending.signal.aborted) Deno.exit(130);
      say("No more changes: looking at what was seen so far");
      ending.abort();
    });
  }
  using _network = enterPrivateNetwork();
  await using site = await Site.open(values.networks, say);
  return await new Soak(site, { ...values, say }).run(ending.signal);
}

const result = await soaked();
if (values.results !== undefined) {
  await Deno.writeTextFile(values.results, `${JSON.stringify(result, undefined, 1)}\n`);
}
Deno.stdout.writeSync(encoder.encode(reportOf(result)));
Deno.exit(faultsOf(result).length === 0 ? 0 : 1);
