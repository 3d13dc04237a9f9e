/**
 * Looks over a site that was built: every link leads somewhere, and nothing is asked of another host.
 *
 * @module
 */
import { filesBelow } from "../gate/files.ts";

/** What is wrong with the site in `folder`, served below `base`; nothing, where all is well. */
export async function siteProblems(
  folder: string,
  { base = "/" }: { readonly base?: string } = {},
): Promise<readonly string[]> {
  const files = new Set(await filesBelow(folder, ""));
  const pages = new Map<string, string>();
  for (const file of files) {
    if (file.endsWith(".html")) pages.set(file, await Deno.readTextFile(`${folder}/${file}`));
  }
  const names = new Map([...pages].map(([file, html]) => [file, namesIn(html)]));
  const problems = new Set<string>();
  for (const [file, html] of pages) {
    for (const { name, value, tag } of referencesIn(html)) {
      const isLoaded = name !== "href" || tag === "link";
      if (/^(https?:)?\/\//.test(value)) {
        if (isLoaded) problems.add(`${file} loads from another host: ${value}`);
        continue;
      }
      if (/^(mailto|data):/.test(value)) continue;
      const { pathname, hash } = new URL(value, `http://site${base}${file}`);
      const path = decodeURIComponent(pathname);
      const found = path.startsWith(base) ? fileAt(files, path.slice(base.length)) : undefined;
      if (found === undefined) problems.add(`${file} leads nowhere: ${value}`);
      else if (hash !== "" && !(names.get(found)?.has(decodeURIComponent(hash.slice(1))) ?? true)) {
        problems.add(`${file} leads to a heading that is not there: ${value}`);
      }
    }
  }
  for (const file of files) {
    if (!file.endsWith(".css")) continue;
    const text = await Deno.readTextFile(`${folder}/${file}`);
    for (const [found] of text.matchAll(/(url\(|@import)\s*["']?(https?:)?\/\/[^"')\s]*/g)) {
      problems.add(`${file} loads from another host: ${found}`);
    }
  }
  return [...problems];
}

interface Reference {
  readonly tag: string;
  readonly name: string;
  readonly value: string;
}

/** What the page's elements point at. Text in the page has its angle brackets escaped. */
function* referencesIn(html: string): Generator<Reference> {
  for (const [, tag = "", attributes = ""] of html.matchAll(/<([a-z]+)\s([^>]*)>/g)) {
    for (const [, name = "", value = ""] of attributes.matchAll(/\b(href|src|srcset)="([^"]*)"/g)) {
      if (value !== "") yield { tag, name, value: value.replaceAll("&amp;", "&") };
    }
  }
}

function namesIn(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/<[a-z0-9]+\s[^>]*?\bid="([^"]+)"/g)].map(([, id = ""]) => id));
}

/** The file that is served for a path: itself, with `.html`, or the folder's page. */
function fileAt(files: ReadonlySet<string>, path: string): string | undefined {
  const plain = path.replace(/\/$/, "");
  const wanted = path === "" ? ["index.html"] : [path, `${plain}.html`, `${plain}/index.html`];
  return wanted.find((one) => files.has(one));
}
