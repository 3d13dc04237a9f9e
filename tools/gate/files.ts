/**
 * The files of the repository.
 *
 * @module
 */

const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "coverage"]);

/** Paths of all files below `root` whose name ends so, relative to it, sorted. Hidden folders are left out. */
export async function filesBelow(
  root: string,
  end: string,
  folder: string = "",
): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
    if (entry.isDirectory) found.push(...await filesBelow(root, end, path));
    else if (entry.isFile && entry.name.endsWith(end)) found.push(path);
  }
  return found.sort();
}

/** Whether a path names a test module. */
export function isTest(path: string): boolean {
  return path.endsWith("_test.ts");
}

/** Whether a path names a benchmark. */
export function isBench(path: string): boolean {
  return path.endsWith("_bench.ts") || path.startsWith("tests/bench/");
}
