/**
 * Finds what nothing uses: names that a module gives out and no other module takes.
 *
 * @module
 */
import type { Module } from "../syntax/modules.ts";
import { entryPoints, readModules } from "../syntax/repository.ts";
import { isBench, isTest } from "./files.ts";

/** Who takes a name that a module gives out, by `path name`. */
type Takers = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Every exported name below `root` that no other module imports, as `file:line: what`. What the entry points of `deno.json`
 * give out is for others and counts as used. What lies in the product must be used there: a test may import it, but a test
 * alone does not keep it alive. What only tests need lies in `tests/` or in a `testing/` folder.
 */
export async function unusedExports(root: string): Promise<readonly string[]> {
  const modules = await readModules(root);
  const { lint } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const plugins: readonly string[] = lint?.plugins ?? [];
  const entries = [...(await entryPoints(root)).values(), ...plugins.map((path) => path.slice(2))];
  const takers = takersOf(modules, entries);
  return [...modules.values()].flatMap((module) =>
    module.exports.flatMap(({ name, line }) => {
      const by = takers.get(`${module.path} ${name}`) ?? new Set();
      const problem = problemOf({ module, name, by });
      return problem === undefined ? [] : [`${module.path}:${line}: ${name} ${problem}`];
    })
  );
}

function problemOf({ module, name, by }: {
  readonly module: Module;
  readonly name: string;
  readonly by: ReadonlySet<string>;
}): string | undefined {
  const usesItself = module.ownUses.has(name);
  const others = [...by];
  if (others.length === 0) {
    return usesItself ? "is used in its own file only: do not export it" : "is used by nothing";
  }
  const isDead = !usesItself && !isForTests(module.path) && others.every(isForTests);
  return isDead ? "is used by tests only" : undefined;
}

/** Tests, benches and what supports them; tools are no product either. */
function isForTests(path: string): boolean {
  return isTest(path) || isBench(path) || /^(tests|tools)\/|(^|\/)(testing|fixtures)\//.test(path);
}

function takersOf(modules: ReadonlyMap<string, Module>, entries: readonly string[]): Takers {
  const takers = new Map<string, Set<string>>();
  /** Marks the name, and where it is handed on from another module, there too. */
  const mark = (path: string, name: string, by: string): boolean => {
    const module = modules.get(path);
    if (module === undefined) return false;
    const found = module.exports.find((one) => one.name === name);
    if (found === undefined) return module.handsOn.some((next) => mark(next, name, by));
    const key = `${path} ${name}`;
    takers.set(key, (takers.get(key) ?? new Set()).add(by));
    if (found.from !== undefined) mark(found.from.path, found.from.name, by);
    return true;
  };
  const markAll = (path: string, by: string): void => {
    const module = modules.get(path);
    for (const { name } of module?.exports ?? []) mark(path, name, by);
    for (const next of module?.handsOn ?? []) markAll(next, by);
  };
  for (const entry of entries) markAll(entry, "deno.json");
  for (const { path, uses } of modules.values()) {
    for (const use of uses) {
      if (use.name === "*") markAll(use.path, path);
      else mark(use.path, use.name, path);
    }
  }
  return takers;
}
