/**
 * The site of the documentation: it is built as `deno task docs` builds it, and looked over.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects } from "node:assert/strict";
import { siteProblems } from "../../tools/site/built_site.ts";
import { buildSite } from "../../tools/site/build.ts";
import { filesBelow } from "../../tools/gate/files.ts";
import { ROOT } from "./blocks.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-site-test-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the site has every page, all of its links lead somewhere, and nothing is loaded from another host", async () => {
  await inFolder(async (folder) => {
    const output = `${folder}/site`;
    // Throws with every link that leads nowhere, and with what another host is asked for.
    await buildSite(ROOT, { output, base: "/vm-dhcp/" });
    const built = new Set(await filesBelow(output, ".html"));
    const pages = await filesBelow(ROOT, ".md", "docs");
    const missing = pages.map((page) => page.replace(/\.md$/, ".html"))
      .filter((page) => !built.has(page));
    deepStrictEqual(missing, []);
    const start = await Deno.readTextFile(`${output}/index.html`);
    match(start, /href="\/vm-dhcp\/docs\/install/);
    match(start, /http-equiv="Content-Security-Policy" content="default-src 'self'/);
    const kinds = await Deno.readTextFile(`${output}/docs/reference/kinds.html`);
    for (const path of ["spec.ipv4Config.cidr", "status.ipv4.allocated"]) {
      ok(kinds.replaceAll("<wbr>", "").includes(path), path);
    }
    const programs = await Deno.readTextFile(`${output}/docs/reference/programs.html`);
    ok(programs.includes("--pools-per-agent"), "the controller's flags are there");
  });
});

Deno.test("a site is not written over somebody's folder", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/letter.txt`, "Dear");
    await rejects(
      buildSite(ROOT, { output: folder, base: "/" }),
      /Cannot write the site into a folder that has something else: /,
    );
    deepStrictEqual(await filesBelow(folder, ""), ["letter.txt"]);
  });
});

Deno.test("a dead link, a missing heading, and what another host is asked for are found", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/index.html`,
      '<a href="/b/">x</a> <a href="/other#there">x</a> <a href="/other#gone">x</a>' +
        ' <a href="/nowhere">x</a> <a href="https://example.com">x</a>' +
        ' <link rel="stylesheet" href="https://example.com/a.css"> <img src="//example.com/a.png">',
    );
    await Deno.writeTextFile(`${folder}/other.html`, '<h2 id="there">x</h2>');
    await Deno.mkdir(`${folder}/b`);
    await Deno.writeTextFile(`${folder}/b/index.html`, "");
    await Deno.writeTextFile(`${folder}/a.css`, "@import 'https://fonts.example.com/x';");
    deepStrictEqual((await siteProblems(folder)).toSorted(), [
      "a.css loads from another host: @import 'https://fonts.example.com/x",
      "index.html leads nowhere: /nowhere",
      "index.html leads to a heading that is not there: /other#gone",
      "index.html loads from another host: //example.com/a.png",
      "index.html loads from another host: https://example.com/a.css",
    ]);
  });
});
