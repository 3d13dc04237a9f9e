/**
 * `docs/metrics.md`: what can be asked of the programs.
 *
 * @module
 */
import { ALERTS } from "../../deploy/monitoring/alerts.ts";
import { type CataloguedMetric, catalogueOf, type Program } from "./catalogue.ts";

const HEAD = `<!-- Made by \`deno task metrics --write\`. Do not edit. -->

# Metrics, alerts and dashboards

Every program serves \`/metrics\` in Prometheus' text format: controller and agents by HTTP on port 8080 of the pod, the webhook by HTTPS on 8443 with its own
certificate, the standalone server at its \`--listen\` with the series of controller and agent. Names and labels are stable: [versions.md](versions.md).

## How they come into Prometheus and Grafana

- \`metrics.podMonitor.enabled\` or \`metrics.serviceMonitor.enabled\` of the chart: the Prometheus operator asks all pods. Without Helm: \`kubectl apply -f deploy/manifests/monitors.yaml\`.
- \`metrics.prometheusRule.enabled\`: the alerts below. Without Helm the same file has them; without the operator, \`deploy/manifests/alerts.yaml\` is a rule file of Prometheus.
- \`metrics.dashboards.enabled\`: a ConfigMap that the sidecar of Grafana's chart loads: overview, pool, agents. Without Helm: \`kubectl apply --server-side -f deploy/manifests/dashboards.yaml\`.

All are off by default. \`metrics.*.labels\` add the labels by which a Prometheus or Grafana selects them. Files to import by hand are in \`deploy/manifests/dashboards\`. The
dashboards and alerts use the label \`pod\`, which both monitors add. NetworkPolicies let only the namespaces of \`networkPolicy.metricsFrom\` ask.

## Traces

Deno's own OpenTelemetry sends them by OTLP where a program is started with \`OTEL_DENO=true\`; otherwise nothing of it is even loaded. In a cluster, by values of the chart, here
of the controller, and the same of \`agent\`:

\`\`\`yaml
controller:
  extraEnv:
    - { name: OTEL_DENO, value: "true" }
    - { name: OTEL_SERVICE_NAME, value: vm-dhcp-controller }
    - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector.monitoring:4318" }
\`\`\`

The way of a new VM to its address is one trace, whose id is made of pool, MAC address and address, so that controller and agents tell parts of the same: \`VM seen\` (until its
plan), \`address planned\`, \`record written\`, \`lease served\` (of each agent, the standby too) and \`first ACK\` (from being served until the client has it). Each has the attributes \`pool\`, \`macAddress\`,
\`address\`. No part is the parent of all: collectors show them side by side. Deno adds spans of HTTP servers, and logs.
`;

const TITLES: Readonly<Record<Program, string>> = {
  controller: "The controller",
  agent: "The agents",
  webhook: "The webhook",
};

/** The page. */
export function metricsPage(): string {
  const all = Object.keys(TITLES).map((program) =>
    [program as Program, catalogueOf(program as Program)] as const
  );
  const isCommon = ({ name }: CataloguedMetric) => !/^vmdhcp(controller|agent|webhook)_/.test(name);
  const common = all[0]?.[1].filter(isCommon) ?? [];
  return [
    HEAD,
    "## Alerts\n",
    ...ALERTS.map(({ name, severity, summary, for: duration }) =>
      `- [${name}](runbooks/${name}.md) (${severity}${
        duration === "0m" ? "" : `, after ${duration}`
      }): ${summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "`$1`")}`
    ),
    "\n## All programs\n",
    ...common.map(line),
    ...all.flatMap(([program, metrics]) => [
      `\n## ${TITLES[program]}\n`,
      ...metrics.filter((metric) => !isCommon(metric)).map(line),
    ]),
    "",
  ].join("\n");
}

function line({ name, type, labels, help }: CataloguedMetric): string {
  const about = [type, ...labels.map((label) => `\`${label}\``)].join(", ");
  return `- \`${name}\` (${about}): ${help}`;
}
