/**
 * `deno task vmdhcp`: asks a standalone server, or a cluster's controller.
 *
 * @module
 */
import { clusterOptions } from "../kube/connect/cluster_settings.ts";
import { connect } from "../kube/connect/connect.ts";
import { errorText } from "../core/error_text.ts";
import { environmentOf } from "../runtime/environment.ts";
import { FlagError } from "../runtime/flags.ts";
import { type Ask, askCluster, askServer, type Question } from "./ask.ts";
import { ENVIRONMENT, readSettings } from "./settings.ts";

type Given = ReturnType<typeof readSettings>;
type Settings = NonNullable<Given["values"]>;

/** Where a standalone server listens unless it is told otherwise. */
const STANDALONE = new URL("http://127.0.0.1:8001");
/** By this line a body ends that says how the command is to end. */
const EXIT = /(?:^|\n)# exit ([01])\n$/;

async function main(): Promise<number> {
  const env = environmentOf(ENVIRONMENT, (name) => Deno.env.get(name));
  const { values, operands, help } = readSettings({ args: Deno.args, env });
  if (values === undefined) {
    print(help);
    return 0;
  }
  const [verb = "", of = ""] = operands;
  const { signal } = new AbortController();
  if (values.server === undefined && values.kubeconfig !== undefined) {
    using connection = await connect({ env, userAgent: "vmdhcp", ...clusterOptions(values) });
    const { service, serviceNamespace: namespace } = values;
    return await ask(askCluster(connection, { service, namespace }), {
      values,
      question: questionOf(values, { verb, of }),
      signal,
    });
  }
  return await ask(askServer(values.server ?? STANDALONE), {
    values,
    question: questionOf(values, { verb, of }),
    signal,
  });
}

function questionOf(
  values: Settings,
  { verb, of }: { readonly verb: string; readonly of: string },
): Question {
  const { namespace, at, since, mac, output, write, for: seconds } = values;
  const isLive = verb === "packets";
  const colour = output === "table" && values.noColor === undefined && Deno.stdout.isTerminal();
  const all = {
    of,
    namespace: verb === "check" ? undefined : namespace,
    at,
    since,
    mac,
    seconds: seconds?.toString(),
    ...(isLive
      ? { format: write === undefined ? undefined : "pcap" }
      : { output, exit: "1", colour: colour ? "1" : undefined }),
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined && value !== "");
  return { verb, parameters: new URLSearchParams(given as [string, string][]) };
}

async function ask(
  door: Ask,
  { values: { write }, question, signal }: {
    readonly values: Settings;
    readonly question: Question;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const body = await door(question, signal);
  if (question.verb === "packets") {
    if (write === undefined) { for await (const chunk of body) printBytes(chunk); }
    else await Deno.writeFile(write, body);
    return 0;
  }
  const text = await new Response(body).text();
  const end = EXIT.exec(text);
  const own = end === null ? text : text.slice(0, end.index + (end[0].startsWith("\n") ? 1 : 0));
  print(own);
  return end?.[1] === "1" ? 1 : 0;
}

function print(text: string): void {
  printBytes(new TextEncoder().encode(text));
}

function printBytes(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

try {
  Deno.exit(await main());
} catch (error) {
  const problems = error instanceof FlagError ? error.problems : [errorText(error)];
  for (const problem of problems) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${problem}\n`));
  }
  Deno.exit(2);
}
