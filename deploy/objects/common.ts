/**
 * The namespace, the ServiceAccounts, the PodDisruptionBudgets and the monitors.
 *
 * @module
 */
import { AGENT, CONTROLLER, labelsOf, MADE_BY, selectorOf, WEBHOOK } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** The namespace. Agents need more than the `restricted` and `baseline` levels of Pod Security allow. */
export function namespaceObject(settings: DeploySettings): unknown {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: settings.namespace,
      labels: { "pod-security.kubernetes.io/enforce": "privileged" },
      annotations: { [MADE_BY]: "true" },
    },
  };
}

/** One ServiceAccount for each role. */
export function serviceAccounts(settings: DeploySettings): unknown[] {
  return [CONTROLLER, WEBHOOK, AGENT].map((role) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
  }));
}

/** A drained node takes one pod of a role at a time. The controller makes those of the agents it renders. */
export function disruptionBudgets(settings: DeploySettings): unknown[] {
  return [CONTROLLER, WEBHOOK].map((role) => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(role) } },
  }));
}

/** How the Prometheus operator finds the metrics. */
export function podMonitors(settings: DeploySettings): unknown[] {
  return [CONTROLLER, AGENT].map((role) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
    spec: {
      selector: { matchLabels: selectorOf(role) },
      podMetricsEndpoints: [{ port: "http", path: "/metrics" }],
    },
  }));
}
