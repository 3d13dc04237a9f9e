import { deepStrictEqual } from "node:assert/strict";
import { crowdedFolders } from "../../tools/gate/crowded_folders.ts";
import { inTree } from "./temporary_tree.ts";

function modules(count: number, end: string, folder = "core/a"): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}/m${index}${end}`, ""]),
  );
}

Deno.test("crowdedFolders finds a folder with 25 modules, and counts no tests, benches or folders below", async () => {
  const others = { ...modules(9, "_test.ts"), ...modules(9, "_bench.ts"), "core/a/b/c.ts": "" };
  const at = (count: number) => inTree({ ...modules(count, ".ts"), ...others }, crowdedFolders);
  deepStrictEqual(await at(24), []);
  deepStrictEqual(await at(25), [
    "core/a: has 25 modules on one level, more than 24: make folders",
  ]);
});
