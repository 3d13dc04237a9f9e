/**
 * How Prometheus finds the metrics of the programs, what it is to tell, and what Grafana is to show.
 *
 * @module
 */
import { dashboardConfigMap } from "../dashboards/dashboards.ts";
import { prometheusRule } from "../monitoring/rules.ts";
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { filled } from "../values/merge.ts";
import { HTTP_PORT } from "./pod.ts";
import { HTTPS_PORT } from "./webhook.ts";

const MONITORING = "monitoring.coreos.com/v1";

/** What the settings ask for. */
export function metricsObjects(settings: DeploySettings): unknown[] {
  const { service, podMonitor, serviceMonitor, prometheusRule: rule } = settings.metrics;
  return [
    ...(service.enabled ? metricsServices(settings) : []),
    ...(podMonitor.enabled ? podMonitors(settings) : []),
    ...(serviceMonitor.enabled ? serviceMonitors(settings) : []),
    ...(rule.enabled ? [prometheusRule(settings)] : []),
    ...(settings.metrics.dashboards.enabled ? [dashboardConfigMap(settings)] : []),
  ];
}

/** Without a cluster address: each pod is asked itself. */
function metricsServices(settings: DeploySettings): unknown[] {
  const { port, labels, annotations } = settings.metrics.service;
  return rolesOf(settings).map(({ role, service, targetPort }) => ({
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
      ports: [{ name: service, port, targetPort }],
    },
  }));
}

/** How the Prometheus operator finds the pods. */
export function podMonitors(settings: DeploySettings): unknown[] {
  const { labels, interval } = settings.metrics.podMonitor;
  return rolesOf(settings).map(({ role, pod, tls }) => ({
    apiVersion: MONITORING,
    kind: "PodMonitor",
    metadata: {
      name: role,
      namespace: settings.namespace,
      labels: { ...labels, ...labelsOf(role) },
    },
    spec: {
      selector: { matchLabels: selectorOf(role) },
      podMetricsEndpoints: [{ port: pod, path: "/metrics", ...tls, ...filled({ interval }) }],
    },
  }));
}

function serviceMonitors(settings: DeploySettings): unknown[] {
  const { labels, interval } = settings.metrics.serviceMonitor;
  return rolesOf(settings).map(({ role, service, tls }) => ({
    apiVersion: MONITORING,
    kind: "ServiceMonitor",
    metadata: {
      name: role,
      namespace: settings.namespace,
      labels: { ...labels, ...labelsOf(role) },
    },
    spec: {
      selector: { matchLabels: selectorOf(role) },
      endpoints: [{ port: service, path: "/metrics", ...tls, ...filled({ interval }) }],
    },
  }));
}

/** Where a role has its metrics. */
interface MetricsPlace {
  /** Name of the role's objects. */
  readonly role: string;
  /** Name of the pod's port. */
  readonly pod: string;
  /** Name of the port of the Service. The webhook's own Service has an `https`, which is not meant. */
  readonly service: string;
  readonly targetPort: number;
  /** How the port is asked. */
  readonly tls: Readonly<Record<string, unknown>>;
}

/** The webhook's certificate is for its Service's name, and pods are asked by their addresses. */
const UNNAMED_TLS = { scheme: "https", tlsConfig: { insecureSkipVerify: true } };

function rolesOf({ names }: DeploySettings): readonly MetricsPlace[] {
  const plain = { pod: "http", service: "http", targetPort: HTTP_PORT, tls: {} };
  const secure = { pod: "https", service: "metrics", targetPort: HTTPS_PORT, tls: UNNAMED_TLS };
  return [
    { role: names.controller, ...plain },
    { role: names.agent, ...plain },
    { role: names.webhook, ...secure },
  ];
}
