/**
 * Who may reach the pods. The kubelet of a pod's own node always may, so probes need no rule; DHCP comes over Multus'
 * interfaces, of which NetworkPolicies know nothing.
 *
 * @module
 */
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** One for each role. */
export function networkPolicies(settings: DeploySettings): unknown[] {
  const { names, networkPolicy: { metricsFrom, webhookFrom } } = settings;
  const sources: Readonly<Record<string, { readonly port: string; readonly from: unknown }>> = {
    [names.controller]: { port: "http", from: metricsFrom },
    [names.webhook]: { port: "https", from: webhookFrom },
    [names.agent]: { port: "http", from: metricsFrom },
  };
  return Object.entries(sources).map(([role, { port, from }]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
    spec: {
      podSelector: { matchLabels: selectorOf(role) },
      policyTypes: ["Ingress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port }] }],
    },
  }));
}
