import type { Deployment } from "../../kube/builtin_types.ts";
import type { JsonValue } from "../../kube/seam.ts";

/** A drained node takes one pod of an agent at a time. It goes with its Deployment. */
export function disruptionBudget(deployment: Deployment): JsonValue {
  const { name = "", namespace = "", uid = "" } = deployment.metadata;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name,
      namespace,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { ...deployment.spec?.selector.matchLabels } },
    },
  };
}
