/**
 * `docs/clients.md`, from what was recorded.
 *
 * @module
 */
import { FAMILIES } from "../../core/dhcp/fixtures/families.ts";
import { DEEDS } from "./live/client_kind.ts";
import { KINDS } from "./live/kinds.ts";
import type { ClientsRecord } from "./record.ts";

const HEAD = `# Clients

What DHCP clients were seen to do with vm-dhcp: the tests in [tests/clients](../tests/clients) run them, \`deno task clients\` writes this page. Each
client has a network of its own.`;

const SEEN = `### What was seen of them

Each message of the client, and what the agent made of it: \`REQUEST (extending): ack\` is a renewal that was granted, \`nak_wrong_address\` a refusal
because the address is no longer the client's. [troubleshooting.md](troubleshooting.md#what-became-of-a-packet) has all of these words. Selecting,
rebooting and extending are the states of the client: it chose an offer, starts again with the address that it had, or renews.`;

const BUILT = `## Systems whose packets are built

These systems were not run, and no packet of theirs was captured. The tests build packets in their manner
(\`core/dhcp/fixtures/families.ts\`) and put them to the server. They show that packets of this form are served, not what these systems do.`;

/** The page. */
export function clientsPage(record: ClientsRecord): string {
  const live = KINDS.map(({ name }) => name).filter((name) => name in record);
  const others = Object.keys(record).filter((name) => !live.includes(name));
  return [
    HEAD,
    "## Clients that were run",
    table([
      ["What the client does", ...live],
      ...Object.entries(DEEDS).map(([deed, words]) => [
        words,
        ...live.map((name) => record[name]?.sights[deed]?.does ? "yes" : "no"),
      ]),
    ]),
    remarks(record, live, DEEDS),
    SEEN,
    table([["What the client does", "Seen", "Clients"], ...seenRows(record, live)]),
    ...(others.length === 0 ? [] : [
      "## Tools, firmware and machines",
      table([
        ["It", "What it does", "", "Seen"],
        ...others.flatMap((name) =>
          Object.entries(record[name]?.sights ?? {}).map((
            [deed, { does, seen }],
          ) => [name, deed, does ? "yes" : "no", seen])
        ),
      ]),
      remarks(record, others, {}),
    ]),
    "## Versions",
    table([
      ["It", "Debian's package", "Version"],
      ...[...live, ...others].map((name) => [
        name,
        `\`${record[name]?.package}\``,
        record[name]?.version ?? "",
      ]),
    ]),
    BUILT,
    table([
      ["System", "From a public source", "From memory"],
      ...FAMILIES.map(({ name, published }) => [
        name,
        published,
        published === "nothing" ? "all" : "all else",
      ]),
    ]),
  ].join("\n\n") + "\n";
}

/** For each deed what was seen, once, with the clients of which it was seen. */
function seenRows(record: ClientsRecord, names: readonly string[]): readonly (readonly string[])[] {
  return Object.entries(DEEDS).flatMap(([deed, words]) => {
    const seen = Map.groupBy(names, (name) => record[name]?.sights[deed]?.seen || "nothing");
    return [...seen].map(([text, clients]) => [words, text, clients.join(", ")]);
  });
}

/** A line for each remark, with the clients and the deeds that it is about. */
function remarks(
  record: ClientsRecord,
  names: readonly string[],
  words: Readonly<Record<string, string>>,
): string {
  const all = names.flatMap((name) =>
    Object.entries(record[name]?.sights ?? {}).flatMap(([deed, { remark }]) =>
      remark === undefined ? [] : [{ name, deed: words[deed] ?? deed, remark }]
    )
  );
  const lines = Map.groupBy(all, ({ deed, remark }) => `${deed}: ${remark}`);
  return [...lines]
    .map(([text, of]) => `- **${of.map(({ name }) => name).join(", ")}** ${text}`)
    .join("\n");
}

/** With columns as the formatter has them. */
function table(rows: readonly (readonly string[])[]): string {
  const texts = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(3, ...texts.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const [head = "", ...others] = texts.map((row) =>
    line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  );
  return [head, line(widths.map((width) => "-".repeat(width))), ...others].join("\n");
}
