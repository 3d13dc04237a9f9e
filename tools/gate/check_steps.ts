/**
 * The steps of the gate that look at files: format, lint, types, documentation, generated files, imports.
 *
 * @module
 */
import { crdFiles } from "../crd_files.ts";
import { brokenImports } from "../import_rules.ts";
import { runDeno } from "./command.ts";
import { filesBelow, isBench, isTest } from "./files.ts";
import { checked, type Step, type StepResult } from "./step.ts";

const TIMEOUT_MS = 300_000;

/** All steps that look at the files of the repository `root`. */
export function checkSteps(root: string): readonly Step[] {
  const deno = (name: string, ...args: string[]): Step => ({
    name,
    run: () => check(root, args),
  });
  return [
    deno("format", "fmt", "--check"),
    deno("lint", "lint"),
    deno("types", "check", "--quiet", "."),
    { name: "types of core with lib es2022 alone", run: () => checkCoreAlone(root) },
    { name: "documentation of the public surface", run: () => checkDocumentation(root) },
    { name: "generated files: deploy/crds", run: async () => checked(await staleCrds(root)) },
    deno(
      "generated files: deploy",
      "run",
      "--allow-read=deploy",
      "deploy/render/main.ts",
      "--check",
    ),
    { name: "imports", run: async () => checked(await brokenImports(root)) },
  ];
}

async function check(root: string, args: readonly string[]): Promise<StepResult> {
  const { succeeded, output } = await runDeno({
    args,
    cwd: root,
    show: false,
    timeoutMs: TIMEOUT_MS,
  });
  return checked(succeeded ? [] : [output]);
}

/** Core must not need what only Deno, a browser or the newest engines have: its types are checked without those. */
async function checkCoreAlone(root: string): Promise<StepResult> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  config.compilerOptions.lib = ["es2022"];
  config.compilerOptions.noUnusedLocals = true;
  config.lock = { path: `${root}/deno.lock`, frozen: true };
  delete config.name;
  delete config.exports;
  delete config.lint;
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-core-" });
  try {
    const path = `${folder}/deno.json`;
    await Deno.writeTextFile(path, JSON.stringify(config));
    const files = (await filesBelow(root, ".ts", "core")).filter((file) =>
      !isTest(file) && !isBench(file)
    );
    return await check(root, ["check", "--quiet", "--config", path, ...files]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkDocumentation(root: string): Promise<StepResult> {
  const { exports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return await check(root, ["doc", "--quiet", "--lint", ...Object.values<string>(exports)]);
}

/** What in `deploy/crds` is not what `deno task crds --write` makes. */
export async function staleCrds(root: string): Promise<readonly string[]> {
  const wanted = crdFiles();
  const found = new Map<string, string>();
  for (const path of await filesBelow(root, ".yaml", "deploy/crds")) {
    found.set(path.replace("deploy/crds/", ""), await Deno.readTextFile(`${root}/${path}`));
  }
  const names = [...new Set([...wanted.keys(), ...found.keys()])];
  return names.filter((name) => wanted.get(name) !== found.get(name))
    .map((name) => `deploy/crds/${name} is not what the schemas say; run: deno task crds --write`);
}
