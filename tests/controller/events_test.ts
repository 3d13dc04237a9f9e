import assert from "node:assert/strict";
import { POOL_SERVING_REASONS } from "../../core/api/agent/agent_report.ts";

const ROOT = new URL("../../", import.meta.url);

/** What agents report, and the words of the union types in `core/reasons/reasons.ts` and of those it is made from. */
async function reasonsInCode(): Promise<ReadonlySet<string>> {
  const reasons = new Set<string>(POOL_SERVING_REASONS);
  const sources = [
    ["core/reasons/reasons.ts", [
      "UnplannedReason",
      "ConditionReason",
      "VmReason",
      "PoolReason",
      "AgentReason",
    ]],
    ["core/ipam/types.ts", ["ClaimReason", "PlanNote"]],
    ["core/ipam/vm/vm_nic.ts", ["VmProblemReason"]],
  ] as const;
  for (const [file, types] of sources) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    for (const type of types) {
      const [, after = ""] = text.split(new RegExp(`\\n(?:export )?(?:type|interface) ${type}\\b`));
      const body = after.split(/\n(?:export |type |interface )|\n\}/)[0] ?? "";
      for (const [, word = ""] of body.matchAll(/\| "(\w+)"/g)) reasons.add(word);
    }
  }
  reasons.delete("Warning");
  return reasons;
}

Deno.test("docs/events.md names every reason the controller can give, and no other", async () => {
  const text = await Deno.readTextFile(new URL("docs/events.md", ROOT));
  const documented = new Set(
    [...text.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason = ""]) => reason),
  );
  const inCode = await reasonsInCode();
  assert.ok(inCode.size > 40, `${inCode.size} reasons found`);
  assert.deepEqual([...documented].sort(), [...inCode].sort());
});
