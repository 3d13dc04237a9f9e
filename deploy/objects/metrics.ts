/**
 * How Prometheus finds the metrics of controller and agents.
 *
 * @module
 */
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { filled } from "../values/merge.ts";
import { HTTP_PORT } from "./pod.ts";

const MONITORING = "monitoring.coreos.com/v1";

/** What the settings ask for. */
export function metricsObjects(settings: DeploySettings): unknown[] {
  const { service, podMonitor, serviceMonitor } = settings.metrics;
  return [
    ...(service.enabled ? metricsServices(settings) : []),
    ...(podMonitor.enabled ? podMonitors(settings) : []),
    ...(serviceMonitor.enabled ? serviceMonitors(settings) : []),
  ];
}

/** Without a cluster address: each pod is asked itself. */
function metricsServices(settings: DeploySettings): unknown[] {
  const { port, labels, annotations } = settings.metrics.service;
  return rolesOf(settings).map((role) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: `${role}-metrics`,
      namespace: settings.namespace,
      labels: { ...labels, ...labelsOf(role) },
      ...filled({ annotations }),
    },
    spec: {
      clusterIP: "None",
      selector: selectorOf(role),
      ports: [{ name: "http", port, targetPort: HTTP_PORT }],
    },
  }));
}

/** How the Prometheus operator finds the pods. */
export function podMonitors(settings: DeploySettings): unknown[] {
  const { labels, interval } = settings.metrics.podMonitor;
  return rolesOf(settings).map((role) => ({
    apiVersion: MONITORING,
    kind: "PodMonitor",
    metadata: {
      name: role,
      namespace: settings.namespace,
      labels: { ...labels, ...labelsOf(role) },
    },
    spec: {
      selector: { matchLabels: selectorOf(role) },
      podMetricsEndpoints: [{ port: "http", path: "/metrics", ...filled({ interval }) }],
    },
  }));
}

function serviceMonitors(settings: DeploySettings): unknown[] {
  const { labels, interval } = settings.metrics.serviceMonitor;
  return rolesOf(settings).map((role) => ({
    apiVersion: MONITORING,
    kind: "ServiceMonitor",
    metadata: {
      name: role,
      namespace: settings.namespace,
      labels: { ...labels, ...labelsOf(role) },
    },
    spec: {
      selector: { matchLabels: selectorOf(role) },
      endpoints: [{ port: "http", path: "/metrics", ...filled({ interval }) }],
    },
  }));
}

function rolesOf({ names }: DeploySettings): readonly string[] {
  return [names.controller, names.agent];
}
