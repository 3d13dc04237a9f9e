/**
 * The queries of the dashboards, read by Prometheus' own tool.
 *
 * @module
 */
import { match, rejects } from "node:assert/strict";
import { stringify } from "yaml";
import { dashboards } from "../../deploy/dashboards/dashboards.ts";
import { dashboardQueries } from "./dashboard_queries.ts";
import { promtool } from "./promtool.ts";

/** Has Prometheus read expressions, as rules that record them; Grafana's variables are filled in. */
async function read(expressions: readonly string[]): Promise<string> {
  const rules = expressions.map((expr, at) => ({
    record: `panel:${at}`,
    expr: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(ippool|pod)\b/g, ".*"),
  }));
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, stringify({ groups: [{ name: "dashboards", rules }] }));
    return await promtool(["check", "rules", file]);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("Prometheus can read every query of every dashboard", async () => {
  const all = Object.values(dashboards()).flatMap(dashboardQueries);
  match(await read(all.map(({ expr }) => expr)), new RegExp(`SUCCESS: ${all.length} rules`));
});

Deno.test("the check would notice a query that is none", async () => {
  await rejects(read(["sum by (vmdhcpagent_leases"]), /parse error/);
});
