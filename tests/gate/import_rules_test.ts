import { deepStrictEqual } from "node:assert/strict";
import { brokenImports } from "../../tools/import_rules.ts";
import { IMPORT_TABLE } from "../../tools/imports/table.ts";
import { inTree } from "./temporary_tree.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

const CONFIG = JSON.stringify({
  imports: {
    zod: "npm:zod@4.6.7",
    "ipaddr.js": "npm:ipaddr.js@2.5.0",
    "fast-check": "npm:fast-check@4.10.2",
  },
});

/** The broken imports of a tree of files. */
function brokenIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return inTree({ "deno.json": CONFIG, ...files }, (root) => brokenImports(root));
}

Deno.test("the import table holds, and there is no cycle", async () => {
  deepStrictEqual(await brokenImports(ROOT), []);
});

Deno.test("the import table has a row for every folder with code", async () => {
  const folders: string[] = [];
  for await (const entry of Deno.readDir(ROOT)) {
    if (entry.isDirectory && !entry.name.startsWith(".") && entry.name !== "docs") {
      folders.push(entry.name);
    }
  }
  const rows = new Set(IMPORT_TABLE.map(({ from }) => from.split("/")[0]));
  deepStrictEqual(folders.filter((folder) => !rows.has(folder)), []);
});

const X = "export const x = 1;\n";

const FORBIDDEN: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  ...errors: string[],
])[] = [
  [
    "core that imports kube, as a type, from a second line",
    {
      "core/ipam/a.ts": `// comment\nimport type { x } from "../../kube/a.ts";\n`,
      "kube/a.ts": X,
    },
    "core/ipam/a.ts:2: core/ipam may not import kube/a.ts",
  ],
  [
    "a dynamic import, an export from and an import type",
    {
      "agent/a.ts":
        `const f = () => import("../controller/a.ts");\nexport * from "../webhook/a.ts";\ntype T = import("../standalone/a.ts").T;\n`,
      "controller/a.ts": X,
      "webhook/a.ts": X,
      "standalone/a.ts": X,
    },
    "agent/a.ts:1: agent may not import controller/a.ts",
    "agent/a.ts:2: agent may not import webhook/a.ts",
    "agent/a.ts:3: agent may not import standalone/a.ts",
  ],
  [
    "runtime that imports core, and kube that imports core/ipam",
    {
      "runtime/a.ts": `import "../core/net/a.ts";\n`,
      "kube/a.ts": `import "../core/ipam/a.ts";\nimport "../core/api/a.ts";\n`,
      "core/net/a.ts": X,
      "core/ipam/a.ts": X,
      "core/api/a.ts": X,
    },
    "kube/a.ts:1: kube may not import core/ipam/a.ts",
    "runtime/a.ts:1: runtime may not import core/net/a.ts",
  ],
  [
    "node modules and packages in core",
    {
      "core/net/a.ts": `import "node:fs";\nimport "zod";\nimport "ipaddr.js";\n`,
      "core/dhcp/a.ts": `import { z } from "zod/v4";\n`,
    },
    "core/dhcp/a.ts:1: core/dhcp may not import zod",
    "core/net/a.ts:1: core/net may not import node:fs",
    "core/net/a.ts:2: core/net may not import zod",
  ],
  [
    "a package that deno.json does not name",
    { "agent/a.ts": `import "left-pad";\n`, "kube/a.ts": `import "npm:zod@4.6.7";\n` },
    "agent/a.ts:1: left-pad is not among the imports of deno.json",
    "kube/a.ts:1: npm:zod@4.6.7 is not among the imports of deno.json",
  ],
  [
    "a cycle, also one of types only",
    {
      "kube/a.ts": `import "./b.ts";\n`,
      "kube/b.ts": `import type { x } from "./c.ts";\n`,
      "kube/c.ts": `import "./a.ts";\n`,
    },
    "kube/a.ts -> kube/b.ts -> kube/c.ts -> kube/a.ts: is a cycle of imports",
  ],
  [
    "a folder that the table does not know",
    { "helpers/a.ts": `import "../core/net/a.ts";\n`, "core/net/a.ts": X },
    "helpers/a.ts:1: Cannot find a row of the import table for it",
  ],
  [
    "fast-check outside tests",
    { "core/net/a.ts": `import "fast-check";\n` },
    "core/net/a.ts:1: core/net may not import fast-check",
  ],
];

for (const [name, files, ...errors] of FORBIDDEN) {
  Deno.test(`brokenImports reports ${name}`, async () => {
    deepStrictEqual([...await brokenIn(files)].sort(), errors);
  });
}

Deno.test("brokenImports is not misled by comments, strings, templates and regular expressions", async () => {
  const text = [
    `// import "../../kube/a.ts";`,
    `/* import "../../kube/a.ts"; */`,
    `export const a = 'import "../../kube/a.ts"';`,
    "export const b = `import '../../kube/a.ts' ${1}`;",
    String.raw`export const c = /import "..\/..\/kube\/a.ts"/;`,
  ].join("\n");
  deepStrictEqual(await brokenIn({ "core/net/a.ts": text, "kube/a.ts": X }), []);
});

Deno.test("brokenImports lets helpers of tests use what tests may, unless something else imports them too", async () => {
  const files = {
    "core/net/a_test.ts": `import "./helper.ts";\n`,
    "core/net/helper.ts": `import "./deeper.ts";\n`,
    "core/net/deeper.ts": `import "node:assert/strict";\n`,
  };
  deepStrictEqual(await brokenIn(files), []);
  deepStrictEqual(await brokenIn({ ...files, "core/net/a.ts": `import "./deeper.ts";\n` }), [
    "core/net/deeper.ts:1: core/net may not import node:assert/strict",
  ]);
});

Deno.test("brokenImports lets tests and benches use node:assert, fast-check and recordings", async () => {
  const text =
    `import "node:assert/strict";\nimport "fast-check";\nimport "../../tests/recorded/a.ts";\n`;
  const files = {
    "core/net/a_test.ts": text,
    "core/net/a_bench.ts": text,
    "tests/recorded/a.ts": X,
  };
  deepStrictEqual(await brokenIn(files), []);
});
