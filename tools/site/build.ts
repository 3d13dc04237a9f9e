/**
 * Builds the site of the documentation into a folder.
 *
 * @module
 */
import { assemble } from "./assemble.ts";
import { siteProblems } from "./built_site.ts";

/** A file that every site has. */
const MARK = "hashmap.json";

/** Where the site is served, and where it is written. */
interface SiteOptions {
  /** The folder; what is in it is replaced. */
  readonly output: string;
  /** The path below which it will be served, such as `/vm-dhcp/`. */
  readonly base: string;
}

/**
 * Builds it from the repository `root` in a folder of its own, looks it over, and puts it into its place. Throws with all that is
 * wrong: a page that links to what is not there, a site that loads from another host.
 */
export async function buildSite(root: string, { output, base }: SiteOptions): Promise<void> {
  const isNew = await isEmpty(output);
  const work = await Deno.makeTempDir({ prefix: "vm-dhcp-site-" });
  try {
    await assemble(root, work);
    await deno(work, ["install", "--quiet", "--frozen"], base);
    const { imports } = JSON.parse(await Deno.readTextFile(`${work}/deno.json`));
    await deno(work, ["run", "--allow-all", imports.vitepress, "build", "."], base);
    const built = `${work}/.vitepress/dist`;
    const problems = await siteProblems(built, { base });
    if (problems.length > 0) throw new Error(`Cannot publish the site:\n${problems.join("\n")}`);
    if (!isNew) await Deno.remove(output, { recursive: true });
    await copyFolder(built, output);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function deno(cwd: string, args: readonly string[], base: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", SITE_BASE: base, DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`Cannot run deno ${args.join(" ")}: ${said}`);
}

/** Whether nothing is in the folder. Throws where what is in it is no site. */
async function isEmpty(folder: string): Promise<boolean> {
  const names = await namesOf(folder);
  if (names.length === 0 || names.includes(MARK)) return names.length === 0;
  throw new Error(`Cannot write the site into a folder that has something else: ${folder}`);
}

async function namesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
