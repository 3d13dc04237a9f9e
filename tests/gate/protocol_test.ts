import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { protocolPage, ruleProblems } from "../../tools/protocol/page.ts";
import type { RuleSection } from "../../tools/protocol/rule.ts";
import { ruleTests } from "../../tools/protocol/rule_tests.ts";
import { protocolProblems } from "../../tools/protocol.ts";
import { inTree } from "./temporary_tree.ts";

const SECTIONS: readonly RuleSection[] = [{
  title: "Replies",
  rules: [
    { number: 1, title: "Answers", text: "A reply comes.", source: "RFC 1" },
    {
      number: 2,
      title: "Length",
      text: "It is short.",
      source: "our own",
      choice: "Ten octets, since few fit.",
    },
    { number: 3, title: "End", text: "It ends.", source: "RFC 2" },
  ],
}];

const TESTS = {
  "core/a_test.ts": `
Deno.test("rule 1: it comes", () => {});
Deno.test("T5, rules 2 to 3: it is \\"short\\": ten octets", () => {});
for (const one of [1]) Deno.test(\`rules 1, 3 and 9: \${one} of many\`, () => {});
const ROWS: readonly unknown[] = [["a", {}], ["b", {}]] as const;
for (const [name, one] of ROWS) Deno.test(\`rule 4: \${name}, 7 and \${one.more}\`, () => {});
Deno.test({ name: "P1, rule 8: so-called", fn: () => {} });
Deno.test("planPool 2: of a rule 2: nothing", () => {});
// rule 7: words of a comment
`,
  "core/a.ts": `Deno.test("rule 6: no test file", () => {});`,
};

Deno.test("ruleTests finds numbers before the first colon: several, ranges, filled templates and objects, nothing else", async () => {
  const found = await inTree(TESTS, ruleTests);
  deepStrictEqual(found.map(({ title, rules }) => [title, rules]), [
    ["it comes", [1]],
    ['it is "short": ten octets', [2, 3]],
    ["1 of many", [1, 3, 9]],
    ["(a / b), 7 and `one.more`", [4]],
    ["so-called", [8]],
  ]);
  deepStrictEqual(found.map(({ path }) => path), found.map(() => "core/a_test.ts"));
});

Deno.test("ruleProblems names a rule without a test, a test of no rule, and a gap in the numbers", () => {
  const test = (...rules: number[]) => ({ path: "core/a_test.ts", title: "it", rules });
  deepStrictEqual(ruleProblems({ sections: SECTIONS, tests: [test(1), test(2, 3)] }), []);
  deepStrictEqual(ruleProblems({ sections: SECTIONS, tests: [test(1), test(3, 4)] }), [
    'Rule 2 has no test: name one "rule 2: ..." where it is decided',
    'core/a_test.ts: "it" names rule 4, which tools/protocol/rules does not have',
  ]);
  const [section] = SECTIONS;
  const gap = [{ title: "", rules: section?.rules.filter(({ number }) => number !== 2) ?? [] }];
  deepStrictEqual(ruleProblems({ sections: gap, tests: [test(1, 3)] }), [
    "Rule 3 does not follow the one before it",
  ]);
});

Deno.test("protocolPage shows each rule with its source, its choice and its tests by file", async () => {
  const page = protocolPage({ sections: SECTIONS, tests: await inTree(TESTS, ruleTests) });
  match(page, /^3 rules .* the 5 tests /m);
  match(page, /^- \[Replies\]\(#replies\): rules 1 to 3$/m);
  match(page, /^- \[Rule 2\]\(#rule-2\): Length$/m);
  strictEqual(
    page.includes(`
### <a id="rule-2"></a>Rule 2: Length

It is short. (our own)

**Choice:** Ten octets, since few fit.

<details><summary>1 test</summary>

- [core/a_test.ts](../core/a_test.ts): it is "short": ten octets

</details>
`),
    true,
    page,
  );
});

Deno.test("protocolProblems says how a page that is old is made new", async () => {
  const problems = await inTree({ ...TESTS, "docs/protocol.md": "# Old\n" }, protocolProblems);
  match(problems.join("\n"), /^docs\/protocol\.md is not .*; run: deno task protocol --write$/m);
  match(problems.join("\n"), /^Rule 44 has no test/m);
});
