import type { Deployment } from "../../kube/builtin_types.ts";
import type { JsonValue } from "../../kube/seam.ts";
import { AGENT_DEPLOYMENT_LABEL, AGENT_TEMPLATE_LABEL } from "./render_agent.ts";

/** A drained node takes one pod of an agent at a time. It goes with its Deployment. */
export function disruptionBudget(deployment: Deployment, template: string): JsonValue {
  const { name = "", namespace = "", uid = "" } = deployment.metadata;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name,
      namespace,
      labels: { [AGENT_DEPLOYMENT_LABEL]: name, [AGENT_TEMPLATE_LABEL]: template },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
    spec: { maxUnavailable: 1, selector: { matchLabels: { [AGENT_DEPLOYMENT_LABEL]: name } } },
  };
}
