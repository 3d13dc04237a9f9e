/**
 * Runs the webhook's handler on Node and on workerd, from one bundle of it.
 *
 * @module
 */
import { type CaseAnswer, type CaseRequest, readAnswer } from "../../webhook/testing/cases.ts";
import webhook from "../../webhook/testing/test_webhook.ts";
import { mustRun, ServiceProcess } from "../real/mod.ts";
import { freePorts } from "../real/ports.ts";

const HERE = new URL(".", import.meta.url).pathname;
const READY_MS = 60_000;

/** Something that answers requests with the handler. */
export interface Runtime extends AsyncDisposable {
  readonly send: (requests: readonly CaseRequest[]) => Promise<readonly CaseAnswer[]>;
}

/** Makes one JavaScript file of the handler that the cases are put to. */
export async function bundleHandler(folder: string): Promise<void> {
  const entry = new URL("../../webhook/testing/test_webhook.ts", import.meta.url).pathname;
  await mustRun(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--platform=browser",
    "--format=esm",
    `--output=${folder}/webhook.js`,
    entry,
  ]);
}

/** The handler in this very process. */
export function startDeno(): Promise<Runtime> {
  const send = (requests: readonly CaseRequest[]) =>
    Promise.all(
      requests.map(async ({ path, ...init }) =>
        await readAnswer(await webhook.fetch(new Request(`http://webhook${path}`, init)))
      ),
    );
  return Promise.resolve({ send, [Symbol.asyncDispose]: () => Promise.resolve() });
}

const NODE_PROGRAM = `
import webhook from "./webhook.js";
let text = "";
for await (const chunk of process.stdin.setEncoding("utf-8")) text += chunk;
const answers = [];
for (const { path, ...init } of JSON.parse(text)) {
  const response = await webhook.fetch(new Request("http://webhook" + path, init));
  const body = await response.text();
  answers.push({
    status: response.status,
    contentType: response.headers.get("content-type"),
    allow: response.headers.get("allow"),
    body: body === "" ? null : JSON.parse(body),
  });
}
process.stdout.write(JSON.stringify(answers));
`;

/** The bundle in Node, which reads all requests and writes all answers. */
export async function startNode(folder: string): Promise<Runtime> {
  await Deno.writeTextFile(`${folder}/node.mjs`, NODE_PROGRAM);
  await Deno.writeTextFile(`${folder}/package.json`, '{"type": "module"}');
  const send = async (requests: readonly CaseRequest[]) => {
    const said = await mustRun("node", [`${folder}/node.mjs`], { stdin: JSON.stringify(requests) });
    return JSON.parse(said) as CaseAnswer[];
  };
  return { send, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** The bundle in workerd, asked over HTTP. */
export async function startWorkerd(folder: string): Promise<Runtime> {
  const [port = 0] = freePorts(1);
  const address = `127.0.0.1:${port}`;
  await Deno.writeTextFile(`${folder}/config.capnp`, workerdConfig(address));
  const server = await ServiceProcess.start("workerd", {
    command: [await workerdPath(), "serve", `${folder}/config.capnp`],
    log: `${folder}/workerd.log`,
  });
  const send = (requests: readonly CaseRequest[]) =>
    Promise.all(
      requests.map(async ({ path, ...init }) =>
        await readAnswer(await fetch(`http://${address}${path}`, init))
      ),
    );
  await server.whenReady(async () => {
    try {
      const response = await fetch(`http://${address}/healthz`);
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }, READY_MS);
  return { send, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function workerdConfig(address: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "webhook", worker = .webhook)],
  sockets = [(name = "http", address = "${address}", http = (), service = "webhook")],
);
const webhook :Workerd.Worker = (
  modules = [(name = "webhook.js", esModule = embed "webhook.js")],
  compatibilityDate = "2026-10-01",
);
`;
}

/**
 * Path of the program in the npm package. The package has its own configuration and lock file: in this repository's own,
 * its 140 MB would come with every program.
 */
async function workerdPath(): Promise<string> {
  const said = await mustRun(
    Deno.execPath(),
    ["run", "--quiet", "--allow-all", `--config=${HERE}workerd.json`, "-"],
    { stdin: `import workerd from "workerd"; console.log(workerd.default);` },
  );
  return said.trim();
}
