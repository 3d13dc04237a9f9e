/**
 * `docs/logs.md` has every log line of the programs, and no other.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { filesBelow, isBench, isTest } from "../../tools/gate/files.ts";
import { logLinesOf } from "./log_lines.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** Which heading of the page has the lines of which folders. */
const HEADINGS: Readonly<Record<string, readonly string[]>> = {
  "Every program": ["runtime", "kube"],
  "The controller": ["controller", "core"],
  "Looking in": ["inspect", "page"],
  "Agents": ["agent"],
  "The webhook": ["webhook"],
  "The standalone server": ["standalone"],
};

/** What is no part of a program: stand-ins for tests, and the demo, which tells its story. */
const APART = /\/testing\/|^standalone\/demo\//;

interface Row {
  readonly heading: string;
  readonly message: string;
  readonly level: string;
}

function shown({ heading, message, level }: Row): string {
  return `${heading} | ${level} | ${message}`;
}

/** The rows of the page's tables. */
async function rowsOfPage(): Promise<readonly (Row & { readonly cells: readonly string[] })[]> {
  const page = await Deno.readTextFile(`${ROOT}/docs/logs.md`);
  return page.split(/^## /m).slice(1).flatMap((section) => {
    const heading = section.split("\n")[0] ?? "";
    return section.split("\n").filter((line) => line.startsWith("| `")).flatMap((line) => {
      const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
      const [message = "", levels = ""] = cells.map((cell) => cell.replaceAll("`", ""));
      return levels.split(", ").map((level) => ({ heading, message, level, cells }));
    });
  });
}

async function linesOfCode() {
  const found = await Promise.all(
    Object.entries(HEADINGS).flatMap(([heading, folders]) =>
      folders.map(async (folder) => {
        const files = (await filesIn(folder)).filter((file) => !APART.test(file));
        return await Promise.all(files.map(async (file) => ({
          heading,
          ...logLinesOf(file, await Deno.readTextFile(`${ROOT}/${file}`)),
        })));
      })
    ),
  );
  return found.flat();
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const files = await filesBelow(ROOT, ".ts", folder);
    return files.filter((file) => !isTest(file) && !isBench(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("the reader of log lines sees literals, both sides of a choice, templates and what is handed in", () => {
  const text = `
    log.info("a", {});
    this.#options.logger?.warn(up ? "b" : "c", {});
    log.error(\`\${title} ends\`);
    function say(done: string) { log.info(done); }
    say("d");
    log.debug("not this one");
    controller.error(new Error("nor this"));
    log.warn(text(), {});`;
  const { lines, unreadable } = logLinesOf("x.ts", text);
  deepStrictEqual(lines.map(({ message, level }) => `${level} ${message}`), [
    "info a",
    "warn b",
    "warn c",
    "error {title} ends",
    "info d",
  ]);
  deepStrictEqual(unreadable, ["x.ts:9"]);
});

Deno.test("docs/logs.md has every line at info and above under the heading of its folder, and no other", async () => {
  const code = await linesOfCode();
  const wanted = new Map(
    code.flatMap(({ heading, lines }) =>
      lines.map((line) => [shown({ heading, ...line }), line.at] as const)
    ),
  );
  ok(wanted.size > 80, `${wanted.size} lines found`);
  deepStrictEqual(code.flatMap(({ unreadable }) => unreadable), [], "a message is constant text");
  const page = new Set((await rowsOfPage()).map(shown));
  const missing = [...wanted].filter(([row]) => !page.has(row))
    .map(([row, at]) => `add to docs/logs.md, with meaning and what to do: ${row} (${at})`);
  const old = [...page].filter((row) => !wanted.has(row))
    .map((row) => `take out of docs/logs.md, no program writes it: ${row}`);
  deepStrictEqual([...missing, ...old], []);
});

Deno.test("every row of docs/logs.md says what the line means and what to do", async () => {
  const rows = await rowsOfPage();
  deepStrictEqual(
    rows.filter(({ cells }) => cells.length !== 4 || cells.some((cell) => cell === ""))
      .map(shown),
    [],
  );
});
