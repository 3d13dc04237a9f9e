/**
 * The alerts, tried by Prometheus' own tool.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects } from "node:assert/strict";
import { stringify } from "yaml";
import { ALERTS } from "../../deploy/monitoring/alerts.ts";
import { ruleGroups } from "../../deploy/monitoring/rules.ts";
import { ALERT_CASES, type AlertCase } from "./cases.ts";
import { promtool } from "./promtool.ts";
import { tryRules } from "./try_rules.ts";

const RUNBOOKS = new URL("../../docs/runbooks/", import.meta.url);
const DEFAULT_AFTER = "2h";

function testOf(
  alertname: string,
  { series, after = DEFAULT_AFTER, alerts }: {
    readonly series: AlertCase["fires"];
    readonly after?: string | undefined;
    readonly alerts: readonly unknown[];
  },
): unknown {
  return {
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: after, alertname, exp_alerts: alerts }],
  };
}

Deno.test("promtool finds nothing wrong with the rules", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, stringify(ruleGroups()));
    match(await promtool(["check", "rules", file]), new RegExp(`SUCCESS: ${ALERTS.length} rules`));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("every alert fires with series that call for it, and says what is wrong with their values", async () => {
  deepStrictEqual(Object.keys(ALERT_CASES).toSorted(), ALERTS.map(({ name }) => name).toSorted());
  await tryRules(ALERTS.map(({ name, severity, summary }) => {
    const { fires, labels, description, after } = ALERT_CASES[name] as AlertCase;
    const filled = summary.replaceAll(
      /\{\{ \$labels\.(\w+) \}\}/g,
      (_, label) => labels[label] ?? "",
    );
    return testOf(name, {
      series: fires,
      after,
      alerts: [{
        exp_labels: { ...labels, severity, app_kubernetes_io_part_of: "vm-dhcp" },
        exp_annotations: { summary: filled, description, runbook: `docs/runbooks/${name}.md` },
      }],
    });
  }));
});

Deno.test("no alert fires with series that only come near", async () => {
  const tests = Object.entries(ALERT_CASES).flatMap(([name, { silent, after }]) => {
    ok(Object.keys(silent).length > 0, `${name} has no case in which it is silent`);
    return Object.values(silent).map((series) => testOf(name, { series, after, alerts: [] }));
  });
  await tryRules(tests);
});

Deno.test("the tests of alerts fail where an alert does not fire: they would notice a wrong expression", async () => {
  const { fires, labels } = ALERT_CASES["VmDhcpPoolExhausted"] as AlertCase;
  const groups = {
    groups: [{ name: "broken", rules: [{ alert: "VmDhcpPoolExhausted", expr: "vector(1) > 2" }] }],
  };
  const alerts = [{ exp_labels: labels, exp_annotations: {} }];
  await rejects(
    tryRules([testOf("VmDhcpPoolExhausted", { series: fires, alerts })], groups),
    /FAILED/,
  );
});

Deno.test("every alert has a runbook that says what it means, how to see it and what to do; and no runbook is without an alert", async () => {
  const pages = [...Deno.readDirSync(RUNBOOKS)].map(({ name }) => name).toSorted();
  deepStrictEqual(pages, ALERTS.map(({ name }) => `${name}.md`).toSorted());
  for (const { name, severity } of ALERTS) {
    const text = await Deno.readTextFile(new URL(`${name}.md`, RUNBOOKS));
    match(text, new RegExp(`^# ${name}\n`), name);
    match(text, new RegExp(`\\b${severity}\\b`), `${name}: ${severity}`);
    for (const part of ["What it means", "How to see it", "What to do"]) {
      ok(text.includes(`\n## ${part}\n`), `${name}: ${part}`);
    }
    match(text, /kubectl /, name);
  }
});
