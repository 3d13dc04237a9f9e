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

/** The tests below, nearest first: those that import the module itself before the others, its own folder before other folders. */
export function affectedTests(
  path: string,
  importers: ReadonlyMap<string, ReadonlySet<string>>,
  permissionsOf: (test: string) => readonly string[] | undefined,
): readonly Batch[] {
  const batches = new Map<string, { permissions: readonly string[]; files: string[] }>();
  const folder = path.split("/")[0] ?? "";
  const tests = [...distances(path, importers)].filter(([file]) => isTest(file));
  const rank = ([file, distance]: readonly [string, number]): number =>
    Math.min(distance, 2) * 2 + (file.startsWith(`${folder}/`) ? 0 : 1);
  for (const test of tests.sort((a, b) => rank(a) - rank(b))) {
    const permissions = permissionsOf(test[0]);
    if (permissions === undefined) continue;
    const key = `${rank(test)} ${permissions}`;
    const batch = batches.get(key) ?? { permissions, files: [] };
    batch.files.push(test[0]);
    batches.set(key, batch);
  }
  return [...batches.values()];
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
