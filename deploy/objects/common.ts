/**
 * The namespace, the ServiceAccounts and the PodDisruptionBudgets.
 *
 * @module
 */
import { labelsOf, MADE_BY, selectorOf } from "../names.ts";
import type { DeploySettings, RoleSettings } from "../settings.ts";
import { filled } from "../values/merge.ts";

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

/** One ServiceAccount for each role that has none of somebody else's. */
export function serviceAccounts(settings: DeploySettings): unknown[] {
  const { controller, webhook, agent, names, namespace } = settings;
  const roles: readonly (readonly [string, RoleSettings])[] = [
    [names.controller, controller],
    [names.webhook, webhook],
    [names.agent, agent],
  ];
  return roles
    .filter(([, { serviceAccount }]) => serviceAccount.create)
    .map(([role, { serviceAccount: { name, annotations } }]) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, labels: labelsOf(role), ...filled({ annotations }) },
    }));
}

/** A drained node takes one pod of a role at a time. The controller makes those of the agents it renders. */
export function disruptionBudgets({ names, namespace }: DeploySettings): unknown[] {
  return [names.controller, names.webhook].map((role) => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: role, namespace, labels: labelsOf(role) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(role) } },
  }));
}
