/**
 * The text that the programs tell, by the rules of Prometheus.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { catalogueOf, type Program, seriesNames } from "../../tools/metrics/catalogue.ts";
import { promtool } from "./promtool.ts";
import { agentText, controllerText, webhookText } from "./texts.ts";

/** Series that are told only where something is as it rarely is, and are not made to be here. */
const RARE = new Set(["vmdhcpcontroller_write_failing", "vmdhcpcontroller_ippool_full_in_seconds"]);

const TEXTS: Readonly<Record<Program, () => Promise<string>>> = {
  controller: controllerText,
  agent: agentText,
  webhook: webhookText,
};

for (const [name, textOf] of Object.entries(TEXTS)) {
  const program = name as Program;
  Deno.test(`promtool finds nothing to complain of in the metrics of the ${program}, each of which has a series with the labels of the catalogue`, async () => {
    const text = await textOf();
    strictEqual(await promtool(["check", "metrics"], text), "");
    for (const metric of catalogueOf(program)) {
      if (RARE.has(metric.name)) continue;
      const line = text.split("\n").find((one) =>
        !one.startsWith("#") && seriesNames(metric).includes(/^\w+/.exec(one)?.[0] ?? "")
      );
      ok(line !== undefined, `${metric.name} has no series`);
      const labels = [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label)
        .filter((label) => label !== "le");
      deepStrictEqual(labels.toSorted(), [...metric.labels].toSorted(), metric.name);
    }
  });
}

Deno.test("the check would notice a name that Prometheus does not want", async () => {
  const text = "# HELP waits_total_ms Waits.\n# TYPE waits_total_ms counter\nwaits_total_ms 1\n";
  await rejects(promtool(["check", "metrics"], text), /waits_total_ms/);
});
