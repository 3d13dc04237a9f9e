/**
 * Finds folders in which a reader would have to search.
 *
 * @module
 */
import { filesBelow, isBench, isTest } from "./files.ts";

/** Modules on one level; beyond that, make folders, each named by the reader's question. */
const MAX_MODULES = 24;

/** Every folder below `root` with too many modules on one level, tests and benches not counted. */
export async function crowdedFolders(root: string): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  for (const file of await filesBelow(root, ".ts")) {
    if (isTest(file) || isBench(file)) continue;
    const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const crowded = [...counts].filter(([, count]) => count > MAX_MODULES);
  return crowded.map(([folder, count]) =>
    `${folder}: has ${count} modules on one level, more than ${MAX_MODULES}: make folders`
  );
}
