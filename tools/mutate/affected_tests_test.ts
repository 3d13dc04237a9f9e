import { deepStrictEqual } from "node:assert/strict";
import { affectedTests } from "./affected_tests.ts";

const IMPORTERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["core/a.ts", new Set(["core/b.ts", "core/a_test.ts", "kube/a_test.ts", "agent/a.ts"])],
  ["core/b.ts", new Set(["core/b_test.ts"])],
  ["agent/a.ts", new Set(["agent/a_test.ts", "tests/agent/a_test.ts"])],
]);

Deno.test("affectedTests lists the nearest first, its own folder before others, and leaves out what needs root", () => {
  const permissionsOf = (test: string): readonly string[] | undefined =>
    test.startsWith("tests/") ? undefined : test.startsWith("core/") ? [] : ["--allow-read"];
  deepStrictEqual(affectedTests("core/a.ts", IMPORTERS, { permissionsOf }), [
    { permissions: [], files: ["core/a_test.ts"] },
    { permissions: ["--allow-read"], files: ["kube/a_test.ts"] },
    { permissions: [], files: ["core/b_test.ts"] },
    { permissions: ["--allow-read"], files: ["agent/a_test.ts"] },
  ]);
});

Deno.test("affectedTests puts those first that are named like the module, one alone, then three at a time, and ends where it is told", () => {
  const tests = ["b", "c", "d", "e"].map((one) => `tests/controller/${one}_test.ts`);
  const importers = new Map([
    ["core/pools/a.ts", new Set([...tests, "tests/controller/pool_test.ts"])],
  ]);
  const filesOf = (most?: number): readonly (readonly string[])[] =>
    affectedTests("core/pools/a.ts", importers, { permissionsOf: () => [], ...(most && { most }) })
      .map(({ files }) => files);
  deepStrictEqual(filesOf(), [
    ["tests/controller/pool_test.ts"],
    tests.slice(0, 3),
    tests.slice(3),
  ]);
  deepStrictEqual(filesOf(3), [["tests/controller/pool_test.ts"], tests.slice(0, 2)]);
});
