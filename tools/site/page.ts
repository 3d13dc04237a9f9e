/**
 * What is made of a page of the repository for the site: links and pictures that work there.
 *
 * @module
 */
import { siteFile } from "./navigation.ts";

/** What else of the repository the site can show. */
interface Surroundings {
  /** Pages, by their paths. */
  readonly pages: ReadonlySet<string>;
  /** Whether a path of the repository is a file, a folder or not there. */
  readonly kindOf: (path: string) => "file" | "folder" | undefined;
}

/** A page as the site has it, and what it needs. */
interface SitePage {
  readonly text: string;
  /** Files that it links to: they are put into the site. */
  readonly files: readonly string[];
  /** Folders that it links to: they get a page that lists them. */
  readonly folders: readonly string[];
}

/** Blocks and spans of code, in which nothing is a link. */
const CODE = /(^```.*?^```$|`[^`\n]*`)/gms;
const LINK = /\]\(([^)\s]+)\)/g;
const PICTURE =
  /<picture>\s*<source[^>]*srcset="([^"]+)"[^>]*>\s*<img([^>]*)src="([^"]+)"([^>]*)>\s*<\/picture>/g;

/** The title of a page: its first heading, without marks. */
export function titleOf(text: string, page: string): string {
  const [, title = page] = /^# (.+)$/m.exec(text) ?? [];
  return title.replaceAll("`", "");
}

/** What a file that is no page is called in the site: what the generator would take for a page gets an ending. */
export function publishedFile(path: string): string {
  return /\.(ts|json|yaml|svg|png|pcap|zip)$/.test(path) ? path : `${path}.txt`;
}

/** Makes the page of the site. `page` is its path in the repository. */
export function sitePage(page: string, text: string, around: Surroundings): SitePage {
  const files = new Set<string>();
  const folders = new Set<string>();
  const link = (whole: string, target: string): string => {
    if (/^[a-z]+:|^#|^\/\//i.test(target)) return whole;
    const { path, hash } = targetOf(page, target);
    if (around.pages.has(path)) return `](${relative(page, siteFile(path))}${hash})`;
    const kind = around.kindOf(path);
    if (kind === "folder") {
      folders.add(path);
      return `](${relative(page, `${path}/index.md`)})`;
    }
    if (kind === undefined) throw new Error(`Cannot find what ${page} links to: ${target}`);
    files.add(path);
    return `](${relative(page, publishedFile(path))})`;
  };
  const parts = text.split(CODE).map((part, index) =>
    index % 2 === 1 ? part : withPictures(
      part.replace(LINK, link),
    )
  );
  return { text: parts.join(""), files: [...files], folders: [...folders] };
}

/** The site is light or dark by its own switch, so both pictures are there, and a class says which is seen. */
function withPictures(text: string): string {
  return text.replace(
    PICTURE,
    (_, dark: string, before: string, light: string, after: string) =>
      `<img class="only-light"${before}src="${local(light)}"${after}>` +
      `<img class="only-dark"${before}src="${local(dark)}"${after}>`,
  );
}

/** A path that the bundler takes for a file beside the page. */
function local(path: string): string {
  return path.startsWith(".") ? path : `./${path}`;
}

function targetOf(page: string, target: string): { readonly path: string; readonly hash: string } {
  const { pathname, hash } = new URL(target, `file:///${page}`);
  return { path: decodeURIComponent(pathname).replace(/^\/|\/$/g, ""), hash };
}

/** `to` as seen from the page. */
function relative(page: string, to: string): string {
  const up = page.split("/").length - 1;
  return `${up === 0 ? "./" : "../".repeat(up)}${to}`;
}
