import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Mutation } from "./mutations.ts";
import { Results, tableOf } from "./results.ts";

function mutation(path: string, what: string): Mutation {
  return { path, what, name: `${path} ${what} 1`, line: 7, start: 0, end: 1, replacement: "" };
}

Deno.test("Results keep what came of each change, the last time it was tried", async () => {
  const file = await Deno.makeTempFile();
  try {
    const results = await Results.open(file);
    const [one, other] = [mutation("kube/a.ts", "x"), mutation("kube/a.ts", "y")];
    await results.add(one, { outcome: "survived", by: "" });
    await results.add(one, { outcome: "tests", by: "A test" });
    const again = await Results.open(file);
    deepStrictEqual(again.get(one), {
      name: "kube/a.ts x 1",
      path: "kube/a.ts",
      line: 7,
      what: "x",
      outcome: "tests",
      by: "A test",
    });
    strictEqual(again.get(other), undefined);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("tableOf counts by room, and of the core by folder", async () => {
  const results = await Results.open(undefined);
  const came = [
    ["core/ipam/plan/a.ts", "survived"],
    ["core/ipam/plan/a.ts", "tests"],
    ["core/ipam/vm/a.ts", "simulation"],
    ["agent/a.ts", "tests"],
  ] as const;
  const found = await Promise.all(
    came.map(([path, outcome]) => results.add(mutation(path, "x"), { outcome, by: "" })),
  );
  strictEqual(
    tableOf(found),
    `| room | planted | by tests | by the simulation | survived | caught |
| --- | --- | --- | --- | --- | --- |
| agent | 1 | 1 | 0 | 0 | 100.0 % |
| core/ipam | 3 | 1 | 1 | 1 | 66.7 % |
| all | 4 | 2 | 1 | 1 | 75.0 % |
`,
  );
});
