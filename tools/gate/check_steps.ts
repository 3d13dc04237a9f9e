/**
 * The steps of the gate that look at files: format, lint, types, documentation, generated files, imports.
 *
 * @module
 */
import { crdFiles } from "../crd_files.ts";
import { clientsProblems } from "../clients.ts";
import { metricsProblems } from "../metrics.ts";
import { protocolProblems } from "../protocol.ts";
import { brokenImports } from "../import_rules.ts";
import { stalePageScripts } from "../page_scripts.ts";
import { runDeno } from "./command.ts";
import { crowdedFolders } from "./crowded_folders.ts";
import { filesBelow, isBench, isTest } from "./files.ts";
import { checked, type Step, type StepResult } from "./step.ts";
import { unusedExports } from "./unused_exports.ts";

const TIMEOUT_MS = 300_000;

/** All steps that look at the files of the repository `root`. */
export function checkSteps(root: string): readonly Step[] {
  const step = (name: string, run: Step["run"]): Step => ({ name, beside: "any", run });
  const deno = (name: string, ...args: string[]) => step(name, () => check(root, args));
  const look = (name: string, problems: () => Promise<readonly string[]>) =>
    step(name, async () => checked(await problems()));
  return [
    deno("format", "fmt", "--check"),
    deno("lint", "lint"),
    deno("types", "check", "--quiet", "."),
    step("types of core with lib es2022 alone", () => checkCoreAlone(root)),
    step("documentation of the public surface", () => checkDocumentation(root)),
    look("generated files: deploy/crds", () => staleCrds(root)),
    deno(
      "generated files: deploy",
      "run",
      "--allow-read=deploy",
      "deploy/render/main.ts",
      "--check",
    ),
    look("generated files: page/assets", () => stalePageScripts(root)),
    look("docs/clients.md", () => clientsProblems(root)),
    look("docs/metrics.md", () => metricsProblems(root)),
    look("rules of the protocol, their tests and docs/protocol.md", () => protocolProblems(root)),
    look("imports", () => brokenImports(root)),
    look("what nothing uses", () => unusedExports(root)),
    look("crowded folders", () => crowdedFolders(root)),
  ];
}

async function check(root: string, args: readonly string[]): Promise<StepResult> {
  const { succeeded, output } = await runDeno({
    args,
    cwd: root,
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
