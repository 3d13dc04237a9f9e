/**
 * Lays out what the generator builds the site from: pages, generated pages, and the files that they link to.
 *
 * @module
 */
import { filesBelow } from "../gate/files.ts";
import { linkOf, sidebarOf, siteFile, type Titled } from "./navigation.ts";
import { publishedFile, sitePage, titleOf } from "./page.ts";
import { kindsPage, programsPage } from "./reference.ts";

/** Pages outside of `docs` that belong to the site. */
const OTHER_PAGES = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "deploy/helm/vm-dhcp/README.md",
  "deploy/helm/vm-dhcp/VALUES.md",
];

/** Writes all of it into `folder`, which is there, from the repository `root`. */
export async function assemble(root: string, folder: string): Promise<void> {
  const texts = new Map<string, string>();
  for (const page of [...OTHER_PAGES, ...await filesBelow(root, ".md", "docs")]) {
    texts.set(page, await Deno.readTextFile(`${root}/${page}`));
  }
  texts.set("docs/reference/kinds.md", kindsPage());
  texts.set("docs/reference/programs.md", await programsPage(root));

  const pages = new Set(texts.keys());
  const files = new Set<string>();
  const folders = new Set<string>();
  const kindOf = (path: string) => kindOfPath(`${root}/${path}`);
  for (const [page, text] of texts) {
    const made = sitePage(page, text, { pages, kindOf });
    await write(`${folder}/${siteFile(page)}`, made.text);
    for (const path of made.files) files.add(path);
    for (const path of made.folders) folders.add(path);
  }
  for (const path of folders) {
    const list = await folderPage(root, path, pages);
    if (!pages.has(`${path}/README.md`)) await write(`${folder}/${path}/index.md`, list.text);
    for (const file of list.files) files.add(file);
  }
  for (const path of files) {
    await copy(`${root}/${path}`, `${folder}/public/${publishedFile(path)}`);
  }
  // The bundler takes pictures from where the pages say that they are.
  for (const path of await filesBelow(root, "", "docs")) {
    if (/\.(svg|png)$/.test(path)) await copy(`${root}/${path}`, `${folder}/${path}`);
  }
  const titled = [...texts].map(([page, text]): Titled => ({ page, title: titleOf(text, page) }));
  await write(`${folder}/.vitepress/site_data.json`, JSON.stringify(await siteData(root, titled)));
  await write(`${folder}/.vitepress/theme/index.mjs`, THEME);
  for (const [from, to] of OWN_FILES) {
    await copy(new URL(from, import.meta.url).pathname, `${folder}/${to}`);
  }
}

/** The generator's theme, with our styles beside it. A module of this repository could not import it: it is not among its packages. */
const THEME =
  'import theme from "vitepress/theme";\nimport "./theme.css";\nexport default theme;\n';

/** Files of the generator, and where it looks for them. */
const OWN_FILES = [
  ["site.json", "deno.json"],
  ["site.lock", "deno.lock"],
  ["config.mjs", ".vitepress/config.mjs"],
  ["theme.css", ".vitepress/theme/theme.css"],
] as const;

/** What the generator is told beside `config.mjs`. */
async function siteData(root: string, pages: readonly Titled[]): Promise<unknown> {
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const install = linkOf("docs/install.md");
  return {
    title: `vm-dhcp ${version}`,
    sidebar: sidebarOf(pages),
    nav: [
      { text: "Install", link: install },
      { text: "How it works", link: linkOf("docs/concepts.md") },
      { text: "Something is wrong", link: linkOf("docs/troubleshooting.md") },
    ],
  };
}

/** A page that lists a folder: pages by their names, other files as they are. */
async function folderPage(root: string, folder: string, pages: ReadonlySet<string>) {
  const paths = await filesBelow(root, "", folder);
  const line = (path: string) => {
    const name = path.slice(folder.length + 1);
    return `- [${name}](${pages.has(path) ? siteFile(name) : `./${publishedFile(name)}`})\n`;
  };
  return {
    text: `# ${folder}\n\n${paths.map(line).join("")}`,
    files: paths.filter((path) => !pages.has(path)),
  };
}

function kindOfPath(path: string): "file" | "folder" | undefined {
  try {
    return Deno.statSync(path).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(folderOf(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(folderOf(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
