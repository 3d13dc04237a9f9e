/**
 * `docs/protocol.md`: every rule with its source, its choice and its tests.
 *
 * @module
 */
import type { RuleSection } from "./rule.ts";
import type { RuleTest } from "./rule_tests.ts";

/** What the page is made of. */
interface ProtocolFacts {
  readonly sections: readonly RuleSection[];
  readonly tests: readonly RuleTest[];
}

/** What is wrong with rules and tests: a gap in the numbers, a rule without a test, a test of a rule that is not there. */
export function ruleProblems({ sections, tests }: ProtocolFacts): readonly string[] {
  const numbers = sections.flatMap(({ rules }) => rules.map((rule) => rule.number));
  const misplaced = numbers.find((number, index) => number !== index + 1);
  const known = new Set(numbers);
  const tested = new Set(tests.flatMap(({ rules }) => rules));
  return [
    ...(misplaced === undefined ? [] : [`Rule ${misplaced} does not follow the one before it`]),
    ...numbers.filter((number) => !tested.has(number)).map((number) =>
      `Rule ${number} has no test: name one "rule ${number}: ..." where it is decided`
    ),
    ...tests.flatMap(({ path, title, rules }) =>
      rules.filter((number) => !known.has(number)).map((number) =>
        `${path}: "${title}" names rule ${number}, which tools/protocol/rules does not have`
      )
    ),
  ];
}

/** The page. */
export function protocolPage(facts: ProtocolFacts): string {
  const { sections, tests } = facts;
  const rules = sections.flatMap((section) => section.rules);
  const choices = rules.filter(({ choice }) => choice !== undefined);
  return [
    "# The protocol, rule by rule",
    "",
    "<!-- Written by `deno task protocol --write` from `tools/protocol/rules` and the names of the tests. -->",
    "",
    `${rules.length} rules for DHCPv4 with static bindings, and the ${tests.length} tests that decide them. Numbers alone are options:`,
    "51 is the lease time (RFC 2132). A client is _known_ where its MAC address has an address on the network that it",
    "asks on.",
    "",
    ...sections.map(({ title, rules }) =>
      `- [${title}](#${slug(title)}): rules ${rules[0]?.number} to ${rules.at(-1)?.number}`
    ),
    "",
    `The standards leave ${choices.length} of the rules open; each says what this server does and why:`,
    "",
    ...choices.map(({ number, title }) => `- [Rule ${number}](#rule-${number}): ${title}`),
    ...sections.flatMap((section) => sectionLines(section, tests)),
    "",
  ].join("\n");
}

/** The fragment by which a heading is reached. */
function slug(heading: string): string {
  return heading.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-");
}

function sectionLines(
  { title, rules }: RuleSection,
  tests: readonly RuleTest[],
): readonly string[] {
  return [
    "",
    `## ${title}`,
    ...rules.flatMap(({ number, title, text, source, choice }) => [
      ...["", `### <a id="rule-${number}"></a>Rule ${number}: ${title}`, "", `${text} (${source})`],
      ...(choice === undefined ? [] : ["", `**Choice:** ${choice}`]),
      ...testLines(tests.filter((test) => test.rules.includes(number))),
    ]),
  ];
}

/** A line for each file, folded. */
function testLines(tests: readonly RuleTest[]): readonly string[] {
  const titles = Map.groupBy(tests, ({ path }) => path);
  const lines = [...titles].map(([path, ofPath]) =>
    `- [${path}](../${path}): ${ofPath.map(({ title }) => title).join("; ")}`
  );
  if (lines.length === 0) return [];
  const count = tests.length === 1 ? "1 test" : `${tests.length} tests`;
  return ["", `<details><summary>${count}</summary>`, "", ...lines, "", "</details>"];
}
