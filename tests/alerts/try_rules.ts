import { stringify } from "yaml";
import { ruleGroups } from "../../deploy/monitoring/rules.ts";
import { promtool } from "./promtool.ts";

/** Tries rules in a folder of their own. Throws with what promtool says where one does not do what it should. */
export async function tryRules(
  tests: readonly unknown[],
  groups: unknown = ruleGroups(),
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rules.yaml`, stringify(groups));
    const content = { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests };
    await Deno.writeTextFile(`${folder}/tests.yaml`, stringify(content));
    await promtool(["test", "rules", `${folder}/tests.yaml`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
