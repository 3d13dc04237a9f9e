import { deepStrictEqual, match, notDeepStrictEqual, strictEqual } from "node:assert/strict";
import { filesBelow } from "../../tools/gate/files.ts";
import { importsOf } from "../../tools/imports/graph.ts";
import { IMPORT_TABLE } from "../../tools/imports/table.ts";
import { readModules } from "../../tools/syntax/repository.ts";

const ROOT = new URL("../../", import.meta.url);

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Everything between backquotes. */
function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = ""]) => inner);
}

/** Cells of each row of the first table below the heading. */
function tableBelow(text: string, heading: string): readonly (readonly string[])[] {
  const section = text.slice(text.indexOf(`${heading}\n`)).split(/\n## /)[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)) !== undefined;
  } catch {
    return false;
  }
}

/** What reads like a path of this repository: a file by its ending, or something below a folder that is here. */
function pathsIn(text: string): readonly string[] {
  const folders = new Set([...Deno.readDirSync(ROOT)].map(({ name }) => name));
  return quoted(text).filter((one) =>
    /^[\w./-]+$/.test(one) &&
    (/\w\/.*\.(ts|md|json|yaml)$/.test(one) || folders.has(one.split("/")[0] ?? ""))
  );
}

Deno.test("every path that a page names exists", async () => {
  const found = (await filesBelow(ROOT.pathname.replace(/\/$/, ""), ".md")).flatMap((page) =>
    pathsIn(read(page)).map((path) => ({ page, path }))
  );
  notDeepStrictEqual(found.filter(({ page }) => page === "ARCHITECTURE.md"), []);
  deepStrictEqual(found.filter(({ path }) => !exists(path)), []);
});

Deno.test("I5: kubectl is told to show IPPools by a name that no other group has", async () => {
  const root = ROOT.pathname.replace(/\/$/, "");
  const files = [...await filesBelow(root, ".md"), ...await filesBelow(root, ".ts")]
    .filter((file) => !file.endsWith("_test.ts"));
  // Harvester's load balancer has a kind of the same name.
  const wrong = /kubectl\b[^`"\n]* ippools?(?=[ ,`"\n])/g;
  const found = files.flatMap((file) =>
    [...read(file).matchAll(wrong)].map(([text]) => `${file}: ${text}`)
  );
  deepStrictEqual(found, []);
});

Deno.test("every function that ARCHITECTURE.md names is given out by the file beside it", async () => {
  const modules = await readModules(ROOT.pathname.replace(/\/$/, ""));
  const named = [...read("ARCHITECTURE.md").matchAll(/`(\w+)\([^`]*\)` in `([\w./]+\.ts)`/g)];
  notDeepStrictEqual(named, []);
  const wrong = named.filter(([, name, path = ""]) =>
    !modules.get(path)?.exports.some((one) => one.name === name)
  );
  deepStrictEqual(wrong.map(([text]) => text), []);
});

Deno.test("the layers of ARCHITECTURE.md are those of the import table", () => {
  const shown = tableBelow(read("ARCHITECTURE.md"), "## Layers").flatMap((
    [folders = "", , may = ""],
  ) =>
    quoted(folders).map((folder) =>
      `${folder}: ${may === "anything" ? may : [...quoted(may), ...may.match(/npm/) ?? []].sort()}`
    )
  );
  const law = IMPORT_TABLE.filter(({ from }) => !from.endsWith("_test.ts")).map((
    { from, may, packages },
  ) => `${from}: ${may === undefined ? "anything" : [...may, ...packages ?? ["npm"]].sort()}`);
  deepStrictEqual([...shown].sort(), law.sort());
});

Deno.test("CHANGELOG.md begins with the version of deno.json, in the form of Keep a Changelog", () => {
  const headings = read("CHANGELOG.md").match(/^## .*$/gm) ?? [];
  const { version } = JSON.parse(read("deno.json"));
  strictEqual(headings[0]?.startsWith(`## [${version}] - `), true, headings[0]);
  for (const heading of headings) {
    match(heading, /^## \[\d+\.\d+\.\d+\] - (Unreleased|\d{4}-\d{2}-\d{2})$/);
  }
});

Deno.test("every dependency of deno.json is imported", async () => {
  const imports = await importsOf(ROOT.pathname, await filesBelow(ROOT.pathname, ".ts"));
  // A package alone, or a part of it.
  const taken = new Set(
    imports.map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]),
  );
  const names = Object.keys(JSON.parse(read("deno.json")).imports);
  deepStrictEqual(names.filter((name) => !taken.has(name)), []);
});

Deno.test("docs/decisions/libraries.md has a reason for every dependency of deno.json, and for no other", () => {
  const rows = tableBelow(read("docs/decisions/libraries.md"), "# Libraries, and why each");
  deepStrictEqual(
    rows.filter(([, reason = ""]) => reason !== "").map(([name = ""]) => quoted(name)[0]),
    Object.keys(JSON.parse(read("deno.json")).imports).sort(),
  );
});
