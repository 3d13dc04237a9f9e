/**
 * The alerts as Prometheus reads them: a rule file, or the object of which the Prometheus operator makes one.
 *
 * @module
 */
import { PART_OF } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { ALERTS } from "./alerts.ts";

/** Name of the group of rules. */
const RULES = "vm-dhcp";

/** The content of a rule file. Source: Prometheus, "Alerting rules". */
export function ruleGroups(): { readonly groups: readonly unknown[] } {
  const rules = ALERTS.map(({ name, expr, for: duration, severity, summary, description }) => ({
    alert: name,
    expr,
    for: duration,
    labels: { severity, [PART_OF.label.replaceAll(/\W/g, "_")]: PART_OF.value },
    annotations: { summary, description, runbook: `docs/runbooks/${name}.md` },
  }));
  return { groups: [{ name: RULES, rules }] };
}

/** The PrometheusRule. Source: Prometheus operator, API reference. */
export function prometheusRule({ namespace, names, metrics }: DeploySettings): unknown {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: names.people,
      namespace,
      labels: { ...metrics.prometheusRule.labels, [PART_OF.label]: PART_OF.value },
    },
    spec: ruleGroups(),
  };
}
