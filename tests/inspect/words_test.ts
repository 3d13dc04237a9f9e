import { deepStrictEqual, ok } from "node:assert/strict";
import { advised } from "../../core/inspect/advice.ts";
import { silenceMeaning } from "../../core/inspect/silence.ts";

/** The cells of the rows of a page's tables. */
async function rowsOf(page: string): Promise<readonly (readonly string[])[]> {
  const text = await Deno.readTextFile(new URL(`../../docs/${page}`, import.meta.url));
  return text.split("\n").filter((line) => /^\| `\w+`/.test(line)).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

/** Without links and the marks of code. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll("`", "");
}

Deno.test("what why advises is what docs/events.md says", async () => {
  const rows = await rowsOf("events.md");
  ok(rows.length > 60, `${rows.length} rows`);
  for (const row of rows) {
    const reason = plain(row[0] ?? "");
    const todo = plain(row.at(-1) ?? "");
    deepStrictEqual(advised(reason), todo === "Nothing." ? {} : { todo }, reason);
  }
  deepStrictEqual(advised("constructor"), {});
});

Deno.test("what why says of packets is what docs/troubleshooting.md says", async () => {
  const answered = ["offer", "ack", "inform_ack", "boot_reply"];
  const rows = (await rowsOf("troubleshooting.md")).filter((row) => row.length === 3);
  const verdicts = rows.flatMap(([reasons = "", meaning = "", todo = ""]) =>
    [...reasons.matchAll(/`(\w+)`/g)].map(([, reason = ""]) => ({ reason, meaning, todo }))
  ).filter(({ reason }) => !answered.includes(reason));
  ok(verdicts.length > 20, `${verdicts.length} verdicts`);
  for (const { reason, meaning, todo } of verdicts) {
    const words = plain(todo);
    const told = /^\w+\.md$/.test(words)
      ? `See docs/${words}.`
      : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
    deepStrictEqual(silenceMeaning(reason), {
      meaning: plain(meaning),
      ...(words.startsWith("nothing") ? {} : { todo: told }),
    }, reason);
  }
});
