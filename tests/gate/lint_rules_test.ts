import { deepStrictEqual } from "node:assert/strict";
import plugin from "../../tools/lint_plugin.ts";

/** What the rules say against `source` in `file`: rule and text. */
function findings(
  file: string,
  source: string,
): readonly (readonly [rule: string, text: string])[] {
  return Deno.lint.runPlugin(plugin, file, source)
    .map(({ id, range }) => [id.replace("vm-dhcp/", ""), source.slice(...range)] as const);
}

const IMPURE: readonly (readonly [source: string, text: string])[] = [
  ["const a = Deno.readFileSync('x');", "Deno"],
  ["type T = typeof Deno;", "Deno"],
  ["const a = globalThis['Deno'];", "globalThis"],
  ["const t = Date.now();", "Date.now"],
  ["const t = Date['now']();", "Date['now']"],
  ["const t = new Date();", "new Date()"],
  ["const r = Math.random();", "Math.random"],
  ["const r = crypto.randomUUID();", "crypto"],
  ["const t = performance.now();", "performance"],
  ["setTimeout(() => {}, 1);", "setTimeout"],
  ["const p = process.env;", "process"],
  ["const f = () => fetch('x');", "fetch"],
];

for (const [source, text] of IMPURE) {
  Deno.test(`pure-core reports in core: ${source}`, () => {
    deepStrictEqual(findings("core/net/a.ts", source).filter(([rule]) => rule === "pure-core"), [
      ["pure-core", text],
    ]);
  });
}

Deno.test("pure-core lets pure code, names and text alone", () => {
  const source = [
    "// Deno.args, Date.now()",
    "const text = 'Deno.env Math.random()';",
    "const day = new Date(0).toISOString();",
    "const o = { Deno: 1, crypto: 2 }.crypto;",
    "class A { fetch() { return this.fetch; } }",
  ].join("\n");
  deepStrictEqual(findings("core/net/a.ts", source), []);
});

Deno.test("pure-core is for core alone, and not for its tests and benches", () => {
  for (const file of ["kube/a.ts", "core/net/a_test.ts", "core/net/a_bench.ts"]) {
    deepStrictEqual(findings(file, "const t = Date.now();"), []);
  }
});

const ENTRY: readonly (readonly [source: string, text: string])[] = [
  ["const a = Deno.args;", "Deno.args"],
  ["const e = Deno.env.get('HOME');", "Deno.env"],
  ["Deno.exit(1);", "Deno.exit"],
  ["Deno['exit'](1);", "Deno['exit']"],
  ["const name = 'env'; Deno[name];", "Deno[name]"],
  ["const { env } = Deno;", "{ env } = Deno"],
];

for (const [source, text] of ENTRY) {
  Deno.test(`only-main reports outside main.ts: ${source}`, () => {
    deepStrictEqual(findings("agent/socket.ts", source), [["only-main", text]]);
  });
  Deno.test(`only-main allows in main.ts: ${source}`, () => {
    deepStrictEqual(findings("agent/main.ts", source), []);
  });
}

Deno.test("only-main lets other uses of Deno alone", () => {
  deepStrictEqual(findings("agent/socket.ts", "Deno.listenDatagram({}); type T = Deno.Conn;"), []);
});

Deno.test("only-main is not misled by a file whose name only ends like main.ts", () => {
  deepStrictEqual(findings("agent/domain.ts", "Deno.exit(0);"), [["only-main", "Deno.exit"]]);
});

Deno.test("strict-assert reports the loose functions, in code and in examples, and mends them", () => {
  const module = '"node:assert/strict"';
  const source = [
    `/** import { equal } from ${module}; */`,
    `import { deepEqual as same, ok, strictEqual as equal } from ${module};`,
  ].join("\n");
  deepStrictEqual(findings("kube/a_test.ts", source), [
    ["strict-assert", "equal"],
    ["strict-assert", "deepEqual"],
  ]);
  const fixes = Deno.lint.runPlugin(plugin, "kube/a_test.ts", source)
    .flatMap(({ fix }) => fix?.map(({ text }) => text) ?? []);
  deepStrictEqual(fixes, ["strictEqual as equal", "deepStrictEqual"]);
});
