/**
 * The pods of the agents, as far as it matters why they do not run.
 *
 * @module
 */
import type { Pod } from "../../kube/builtin_types.ts";
import { createInformer, type InformerOptions } from "../../kube/informer.ts";
import type { Informer } from "../../kube/types.ts";
import { type AgentTrouble, podTrouble } from "../decide/agent_trouble.ts";
import { sameJson } from "../decide/same_json.ts";
import { AGENT_DEPLOYMENT_LABEL } from "./render_agent.ts";

/** Follows the pods that carry the label {@linkcode AGENT_DEPLOYMENT_LABEL}. */
export class AgentPods {
  readonly informer: Informer<Pod>;

  constructor(options: InformerOptions<Pod>) {
    this.informer = createInformer({
      ...options,
      labelSelector: AGENT_DEPLOYMENT_LABEL,
      transform: leanPod,
      indexes: { deployment: (pod) => [deploymentOf(pod)] },
    });
  }

  /** Why none of a Deployment's pods runs. */
  trouble(deployment: string): AgentTrouble | undefined {
    return podTrouble(this.informer.byIndex("deployment", deployment));
  }

  /** Calls with a Deployment's name when {@linkcode trouble} may have changed. */
  onTrouble(handler: (deployment: string) => void): void {
    this.informer.onChange((_, before, after) => {
      const [was, is] = [before, after].map((pod) => pod && podTrouble([pod]));
      const began = before === undefined || after === undefined;
      const pod = after ?? before;
      if (pod !== undefined && (began || !sameJson(was, is))) handler(deploymentOf(pod));
    });
  }
}

function deploymentOf({ metadata }: Pod): string {
  return metadata.labels?.[AGENT_DEPLOYMENT_LABEL] ?? "";
}

/** A pod without what nobody reads. */
function leanPod({ apiVersion, kind, metadata, status }: Pod): Pod {
  const { namespace, name, uid, resourceVersion, deletionTimestamp, labels } = metadata;
  const deployment = labels?.[AGENT_DEPLOYMENT_LABEL] ?? "";
  const kept = { namespace, name, uid, resourceVersion, deletionTimestamp };
  return {
    apiVersion,
    kind,
    metadata: {
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
      labels: { [AGENT_DEPLOYMENT_LABEL]: deployment },
    },
    status: {
      ...(status?.phase === undefined ? {} : { phase: status.phase }),
      conditions: (status?.conditions ?? []).filter(({ type }) => type === "PodScheduled"),
      containerStatuses: (status?.containerStatuses ?? []).map(({ name, state }) => ({
        name,
        ...(state?.waiting === undefined ? {} : { state: { waiting: state.waiting } }),
      })),
    },
  };
}
