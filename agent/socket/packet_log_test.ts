import assert from "node:assert/strict";
import { VERDICT_NAMES } from "../../core/dhcp/mod.ts";

Deno.test("docs/troubleshooting.md says of each thing that can become of a packet what it means", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/troubleshooting.md", import.meta.url));
  const rows = page.split("\n").filter((line) => /^\| `[a-z_]+`/.test(line))
    .map((line) => line.split("|")[1] ?? "");
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  const fields = ["level", "pool", "mac", "seconds"];
  assert.deepEqual(
    named.filter((name) => name !== undefined && !fields.includes(name)).toSorted(),
    [...VERDICT_NAMES].toSorted(),
  );
});
