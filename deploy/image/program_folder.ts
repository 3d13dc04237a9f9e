/**
 * The upper layer of the image, the same for every platform: the program with every dependency in Deno's cache.
 *
 * @module
 */
import type { Package } from "./base_folder.ts";
import { output } from "./command.ts";

/** Files and folders of the checkout that the programs run from. */
export const PROGRAM: readonly string[] = [
  "deno.json",
  "deno.lock",
  "mod.ts",
  "core",
  "runtime",
  "kube",
  "inspect",
  "page",
  "controller",
  "webhook",
  "agent",
];
/** Where the program and Deno's cache are in the image. */
export const APP = "/app";
export const DENO_DIR = "/deno-dir";

/** The programs in the image, whose modules and dependencies are cached. */
const ENTRY_POINTS = [
  "controller/main.ts",
  "controller/crds/main.ts",
  "webhook/main.ts",
  "agent/main.ts",
];

/** What it is made from. */
interface ProgramSource {
  /** Path of the `deno` that fills the cache. */
  readonly deno: string;
  /** The checkout. */
  readonly source: string;
  /** Commit that the programs say they are from. */
  readonly revision: string;
}

/** Makes the folder; answers which packages of npm are in it. */
export async function makeProgram(
  folder: string,
  { deno, source, revision }: ProgramSource,
): Promise<readonly Package[]> {
  const app = `${folder}${APP}`;
  await Deno.mkdir(app, { recursive: true });
  for (const name of PROGRAM) await copyProgram(`${source}/${name}`, `${app}/${name}`);
  await writeConfig(app, { deno, revision });
  await fillCache(`${folder}${DENO_DIR}`, { app, deno });
  return await cachedPackages(`${folder}${DENO_DIR}/npm`);
}

/**
 * Puts the npm packages into Deno's cache, and the JavaScript of every module: a container cannot write it, and would make it anew
 * at each start. Deno keeps it by the module's path, which is another one here than in the image, and writes that path into the
 * source maps: `/proc/self/cwd` is the same wherever the image is built.
 */
async function fillCache(
  denoDir: string,
  { app, deno }: { readonly app: string; readonly deno: string },
): Promise<void> {
  const here = "/proc/self/cwd";
  const env = { DENO_DIR: denoDir, DENO_NO_UPDATE_CHECK: "1" };
  await output(deno, ["cache", ...ENTRY_POINTS.map((path) => `${here}/${path}`)], {
    cwd: app,
    env,
  });
  const files = `${denoDir}/gen/file`;
  await Deno.rename(`${files}${here}`, `${files}${APP}`);
  await Deno.remove(`${files}/proc`, { recursive: true });
  // Databases that Deno can only use where it may write.
  for await (const { name } of Deno.readDir(denoDir)) {
    if (name.includes("_cache_v")) await Deno.remove(`${denoDir}/${name}`);
  }
}

/**
 * Which packages a cache has: `npm/HOST/[SCOPE/]NAME/VERSION`. What a registry says of a package beside its versions is removed:
 * it changes with every version that is published, and with a lock file nothing needs it.
 */
async function cachedPackages(folder: string): Promise<readonly Package[]> {
  const found: Package[] = [];
  const look = async (path: string, name: string): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const inside = `${path}/${entry.name}`;
      if (entry.name === "registry.json") await Deno.remove(inside);
      else if (/^\d+\.\d+\.\d+/.test(entry.name)) {
        const { license } = JSON.parse(await Deno.readTextFile(`${inside}/package.json`));
        const says = typeof license === "string" ? { license } : {};
        found.push({ type: "npm", name, version: entry.name, ...says });
      } else if (entry.isDirectory) {
        await look(inside, name === "" ? entry.name : `${name}/${entry.name}`);
      }
    }
  };
  for await (const host of Deno.readDir(folder)) {
    if (host.isDirectory) await look(`${folder}/${host.name}`, "");
  }
  return found;
}

/** Leaves out of `deno.json` the packages that only tests and tools import: Deno would put every one into its cache. */
async function writeConfig(
  app: string,
  { deno, revision }: { readonly deno: string; readonly revision: string },
): Promise<void> {
  const used = new Set<string>();
  for (const entryPoint of ENTRY_POINTS) {
    const graph = JSON.parse(await output(deno, ["info", "--json", entryPoint], { cwd: app }));
    for (const { dependencies = [] } of graph.modules as readonly Module[]) {
      for (const { specifier } of dependencies) used.add(specifier);
    }
  }
  const config = JSON.parse(await Deno.readTextFile(`${app}/deno.json`));
  const imports = Object.entries(config.imports).filter(([name]) =>
    [...used].some((specifier) => specifier === name || specifier.startsWith(`${name}/`))
  );
  const { version, unstable } = config;
  const kept = { version, revision, unstable, imports: Object.fromEntries(imports) };
  await Deno.writeTextFile(`${app}/deno.json`, JSON.stringify({ ...kept, lock: "deno.lock" }));
}

/** What is read of `deno info --json`. */
interface Module {
  readonly dependencies?: readonly { readonly specifier: string }[];
}

/** Copies what runs: no tests, no benches. */
async function copyProgram(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (/_(test|bench)\.ts$|^fixtures$/.test(entry.name)) continue;
    await copyProgram(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}
