/**
 * Prints `docs/metrics.md`; with `--write` writes it instead.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { metricsPage } from "./metrics/page.ts";
import { taskFlags } from "./task_flags.ts";

const PAGE = "docs/metrics.md";

/** What of the code and the page of the repository `root` does not agree. */
export async function metricsProblems(root: string): Promise<readonly string[]> {
  const isStale = await Deno.readTextFile(`${root}/${PAGE}`) !== metricsPage();
  return isStale ? [`${PAGE} is not what the code says; run: deno task metrics --write`] : [];
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  const { values: { write } } = taskFlags({
    usage: "deno task metrics",
    about: "Prints the page of all metrics and alerts.",
    settings: { write: toggle({ help: `Write it to ${PAGE} instead` }) },
  }, { args: Deno.args });
  const page = metricsPage();
  if (write) await Deno.writeTextFile(`${root}/${PAGE}`, page);
  else await new Response(page).body?.pipeTo(Deno.stdout.writable);
}
