/**
 * Runs the benches one after another, each a script that prints its own table or one of `Deno.bench`, and says at the end how
 * each went: `deno task bench [NAME]... [-- FLAG...]`. A name is part of a script's path; the flags are the scripts' own.
 *
 * @module
 */
import { print, runDeno } from "./gate/command.ts";
import { filesBelow } from "./gate/files.ts";
import { SYSTEM_PERMISSIONS } from "./gate/test_steps.ts";
import { taskFlags } from "./task_flags.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const TIMEOUT_MS = 1_800_000;

const end = Deno.args.indexOf("--");
const [own, theirs] = end < 0
  ? [Deno.args, []]
  : [Deno.args.slice(0, end), Deno.args.slice(end + 1)];
const { words } = taskFlags({
  usage: "deno task bench [NAME]... [-- FLAG...]",
  about:
    "Runs all benches, or those whose path has one of these names, and prints their tables. Flags after -- are given to the scripts.",
  settings: {},
}, { args: own, takesWords: true });
const scripts = await filesBelow(ROOT, "_bench.ts");
const wanted = scripts.filter((script) =>
  words.length === 0 || words.some((name) => script.includes(name))
);
if (wanted.length === 0) {
  print(
    `Cannot find a bench named so; there are:\n${
      scripts.map((script) => `  ${script}\n`).join("")
    }`,
  );
  Deno.exit(1);
}

const rows: string[] = [];
let failed = false;
for (const script of wanted) {
  print(`\n== ${script}\n`);
  const start = performance.now();
  // What lies in core is pure and is given nothing.
  const permissions = script.startsWith("core/") ? [] : SYSTEM_PERMISSIONS;
  const text = await Deno.readTextFile(`${ROOT}/${script}`);
  const { succeeded } = await runDeno({
    args: [
      text.includes("Deno.bench(") ? "bench" : "run",
      "--no-prompt",
      "--v8-flags=--expose-gc",
      ...permissions,
      script,
      ...theirs,
    ],
    cwd: ROOT,
    show: print,
    timeoutMs: TIMEOUT_MS,
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  rows.push(`${succeeded ? "ok    " : "FAILED"}  ${seconds.padStart(7)} s  ${script}\n`);
  failed ||= !succeeded;
}
print(`\n${rows.join("")}`);
Deno.exit(failed ? 1 : 0);
