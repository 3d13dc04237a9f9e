/**
 * The drawings of the documentation: each is there for light and for dark, and both say the same.
 *
 * @module
 */
import { deepStrictEqual, match, notDeepStrictEqual } from "node:assert/strict";
import { filesBelow } from "../../tools/gate/files.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

function read(path: string): string {
  return Deno.readTextFileSync(`${ROOT}/${path}`);
}

/** All but the colours. */
function drawing(svg: string): string {
  return svg.replace(/<style>.*?<\/style>/s, "");
}

Deno.test("every drawing is there for light and dark, both the same but for colours, with a title and a description", async () => {
  const files = await filesBelow(ROOT, ".svg", "docs/pictures");
  const light = files.filter((file) => file.endsWith("-light.svg"));
  notDeepStrictEqual(light, []);
  deepStrictEqual(
    files.filter((file) => file.endsWith("-dark.svg")),
    light.map((file) => file.replace("-light", "-dark")),
  );
  for (const file of light) {
    const dark = read(file.replace("-light", "-dark"));
    deepStrictEqual(drawing(dark), drawing(read(file)), file);
    notDeepStrictEqual(dark, read(file), file);
    match(dark, /<title\s+id="t">[^<]{10,}<\/title>\s*<desc\s+id="d">[^<]{20,}<\/desc>/, file);
    // Nothing from elsewhere, and nothing that runs.
    deepStrictEqual(dark.match(/<(script|image|foreignObject|use)\b|href=/g), null, file);
  }
});

Deno.test("every drawing of a page has its twin beside it, and words for who does not see it", async () => {
  const pages = await filesBelow(ROOT, ".md");
  const problems = pages.flatMap((page) => {
    const text = read(page);
    const pictures = [...text.matchAll(/<picture>[\s\S]*?<\/picture>/g)].map(([one]) => one);
    const isGood = (one: string) => {
      const [, dark = ""] = /media="\(prefers-color-scheme: dark\)" srcset="([^"]+)"/.exec(one) ??
        [];
      const [, alt = "", light = ""] = /<img alt="([^"]{10,})" src="([^"]+)"/.exec(one) ?? [];
      return alt !== "" && dark !== light && dark === light.replace("-light.", "-dark.");
    };
    return pictures.filter((one) => !isGood(one)).map((one) => `${page}: ${one}`);
  });
  deepStrictEqual(problems, []);
});
