/**
 * Every command of the documentation is run: here, by another test, or its block says why not.
 *
 * A block that nothing is known of runs here, in a shell whose kubectl talks to a standalone server with the network, pool and VM of
 * README.md; commands that need pods are left out there (`NEEDS`). One that cannot gets `<!-- not run by a test: why -->` right above it.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { findPrograms } from "../real/mod.ts";
import { until } from "../network/wait.ts";
import { type Block, blocksIn, blocksOfPages, placeOf, ROOT } from "./blocks.ts";
import { Shell } from "./shell.ts";

const INSTALLING = "tests/deploy/documents_test.ts";
/** What other tests run, block by block: page, heading, and the test. */
const ELSEWHERE: readonly (readonly [page: string, heading: string, test: string])[] = [
  ["README.md", "See it work", "tests/demo/demo_test.ts"],
  ["README.md", "Try it on a cluster", INSTALLING],
  ["docs/install.md", "deno task deploy", INSTALLING],
  ["docs/install.md", "Helm", INSTALLING],
  ["docs/install.md", "kustomize", INSTALLING],
  ["docs/install.md", "Harvester's Addon", INSTALLING],
  ["docs/remove.md", "deno task deploy", INSTALLING],
  ["docs/remove.md", "Helm", INSTALLING],
  ["docs/remove.md", "kustomize", INSTALLING],
  ["docs/remove.md", "Harvester's Addon", INSTALLING],
  ["docs/remove.md", "The records, too", INSTALLING],
  ["docs/netbox.md", "Once", "tests/docs/netbox_test.ts"],
];
/** Commands that a standalone server has nothing for, and what that is; the other commands of their blocks run. */
const NEEDS: readonly (readonly [command: RegExp, what: string])[] = [
  [/^kubectl .*\b(logs|port-forward|exec|rollout)\b/, "pods"],
  [/^kubectl .*\b(get|describe) (pods?|deploy\w*|certificates|secrets?)\b/, "pods and their kinds"],
  [/^kubectl .*\bget \S*webhookconfigurations/, "admission"],
  [/^kubectl .*\bget lease vm-dhcp-controllers/, "an election"],
  [/^kubectl auth\b|^kubectl .*\bcreate rolebinding\b/, "rights"],
  [/^kubectl proxy\b/, "the service proxy"],
  [/^curl .*\blocalhost:/, "what port-forward reaches"],
];
/** What pages call a VM and its MAC address that README.md has made. */
const STAND_INS: readonly (readonly [said: RegExp, meant: string])[] = [
  [/\bmy-vm\b/g, "web"],
  [/52:54:00:11:22:01/g, "52:54:00:12:34:56"],
  [/kubectl --server \S+ describe ippl lab/g, "kubectl describe ippl net-48"],
];
const WAIT_MS = 20_000;

const blocks = await blocksOfPages();
const commands = [
  ...blocks.filter(({ language }) => language === "sh"),
  ...blocks.flatMap(typedIn),
];
const elsewhere = commands.filter(({ page, heading }) =>
  ELSEWHERE.some(([of, below]) => of === page && below === heading)
);
const known = new Set(elsewhere.flatMap(({ text }) => commandsOf(text)));
const here = commands.filter((block) =>
  block.whyNot === undefined && !elsewhere.includes(block) &&
  !commandsOf(block.text).every((command) => known.has(command))
);

/** What somebody types in a block that shows a session (`$ command`, and what comes of it). */
function typedIn(block: Block): readonly Block[] {
  const typed = [...block.text.matchAll(/^\$ (.*)$/gm)].map(([, command]) => `${command}\n`);
  const isSession = block.language === "console" && typed.length > 0;
  return isSession ? [{ ...block, language: "sh", text: typed.join("") }] : [];
}

/** The commands of a block, one a line: what goes on in the next line is one with it. */
function commandsOf(text: string): readonly string[] {
  const lines = text.replaceAll(/ *\\\n\s*/g, " ").split("\n");
  return lines.map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** What of a block a standalone server can be asked. */
function playable(text: string): string {
  const commands = commandsOf(text);
  const isLacking = (command: string) => NEEDS.some(([needs]) => needs.test(command));
  if (!commands.some(isLacking)) return text;
  return commands.filter((command) => !isLacking(command)).join("\n");
}

/** A table or a sentence without what differs from run to run. */
function linesOf(text: string): readonly string[] {
  return text.trim().split("\n").map((line) =>
    line.trimEnd().replaceAll(/ +/g, " ").replace(/ (\d+[smh])+$/, " AGE")
  );
}

function isShown(printed: string, shown: string): boolean {
  return JSON.stringify(linesOf(printed)) === JSON.stringify(linesOf(shown));
}

/** Runs a block; where it shows what is printed, its last command may say so a moment later. */
async function play(shell: Shell, { text, shown }: Block): Promise<void> {
  const meant = STAND_INS.reduce((all, [said, name]) => all.replaceAll(said, name), playable(text));
  const printed = await shell.run(meant);
  if (shown === undefined || isShown(printed, shown)) return;
  const last = commandsOf(meant).at(-1) ?? "";
  let latest = printed;
  await until(async () => isShown(latest = await shell.run(last), shown), {
    what: "it prints what the page shows",
    timeoutMs: WAIT_MS,
    everyMs: 200,
  }).catch(() => deepStrictEqual(linesOf(latest), linesOf(shown)));
}

Deno.test("the reader of pages sees headings, indents, marks, and what a block prints", () => {
  const text =
    "# A\n\n```sh\none\n```\n\n## B\n\n1. x\n\n   ```sh\n   two\n     three\n   ```\n\n   ```console\n   four\n   ```\n\n" +
    "<!-- not run by a test: it takes\n     a day -->\n\n```sh\nfive\n```\n";
  deepStrictEqual(blocksIn("x.md", text), [
    { page: "x.md", heading: "", language: "sh", text: "one\n", line: 3 },
    {
      page: "x.md",
      heading: "B",
      language: "sh",
      text: "two\n  three\n",
      line: 11,
      shown: "four\n",
    },
    { page: "x.md", heading: "B", language: "console", text: "four\n", line: 16 },
    {
      page: "x.md",
      heading: "B",
      language: "sh",
      text: "five\n",
      line: 23,
      whyNot: "it takes a day",
    },
  ]);
});

Deno.test("every part of a page that another test runs is there, and so is the test, which reads or plays it", async () => {
  for (const [page, heading, test] of ELSEWHERE) {
    ok(
      elsewhere.some((block) => block.page === page && block.heading === heading),
      `${page} has no commands below "${heading}"`,
    );
    ok((await Deno.stat(`${ROOT}/${test}`)).isFile, test);
  }
});

Deno.test("a mark says why in words, and stands only where no test would run the block anyway", () => {
  const marked = commands.filter(({ whyNot }) => whyNot !== undefined);
  deepStrictEqual(marked.filter(({ whyNot = "" }) => !/^\w.{9,}$/.test(whyNot)).map(placeOf), []);
  deepStrictEqual(marked.filter((block) => elsewhere.includes(block)).map(placeOf), []);
});

Deno.test("every deno task of a page is there, and knows the flags that the page gives it", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const shown = blocks.filter(({ language }) => ["sh", "console", "ini"].includes(language));
  const used = new Map<string, Set<string>>();
  const problems: string[] = [];
  for (const block of shown) {
    for (const command of commandsOf(block.text)) {
      const [, name = "", rest = ""] = /\bdeno(?:@[\d.]+)? task ([\w:]+)(.*)/.exec(command) ?? [];
      if (name === "") continue;
      if (tasks[name] === undefined) problems.push(`${placeOf(block)}: no task ${name}`);
      const flags = [...rest.matchAll(/(?:^|\s)(--[\w-]+)/g)].map(([, flag = ""]) => flag);
      for (const flag of flags) used.set(name, (used.get(name) ?? new Set()).add(flag));
    }
  }
  ok(used.size > 3, `flags of ${used.size} tasks found`);
  for (const [name, flags] of used) {
    const help = await helpOf(name);
    for (const flag of flags) {
      if (!help.includes(flag)) problems.push(`deno task ${name} knows no ${flag}`);
    }
  }
  deepStrictEqual(problems, []);
});

async function helpOf(task: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, "--help"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
}

/** Pages whose commands only look share one server. */
function groupOf({ page }: Block): string {
  return page.startsWith("docs/runbooks/") ? "docs/runbooks" : page;
}

for (const [group, played] of Map.groupBy(here, groupOf)) {
  Deno.test(`the commands of ${group} run, one after the other, and print what it shows`, async (t) => {
    const { kubectl } = await findPrograms();
    await using shell = await Shell.open({ kubectl, env: { IMAGE: "localhost/vm-dhcp:0.2.0" } });
    for (const block of played) {
      const fn = () => play(shell, block);
      await t.step({ name: placeOf(block), ignore: playable(block.text) === "", fn });
    }
  });
}
