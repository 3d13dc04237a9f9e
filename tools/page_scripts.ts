/**
 * Makes the scripts that the page loads, from `page/browser` with what that imports of the core, and writes them to `page/assets`.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { runDeno } from "./gate/command.ts";
import { taskFlags } from "./task_flags.ts";

/** Script -> its source. */
const SCRIPTS = [
  ["page/assets/page.js", "page/browser/page_script.ts"],
  ["page/assets/what_if.js", "page/browser/what_if_script.ts"],
] as const;
const TIMEOUT_MS = 120_000;

/** The scripts as they are to be: path -> text. Deno bundles them, the same everywhere; one by one, as the first one on a machine installs what bundles. */
async function pageScripts(root: string): Promise<ReadonlyMap<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-page-" });
  try {
    const made = new Map<string, string>();
    for (const [path, source] of SCRIPTS) {
      const file = `${folder}/${path.slice(path.lastIndexOf("/") + 1)}`;
      const args = ["bundle", "--quiet", "--platform", "browser", "--minify", "-o", file, source];
      const { succeeded, output } = await runDeno({ args, cwd: root, timeoutMs: TIMEOUT_MS });
      if (!succeeded) throw new Error(`Cannot bundle ${source}: ${output}`);
      made.set(path, await Deno.readTextFile(file));
    }
    return made;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Which scripts of the repository `root` are not what their sources make. */
export async function stalePageScripts(root: string): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [path, text] of await pageScripts(root)) {
    const there = await Deno.readTextFile(`${root}/${path}`).catch(() => "");
    if (there !== text) {
      stale.push(`${path} is not what its source makes; run: deno task page --write`);
    }
  }
  return stale;
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  const { values: { write } } = taskFlags({
    usage: "deno task page",
    about: "Says which scripts of the page are not what their sources make.",
    settings: { write: toggle({ help: "Write them to page/assets instead" }) },
  }, { args: Deno.args });
  if (write) {
    for (const [path, text] of await pageScripts(root)) {
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
  } else {
    const stale = await stalePageScripts(root);
    await new Response(stale.map((line) => `${line}\n`).join("")).body
      ?.pipeTo(Deno.stdout.writable, { preventClose: true });
    Deno.exit(stale.length === 0 ? 0 : 1);
  }
}
