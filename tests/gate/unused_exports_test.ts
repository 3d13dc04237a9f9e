import { deepStrictEqual } from "node:assert/strict";
import { unusedExports } from "../../tools/gate/unused_exports.ts";
import { inTree } from "./temporary_tree.ts";

const CONFIG = JSON.stringify({ name: "@a/a", exports: { ".": "./mod.ts", "./b": "./b/mod.ts" } });
const MOD = `export { open } from "./core/open.ts";\n`;
const OPEN = `export const open = 1;\n`;

/** The unused names of a small repository with these files besides. */
function unusedIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return inTree(
    { "deno.json": CONFIG, "mod.ts": MOD, "core/open.ts": OPEN, ...files },
    unusedExports,
  );
}

const CASES: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  ...problems: string[],
])[] = [
  [
    "finds a function, a type and a constant that no file imports",
    { "core/a.ts": "export function f() {}\n\nexport interface T {}\nexport const [x] = [1];\n" },
    "core/a.ts:1: f is used by nothing",
    "core/a.ts:3: T is used by nothing",
    "core/a.ts:4: x is used by nothing",
  ],
  [
    "tells one that its own file uses from one that could go",
    {
      "core/a.ts": "export interface T {}\nexport const t: T = {};\n",
      "core/b.ts": `import { t } from "./a.ts";\n`,
    },
    "core/a.ts:1: T is used in its own file only: do not export it",
  ],
  [
    "does not take a name in a comment, a text or another file for a use",
    {
      "core/a.ts": `// f\nexport const f = "f";\n`,
      "core/b.ts": `const f = 1; // import { f } from "./a.ts"\n`,
    },
    "core/a.ts:2: f is used by nothing",
  ],
  [
    "knows every way to import",
    {
      "core/a.ts":
        "export default 1;\nexport const a = 1, b = 2, c = 3;\nexport interface D {}\nexport class E {}\n",
      "core/b.ts":
        `import it, { a as other } from "./a.ts";\nconst { b: mine } = await import("./a.ts");\ntype T = import("./a.ts").D;\n`,
      "core/c.ts": `import type { E } from "./a.ts";\nimport { type c } from "./a.ts";\n`,
    },
  ],
  [
    "takes a whole module as used where it is imported as one",
    { "core/a.ts": "export const a = 1;\n", "core/b.ts": `import * as all from "./a.ts";\n` },
  ],
  [
    "looks through modules that hand on others, and finds what they hand on in vain",
    {
      "core/a.ts": "export const a = 1, b = 2;\n",
      "core/all.ts": `export * from "./a.ts";\nexport { a as again } from "./a.ts";\n`,
      "core/user.ts": `import { a } from "./all.ts";\n`,
    },
    "core/a.ts:1: b is used by nothing",
    "core/all.ts:2: again is used by nothing",
  ],
  [
    "lets alone what an entry point of deno.json gives out",
    { "b/mod.ts": `export * from "../core/a.ts";\n`, "core/a.ts": "export const a = 1;\n" },
  ],
  [
    "finds a product function that tests keep alive, and leaves one that its own file uses as well",
    {
      "core/a.ts": "export const dead = 1, alive = 2;\nalive;\n",
      "core/a_test.ts": `import { alive, dead } from "./a.ts";\n`,
    },
    "core/a.ts:1: dead is used by tests only",
  ],
  [
    "lets tests share what lies in testing/ and in tests/",
    {
      "core/testing/a.ts": "export const a = 1;\n",
      "tests/b.ts": "export const b = 1;\n",
      "core/c_test.ts":
        `import "./testing/a.ts";\nimport { a } from "./testing/a.ts";\nimport { b } from "../tests/b.ts";\n`,
    },
  ],
];

for (const [name, files, ...problems] of CASES) {
  Deno.test(`unusedExports ${name}`, async () => {
    deepStrictEqual(await unusedIn(files), problems);
  });
}
