import { deepStrictEqual } from "node:assert/strict";
import { affectedTests } from "./affected_tests.ts";

const IMPORTERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["core/a.ts", new Set(["core/b.ts", "core/a_test.ts", "kube/a_test.ts", "agent/a.ts"])],
  ["core/b.ts", new Set(["core/b_test.ts"])],
  ["agent/a.ts", new Set(["agent/a_test.ts", "tests/agent/a_test.ts"])],
]);

Deno.test("affectedTests lists the nearest first, its own folder before others, and leaves out what needs root", () => {
  const permissions = (test: string): readonly string[] | undefined =>
    test.startsWith("tests/") ? undefined : test.startsWith("core/") ? [] : ["--allow-read"];
  deepStrictEqual(affectedTests("core/a.ts", IMPORTERS, permissions), [
    { permissions: [], files: ["core/a_test.ts"] },
    { permissions: ["--allow-read"], files: ["kube/a_test.ts"] },
    { permissions: [], files: ["core/b_test.ts"] },
    { permissions: ["--allow-read"], files: ["agent/a_test.ts"] },
  ]);
});
