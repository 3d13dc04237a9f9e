import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { mutate, mutationsOf } from "./mutations.ts";

/** The text with each change in it, for a body of one line. */
function variants(text: string): readonly string[] {
  return mutationsOf("a.ts", text).map((mutation) => mutate(text, mutation));
}

Deno.test("mutationsOf swaps comparisons, and moves their boundary by one", () => {
  deepStrictEqual(variants("export const f = a < b;"), [
    "export const f = a >= b;",
    "export const f = a <= b;",
  ]);
  deepStrictEqual(variants("export const f = a === b;"), ["export const f = a !== b;"]);
});

Deno.test("mutationsOf negates a condition, unless the swap of its comparison says the same", () => {
  deepStrictEqual(variants("if (a) b;"), ["if (!(a)) b;", "if (a) ;"]);
  deepStrictEqual(variants("x = a > 1 ? y : z;").filter((text) => text.includes("!(")), []);
});

Deno.test("mutationsOf swaps && and ||, + and -, but joins of texts stay", () => {
  deepStrictEqual(variants("export const f = a && b;"), ["export const f = a || b;"]);
  deepStrictEqual(variants("export const f = a + b;"), ["export const f = a - b;"]);
  deepStrictEqual(variants("export const f = a + `${b}` + c;"), [`export const f = a + "" + c;`]);
});

Deno.test("mutationsOf removes what a statement does, and replaces true, false, small numbers and texts", () => {
  deepStrictEqual(variants(`f(true, 7, "x", \`y\${z}\`, 5000);`), [
    ";",
    `f(false, 7, "x", \`y\${z}\`, 5000);`,
    `f(true, (7 + 1), "x", \`y\${z}\`, 5000);`,
    `f(true, 7, "", \`y\${z}\`, 5000);`,
    `f(true, 7, "x", "", 5000);`,
  ]);
});

Deno.test("mutationsOf lets a function return at once, with what its type allows", () => {
  const early = (type: string): string | undefined =>
    variants(`function f(): ${type} { g; h; }`).find((text) => text.includes("{ return"));
  strictEqual(early("void"), "function f(): void { return; g; h; }");
  strictEqual(early("Promise<void>"), "function f(): Promise<void> { return; g; h; }");
  strictEqual(early("A | undefined"), "function f(): A | undefined { return undefined; g; h; }");
  strictEqual(early("readonly A[]"), "function f(): readonly A[] { return []; g; h; }");
  strictEqual(early("A"), undefined);
});

Deno.test("mutationsOf leaves types, imports, comments, log lines and the words of errors and of --help", () => {
  deepStrictEqual(
    variants([
      `import { a } from "b";`,
      `export type T = "x" | 1;`,
      `interface I { readonly k: true }`,
      `// if (a < b) c();`,
      `this.#log.warn("Cannot", { n: 1 });`,
      `export const e = new RangeError("no");`,
      `export const x = new DOMException("It ends", "AbortError");`,
      `export const s = { help: "What it does" };`,
      `export const s = logSettings({ debug: "Log more" });`,
    ].join("\n")),
    [],
  );
});

Deno.test("mutationsOf names file, line and change", () => {
  const [mutation] = mutationsOf("core/a.ts", "\nexport const f = a === b;\n");
  deepStrictEqual([mutation?.path, mutation?.line, mutation?.what], [
    "core/a.ts",
    2,
    "a === b: === -> !==",
  ]);
});
