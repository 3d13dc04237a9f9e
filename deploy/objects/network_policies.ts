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
  const { names, inspect, networkPolicy: { metricsFrom, webhookFrom, inspectFrom } } = settings;
  const rule = (port: string, from: unknown) => ({ from, ports: [{ protocol: "TCP", port }] });
  const controllers = [{ podSelector: { matchLabels: selectorOf(names.controller) } }];
  const rules: Readonly<Record<string, readonly unknown[]>> = {
    [names.controller]: [
      rule("http", metricsFrom),
      ...(inspect.enabled ? [rule("inspect", inspectFrom)] : []),
    ],
    [names.webhook]: [rule("https", webhookFrom)],
    // The controller asks its agents what they hear.
    [names.agent]: [rule("http", metricsFrom), rule("http", controllers)],
  };
  return Object.entries(rules).map(([role, ingress]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
    spec: {
      podSelector: { matchLabels: selectorOf(role) },
      policyTypes: ["Ingress"],
      ingress,
    },
  }));
}
