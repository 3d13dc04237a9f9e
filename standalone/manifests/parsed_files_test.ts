import { notStrictEqual as notEqual, strictEqual as equal } from "node:assert/strict";
import { ParsedFiles } from "./parsed_files.ts";

const FILE = { path: "a.yaml", text: "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n" };

Deno.test("ParsedFiles reads a file again only when its text changed, and forgets one that is gone", async () => {
  const files = new ParsedFiles(() => Promise.resolve());
  files.begin();
  const first = await files.parse(FILE);
  equal(first.manifests[0]?.id, "Namespace a");
  files.begin();
  equal(await files.parse({ ...FILE }), first);
  files.begin();
  const changed = await files.parse({ ...FILE, text: FILE.text.replace("name: a", "name: b") });
  equal(changed.manifests[0]?.id, "Namespace b");
  files.begin();
  files.begin();
  notEqual(await files.parse(FILE), first);
});
