/**
 * The workflows that CI runs: whole as actionlint sees them, and nothing that a person cannot run.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import denoJson from "../../deno.json" with { type: "json" };
import { runCommand } from "../real/command.ts";
import { findGoProgram } from "../real/go_install.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}.github/workflows`;
const ACTIONLINT = {
  path: "github.com/rhysd/actionlint/cmd/actionlint",
  version: "v1.7.12",
} as const;

/** What is read of a workflow. */
interface Workflow {
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, {
      readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
    }>
  >;
}

const names = Array.from(Deno.readDirSync(FOLDER), ({ name }) => name).sort();
const workflows = new Map<string, Workflow>();
for (const name of names) {
  workflows.set(name, parse(await Deno.readTextFile(`${FOLDER}/${name}`)));
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The steps of all jobs of a workflow. */
function stepsOf({ jobs }: Workflow) {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

Deno.test("the workflows are what GitHub's runners take, as actionlint sees them", async () => {
  const actionlint = await findGoProgram(ACTIONLINT, (line) => say(line));
  // Programs that this machine may or may not have must not decide.
  const args = ["-shellcheck=", "-pyflakes=", ...names.map((name) => `${FOLDER}/${name}`)];
  const { code, stdout, stderr } = await runCommand(actionlint, args, { cwd: ROOT });
  deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
});

Deno.test("actionlint finds what is wrong: a step that is none", async () => {
  const actionlint = await findGoProgram(ACTIONLINT);
  const wrong = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - rum: true\n";
  const { code, stdout } = await runCommand(actionlint, ["-shellcheck=", "-pyflakes=", "-"], {
    stdin: wrong,
  });
  strictEqual(code, 1);
  match(stdout, /rum/);
});

for (const [name, workflow] of workflows) {
  Deno.test(`${name} runs this Deno, and only tasks of deno.json`, () => {
    const runs = stepsOf(workflow).flatMap(({ run = [] }) => run).join("\n");
    const tasks = [...runs.matchAll(/\$DENO task (\S+)/g)].map(([, task = ""]) => task);
    ok(tasks.length > 0);
    for (const task of tasks) ok(Object.hasOwn(denoJson.tasks, task), `no task ${task}`);
    strictEqual(workflow.env?.["DENO"], `npx -y deno@${Deno.version.deno}`);
  });

  Deno.test(`${name} takes every action of others at one commit or one exact version`, () => {
    const used = stepsOf(workflow).flatMap(({ uses = [] }) => uses);
    ok(used.length > 0);
    for (const action of used) match(action, /@([0-9a-f]{40}|v\d+\.\d+\.\d+)$/);
  });

  Deno.test(`${name} may read the repository and nothing more, but where a job says so`, () => {
    deepStrictEqual(workflow.permissions, { contents: "read" });
  });
}
