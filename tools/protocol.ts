/**
 * Prints `docs/protocol.md`; with `--write` writes it instead.
 *
 * @module
 */
import { toggle } from "../runtime/settings.ts";
import { protocolPage, ruleProblems } from "./protocol/page.ts";
import { RULE_SECTIONS } from "./protocol/rule_sections.ts";
import { ruleTests } from "./protocol/rule_tests.ts";
import { taskFlags } from "./task_flags.ts";

const PAGE = "docs/protocol.md";

/** What of the rules, their tests and the page of the repository `root` does not agree. */
export async function protocolProblems(root: string): Promise<readonly string[]> {
  const facts = { sections: RULE_SECTIONS, tests: await ruleTests(root) };
  const isStale = await Deno.readTextFile(`${root}/${PAGE}`) !== protocolPage(facts);
  return [
    ...ruleProblems(facts),
    ...(isStale
      ? [`${PAGE} is not what rules and tests say; run: deno task protocol --write`]
      : []),
  ];
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
  const { values: { write } } = taskFlags({
    usage: "deno task protocol",
    about: "Prints the page of the protocol's rules and their tests.",
    settings: { write: toggle({ help: `Write it to ${PAGE} instead` }) },
  }, { args: Deno.args });
  const page = protocolPage({ sections: RULE_SECTIONS, tests: await ruleTests(root) });
  if (write) await Deno.writeTextFile(`${root}/${PAGE}`, page);
  else await new Response(page).body?.pipeTo(Deno.stdout.writable);
}
