/**
 * Which tests could notice a change of a module: those that import it, directly or through others.
 *
 * @module
 */
import { isTest } from "../gate/files.ts";
import type { Module } from "../syntax/modules.ts";

/** Tests that run together, with the same permissions. */
export interface Batch {
  readonly permissions: readonly string[];
  readonly files: readonly string[];
}

/** How many files run together; the nearest runs alone. The first failure ends all that are left. */
const BATCH = 3;

/** Which tests are meant. */
interface AffectedOptions {
  /** What a test is allowed; `undefined`: it is left out. */
  readonly permissionsOf: (test: string) => readonly string[] | undefined;
  /** How many files at most. */
  readonly most?: number;
}

/**
 * The tests of a module, nearest first: those that import the module itself before the others, its own folder before
 * other folders, and those that are named like it before the rest.
 */
export function affectedTests(
  path: string,
  importers: ReadonlyMap<string, ReadonlySet<string>>,
  { permissionsOf, most = Infinity }: AffectedOptions,
): readonly Batch[] {
  const folder = path.split("/")[0] ?? "";
  const words = wordsOf(path);
  const rank = ([file, distance]: readonly [string, number]): number =>
    Math.min(distance, 2) * 4 + (file.startsWith(`${folder}/`) ? 0 : 2) -
    wordsOf(file).intersection(words).size / wordsOf(file).union(words).size;
  const tests = [...distances(path, importers)]
    .filter(([file]) => isTest(file) && permissionsOf(file) !== undefined)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, most);
  const batches: { permissions: readonly string[]; files: string[] }[] = [];
  for (const [file] of tests) {
    const permissions = permissionsOf(file) ?? [];
    const last = batches.at(-1);
    const isRoom = batches.length > 1 && (last?.files.length ?? 0) < BATCH;
    if (isRoom && `${last?.permissions}` === `${permissions}`) last?.files.push(file);
    else batches.push({ permissions, files: [file] });
  }
  return batches;
}

/** The words of a path below its room: `agent`, `reconcile` of `controller/agents/reconcile.ts`. */
function wordsOf(path: string): ReadonlySet<string> {
  const words = path.replace(/(_test)?\.ts$/, "").split("/").slice(1).flatMap((one) =>
    one.split("_")
  );
  return new Set(words.map((word) => word.replace(/s$/, "")));
}

function distances(
  path: string,
  importers: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, number> {
  const found = new Map([[path, 0]]);
  for (const [file, distance] of found) {
    for (const importer of importers.get(file) ?? []) {
      if (!found.has(importer)) found.set(importer, distance + 1);
    }
  }
  return found;
}

/** Who imports each module, types apart. */
export function importersOf(
  modules: ReadonlyMap<string, Module>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { path, uses } of modules.values()) {
    for (const use of uses) {
      if (use.isType) continue;
      const by = found.get(use.path) ?? new Set();
      found.set(use.path, by.add(path));
    }
  }
  return found;
}
