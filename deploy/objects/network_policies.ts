/**
 * Who may reach the pods. The kubelet of a pod's own node always may, so probes need no rule; DHCP comes over Multus'
 * interfaces, of which NetworkPolicies know nothing.
 *
 * @module
 */
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** Who may come in by which port. */
interface Source {
  readonly port: string;
  readonly from: unknown;
}

/** One for each role. */
export function networkPolicies(settings: DeploySettings): unknown[] {
  const { names, networkPolicy: { metricsFrom, webhookFrom } } = settings;
  const controllers = [{ podSelector: { matchLabels: selectorOf(names.controller) } }];
  const sources: Readonly<Record<string, readonly Source[]>> = {
    [names.controller]: [{ port: "http", from: metricsFrom }],
    [names.webhook]: [{ port: "https", from: webhookFrom }],
    // The controller asks its agents what they hear.
    [names.agent]: [{ port: "http", from: metricsFrom }, { port: "http", from: controllers }],
  };
  return Object.entries(sources).map(([role, allowed]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: role, namespace: settings.namespace, labels: labelsOf(role) },
    spec: {
      podSelector: { matchLabels: selectorOf(role) },
      policyTypes: ["Ingress"],
      ingress: allowed.map(({ port, from }) => ({ from, ports: [{ protocol: "TCP", port }] })),
    },
  }));
}
