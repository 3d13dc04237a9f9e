/**
 * Agents: keeps the agent Deployments as {@linkcode planAgents} wants them. There is one key: all are planned together.
 *
 * @module
 */
import { fewOf } from "../../core/api/fields/few_of.ts";
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { KubeObject, PodReference } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { WorkResult } from "../../kube/types.ts";
import type { Logger } from "../../runtime/log.ts";
import type { ClusterCache } from "../cluster/cluster_cache.ts";
import type { AppliedObjects } from "../memory/applied_objects.ts";
import { isPermanent } from "../write/permanent_error.ts";
import { isApart } from "./agent_names.ts";
import type { LegacyPods } from "./legacy_pods.ts";
import { type AgentsPlan, planAgents } from "./plan_agents.ts";
import type { AgentPods } from "./agent_pods.ts";
import type { AgentSettings } from "./render_agent.ts";
import {
  AGENT_DEPLOYMENT_LABEL,
  AGENT_TEMPLATE_LABEL,
  ATTACHMENTS,
  servedBy,
} from "./served_networks.ts";
import { type Suspects, suspects } from "./suspects.ts";

/** What the reconcile of the agents is given. */
export interface AgentsContext {
  readonly cluster: ClusterCache;
  readonly log: Logger;
  /** Namespace of the agents. */
  readonly namespace: string;
  /** Name of the template Deployment. */
  readonly template: string;
  readonly settings: AgentSettings;
  readonly tenancy: Tenancy;
  /** The Deployments that were made from the template, as they are known. */
  readonly made: () => Iterable<Deployment>;
  readonly deployments: AppliedObjects<Deployment>;
  readonly budgets: AppliedObjects<KubeObject>;
  readonly pods: AgentPods;
  readonly legacy: LegacyPods;
  /** The pod that answers for a pool (`namespace/name`), as the agents of a Deployment report it. */
  readonly answering: (deployment: string, pool: string) => PodReference | undefined;
  /** Told which pools (`namespace/name`) have no Deployment since the API server refuses theirs, and why. */
  readonly onRefused: (pools: ReadonlyMap<string, string>) => void;
}

/** How often it is asked whether old agents, or Multus, are still missing. */
const LOOK_AGAIN_MS = 1_000;
/** How often it is asked whether a failure has lasted. */
const STILL_FAILING_MS = 10_000;

/** Reconciles the agents of all pools. One Deployment that the API server refuses keeps no other from being as it should be. */
export async function reconcileAgents(
  ctx: AgentsContext,
  signal: AbortSignal,
): Promise<WorkResult | void> {
  const { cluster, log, namespace, template: name, settings, deployments, pods, legacy } = ctx;
  const template = deployments.get(name);
  if (template === undefined) {
    log.warn("No agent can be made: the template Deployment is missing", { namespace, name });
    return;
  }
  // Without Multus nothing is known of any network: what is there stays.
  if (!cluster.nads.synced && cluster.pools.size > 0) return { requeueAfterMs: LOOK_AGAIN_MS };
  let isFailing = false;
  const plan = planAgents({
    pools: cluster.pools.list(),
    attachments: (key) => cluster.nads.get(key),
    template,
    existing: [...ctx.made()],
    settings,
    tenancy: ctx.tenancy,
    suspects: (deployment, networks) => {
      const annotations = deployments.get(deployment)?.spec?.template.metadata?.annotations;
      const attempt = pods.attempt(deployment, annotations?.[ATTACHMENTS]);
      isFailing ||= attempt.trouble !== undefined;
      const found = suspects(networks, attempt);
      if (found !== undefined && !isApart(name, deployment)) {
        tell(log, { deployment: `${namespace}/${deployment}`, found });
      }
      return found;
    },
    answers: (deployment, pool) => pods.runs(deployment, ctx.answering(deployment, pool)?.name),
    isRemoved: (deployment) => deployments.isRemoved(deployment),
  });
  const waiting = await legacy.remove(signal);
  const refusals: string[] = [];
  const refused = new Map<string, string>();
  /** Pools whose own Deployment is not made, or not told of them yet. */
  const homeless = new Set<string>();
  const served = (name: string) => new Set(servedBy(deployments.get(name)));
  /** Whether a Deployment would give a network up that has nowhere to go. */
  const isHeld = (name: string, pools: readonly string[] = []) =>
    served(name).difference(new Set(pools)).intersection(homeless).size > 0;
  for (const wanted of plan.apply) {
    const { name, pools } = wanted;
    const added = new Set(pools).difference(served(name));
    if (pools.some((pool) => waiting.has(pool)) || isHeld(name, pools)) {
      for (const pool of added) homeless.add(pool);
      continue;
    }
    const refusal = await refusalOf(`Deployment ${namespace}/${name}`, apply(ctx, wanted, signal));
    if (refusal === undefined) continue;
    refusals.push(refusal);
    for (const pool of added) {
      homeless.add(pool);
      refused.set(pool, refusal);
    }
  }
  ctx.onRefused(refused);
  for (const name of plan.remove) {
    if (isHeld(name)) continue;
    const deployment = `${namespace}/${name}`;
    const removed = deployments.delete(name, signal);
    const refusal = await refusalOf(`The removal of Deployment ${deployment}`, removed);
    if (refusal !== undefined) refusals.push(refusal);
    else log.info("Agent Deployment is removed: its cluster network has no pool", { deployment });
  }
  if (refusals.length > 0) throw new Error(fewOf(refusals));
  if (waiting.size > 0) return { requeueAfterMs: LOOK_AGAIN_MS };
  if (isFailing) return { requeueAfterMs: STILL_FAILING_MS };
}

/** Why the API server refuses something; `undefined` where it does not. Rejects with any other failure. */
async function refusalOf(what: string, done: Promise<void>): Promise<string | undefined> {
  try {
    await done;
    return undefined;
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return `${what} is refused: ${errorText(error)}`;
  }
}

function tell(
  log: Logger,
  { deployment, found }: { readonly deployment: string; readonly found: Suspects },
): void {
  log.warn("Networks keep an agent's pods from starting, and are served apart from its others", {
    deployment,
    pools: [...found.pools],
  });
}

/** A Deployment, and the disruption budget of its pods where it has any. */
async function apply(
  { log, template, deployments, budgets }: AgentsContext,
  { name, body, pools }: AgentsPlan["apply"][number],
  signal: AbortSignal,
): Promise<void> {
  const before = deployments.get(name)?.metadata.generation;
  const deployment = await deployments.apply(name, body, signal);
  if (deployment.metadata.generation !== before) {
    log.info("Agent Deployment is applied", { deployment: keyOf(deployment), pools });
  }
  if (pools.length > 0) {
    await budgets.apply(name, disruptionBudget(deployment, template), signal);
  } else if (budgets.get(name) !== undefined) {
    await budgets.delete(name, signal);
  }
}

/** A drained node takes one pod of an agent at a time. It goes with its Deployment. */
function disruptionBudget(deployment: Deployment, template: string): JsonValue {
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
