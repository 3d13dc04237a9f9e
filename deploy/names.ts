/**
 * Names and labels of everything that is deployed.
 *
 * @module
 */

/** The controller's Deployment, ServiceAccount and roles. */
export const CONTROLLER = "vm-dhcp-controller";
/** The webhook's Deployment, Service, ServiceAccount, roles and configurations. */
export const WEBHOOK = "vm-dhcp-webhook";
/** The agents' template Deployment, ServiceAccount and roles. */
export const AGENT = "vm-dhcp-agent";
/** Field manager of `deno task deploy`. */
export const FIELD_MANAGER = "vm-dhcp-deploy";
/** Annotation on a namespace that `deno task deploy` made, and may remove. */
export const MADE_BY = "network.harvesterhci.io/made-by-vm-dhcp";
/** Namespace of the leader lock that is shared with the Go version. */
export const LOCK_NAMESPACE = "kube-system";

/** Labels of an object that belongs to a role. */
export function labelsOf(role: string): Record<string, string> {
  return { ...selectorOf(role), "app.kubernetes.io/part-of": "vm-dhcp" };
}

/** Labels by which a role's pods are found. */
export function selectorOf(role: string): Record<string, string> {
  return { "app.kubernetes.io/name": role };
}
