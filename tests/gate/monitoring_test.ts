/**
 * Alerts and dashboards ask only for what there is.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { dashboards } from "../../deploy/dashboards/dashboards.ts";
import { ALERTS } from "../../deploy/monitoring/alerts.ts";
import { catalogueOf, seriesNames } from "../../tools/metrics/catalogue.ts";
import { dashboardQueries } from "../alerts/dashboard_queries.ts";

const CATALOGUE = (["controller", "agent", "webhook"] as const).flatMap(catalogueOf);
const SERIES = new Map(
  CATALOGUE.flatMap((metric) => seriesNames(metric).map((name) => [name, metric.labels] as const)),
);
/** Labels that Prometheus adds, and that histograms have. */
const GIVEN = ["pod", "le"];

/** What an expression asks for that there is not. */
function unknownIn(expr: string): readonly string[] {
  // Words of texts and of `by (...)` are no names of series.
  const bare = expr.replaceAll(/"[^"]*"/g, '""');
  const names = [...bare.matchAll(/\b(vmdhcp\w*|process_\w+)/g)].map(([name]) => name);
  const labels = new Set([
    ...GIVEN,
    ...names.flatMap((name) => SERIES.get(name) ?? []),
  ]);
  const used = [
    ...[...bare.matchAll(/\b(?:by|on|without|group_left)\s*\(([^)]*)\)/g)].flatMap((
      [, list = ""],
    ) => list.split(",").map((label) => label.trim()).filter((label) => label !== "")),
    ...[...bare.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)\s*""/g)].map(([, label = ""]) => label),
  ];
  return [
    ...(names.length === 0 ? ["no series at all"] : []),
    ...names.filter((name) => !SERIES.has(name)),
    ...used.filter((label) => !labels.has(label)).map((label) => `label ${label}`),
  ];
}

Deno.test("every alert asks for series and labels that there are", () => {
  for (const { name, expr } of ALERTS) deepStrictEqual(unknownIn(expr), [], name);
});

Deno.test("every query of a dashboard asks for series and labels that there are", () => {
  for (const [name, dashboard] of Object.entries(dashboards())) {
    const queries = dashboardQueries(dashboard);
    ok(queries.length > 10, `${name}: ${queries.length} queries`);
    for (const { title, expr } of queries) {
      deepStrictEqual(unknownIn(expr), [], `${name}: ${title}`);
    }
  }
});

Deno.test("the look for series would notice one that is not there, and a label that it does not have", () => {
  deepStrictEqual(unknownIn("sum by (ippool) (vmdhcpagent_leased)"), [
    "vmdhcpagent_leased",
    "label ippool",
  ]);
  deepStrictEqual(unknownIn('vmdhcpagent_leases{pool="a"}'), ["label pool"]);
  deepStrictEqual(unknownIn("rate(vmdhcpagent_answer_seconds[5m])"), [
    "vmdhcpagent_answer_seconds",
  ]);
  deepStrictEqual(unknownIn("vector(1)"), ["no series at all"]);
});

Deno.test("dashboards have ids of their own, and panels that say what they show and lie beside each other", () => {
  const all = Object.values(dashboards());
  deepStrictEqual(new Set(all.map(({ uid }) => uid)).size, all.length);
  for (const { title, panels = [] } of all) {
    const taken = new Set<string>();
    for (const panel of panels) {
      if (panel.type === "row" || !("gridPos" in panel) || panel.gridPos === undefined) continue;
      ok((panel.title ?? "") !== "" && "description" in panel, `${title}: ${panel.title}`);
      const { x, y, w, h } = panel.gridPos;
      ok(x + w <= 24, `${title}: ${panel.title} is beyond the edge`);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          ok(!taken.has(`${column} ${row}`), `${title}: ${panel.title} lies on another panel`);
          taken.add(`${column} ${row}`);
        }
      }
    }
  }
});
