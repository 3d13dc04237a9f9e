/**
 * Runs real clients, records what they were seen to do, and writes `docs/clients.md` from that.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { clientsPage } from "../tests/clients/page.ts";
import { readRecord, RECORD_VARIABLE } from "../tests/clients/record.ts";
import { SYSTEM_PERMISSIONS } from "./gate/test_steps.ts";
import { taskFlags } from "./task_flags.ts";

const PAGE = "docs/clients.md";

/** What of the record and the page of the repository `root` does not agree. */
export async function clientsProblems(root: string): Promise<readonly string[]> {
  const isStale = await Deno.readTextFile(`${root}/${PAGE}`) !== clientsPage(await readRecord());
  return isStale ? [`${PAGE} is not what was recorded; run: deno task clients --page`] : [];
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  const { values: { page } } = taskFlags({
    usage: "deno task clients",
    about: `Runs the tests with real clients (root), records what these do, and writes ${PAGE}.`,
    settings: { page: toggle({ help: "Write the page only, from what was recorded" }) },
  }, { args: Deno.args });
  if (!page) {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-prompt", ...SYSTEM_PERMISSIONS, "tests/clients"],
      cwd: root,
      env: { [RECORD_VARIABLE]: "1" },
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
  await Deno.writeTextFile(`${root}/${PAGE}`, clientsPage(await readRecord()));
}
