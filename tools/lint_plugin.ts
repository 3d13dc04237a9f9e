/**
 * Lint rules of this repository: `core/` is pure, only `main.ts` reads arguments and environment or exits, and
 * assertions are strict. The first two see the syntax tree, so that comments and strings do not mislead them.
 *
 * @module
 */

/** Globals that core may not touch: doors to the outside, clocks, randomness. Its types have none of them either. */
const IMPURE: ReadonlySet<string> = new Set([
  "Deno",
  "globalThis",
  "process",
  "performance",
  "crypto",
  "fetch",
  "setTimeout",
  "setInterval",
]);
/** What only a program's entry may do. */
const ENTRY_ONLY: ReadonlySet<string> = new Set(["args", "env", "exit"]);

const ROOT = new URL("..", import.meta.url).pathname;

/** Path relative to the repository; what lies elsewhere (as in tests of these rules) stays as it is. */
function relative(filename: string): string {
  return filename.startsWith(ROOT) ? filename.slice(ROOT.length) : filename.replace(/^\//, "");
}

function isTestOrBench(path: string): boolean {
  return path.endsWith("_test.ts") || path.endsWith("_bench.ts");
}

/** Whether an identifier is a use of a global: no property, no key, no declaration. */
function isGlobalUse(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.value === node || parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSQualifiedName":
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "TSEnumMember":
    case "LabeledStatement":
      return false;
    default:
      return true;
  }
}

/** The name of a member: `a.b`, `a["b"]`; `undefined` where it is computed. */
function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property } = node;
  if (property.type === "Identifier" && !node.computed) return property.name;
  return property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : undefined;
}

const pureCore: Deno.lint.Rule = {
  create(context) {
    const path = relative(context.filename);
    if (!path.startsWith("core/") || isTestOrBench(path)) return {};
    const report = (node: Deno.lint.Node, what: string): void =>
      context.report({ node, message: `core is pure: ${what} is not allowed here` });
    return {
      Identifier(node) {
        if (IMPURE.has(node.name) && isGlobalUse(node)) report(node, node.name);
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier") return;
        const name = `${node.object.name}.${memberName(node) ?? "[...]"}`;
        if (name === "Date.now" || name === "Math.random" || name === "Date.[...]") {
          report(node, name);
        }
      },
      NewExpression(node) {
        const isDate = node.callee.type === "Identifier" && node.callee.name === "Date";
        if (isDate && node.arguments.length === 0) report(node, "new Date()");
      },
    };
  },
};

const onlyMain: Deno.lint.Rule = {
  create(context) {
    const path = relative(context.filename);
    const exempt = /(^|\/)main\.ts$/.test(path) || isTestOrBench(path) ||
      /^(tools|tests|examples)\//.test(path);
    if (exempt) return {};
    const report = (node: Deno.lint.Node, what: string): void =>
      context.report({
        node,
        message: `only main.ts reads arguments and environment or exits: ${what}`,
      });
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
        const name = memberName(node);
        if (name === undefined || ENTRY_ONLY.has(name)) report(node, `Deno.${name ?? "[...]"}`);
      },
      VariableDeclarator(node) {
        if (node.init?.type === "Identifier" && node.init.name === "Deno") {
          report(node, "Deno, taken apart");
        }
      },
    };
  },
};

/** Deno 2.9.6 gives out the loose functions under these names, also from `node:assert/strict`: 1 would equal "1". */
const LOOSE: Readonly<Record<string, string>> = {
  equal: "strictEqual",
  deepEqual: "deepStrictEqual",
  notEqual: "notStrictEqual",
  notDeepEqual: "notDeepStrictEqual",
};

/** Looks at the text, so that the examples in comments count. */
const strictAssert: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        for (
          const match of context.sourceCode.text.matchAll(/import \{([^}]*)\} from "node:assert/g)
        ) {
          const names = (match[1] ?? "").matchAll(/(\w+)( as \w+)?/g);
          for (const { 1: name = "", 2: alias = "", index } of names) {
            const strict = Object.hasOwn(LOOSE, name) ? LOOSE[name] : undefined;
            if (strict === undefined) continue;
            const start = match.index + "import {".length + index;
            const range: Deno.lint.Range = [start, start + name.length];
            context.report({
              range,
              message:
                `${name} is loose under Deno: import ${strict} instead, as ${name} if need be`,
              fix: (fixer) =>
                fixer.replaceTextRange(range, alias === "" ? `${strict} as ${name}` : strict),
            });
          }
        }
      },
    };
  },
};

/** The rules: `vm-dhcp/pure-core`, `vm-dhcp/only-main` and `vm-dhcp/strict-assert`. */
const plugin: Deno.lint.Plugin = {
  name: "vm-dhcp",
  rules: { "pure-core": pureCore, "only-main": onlyMain, "strict-assert": strictAssert },
};
export default plugin;
