/**
 * All dashboards, as files and as the object from which Grafana's sidecar loads them.
 *
 * @module
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PART_OF } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { filled } from "../values/merge.ts";
import { agent } from "./agent.ts";
import { overview } from "./overview.ts";
import { pool } from "./pool.ts";

/** All of them: name -> dashboard. */
export function dashboards(): Readonly<Record<string, Dashboard>> {
  return { overview: overview(), pool: pool(), agent: agent() };
}

/** Name of a file -> its text. */
export function dashboardFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(dashboards()).map(([name, content]) => [
      `vm-dhcp-${name}.json`,
      `${JSON.stringify(content, null, 2)}\n`,
    ]),
  );
}

/** The ConfigMap. Source: Grafana's Helm chart, "Sidecar for dashboards". */
export function dashboardConfigMap({ namespace, names, metrics }: DeploySettings): unknown {
  const { labels, annotations } = metrics.dashboards;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `${names.people}-dashboards`,
      namespace,
      labels: { ...labels, [PART_OF.label]: PART_OF.value },
      ...filled({ annotations }),
    },
    data: dashboardFiles(),
  };
}
