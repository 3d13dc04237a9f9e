/**
 * The modules of the repository, and how their specifiers resolve.
 *
 * @module
 */
import { filesBelow } from "../gate/files.ts";
import { type Module, readModule, type Resolve } from "./modules.ts";

/** Every module below `root`, by its path. */
export async function readModules(root: string): Promise<ReadonlyMap<string, Module>> {
  const files = await filesBelow(root, ".ts");
  const resolve = resolver(new Set(files), await entryPoints(root));
  const modules = await Promise.all(
    files.map(async (file) =>
      readModule(file, await Deno.readTextFile(`${root}/${file}`), resolve)
    ),
  );
  return new Map(modules.map((module) => [module.path, module]));
}

/** What `deno.json` gives out: path of each entry point by the specifier that names it. */
export async function entryPoints(root: string): Promise<ReadonlyMap<string, string>> {
  const { name = "", exports = {} } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return new Map(
    Object.entries<string>(exports).map(([key, path]) =>
      [key.replace(".", name), path.replace("./", "")] as const
    ),
  );
}

/** The modules that `from` needs, itself among them. */
export function reachable(
  modules: ReadonlyMap<string, Module>,
  from: readonly string[],
): ReadonlySet<string> {
  const found = new Set(from);
  for (const path of found) {
    for (const use of modules.get(path)?.uses ?? []) found.add(use.path);
  }
  return found;
}

function resolver(files: ReadonlySet<string>, entries: ReadonlyMap<string, string>): Resolve {
  return (specifier, from) => {
    if (!specifier.startsWith(".")) return entries.get(specifier);
    const path = new URL(specifier, `file:///${from}`).pathname.slice(1);
    return files.has(path) ? path : undefined;
  };
}
