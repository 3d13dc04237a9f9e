/**
 * Keeps the agent Deployments as {@linkcode planAgents} wants them.
 *
 * @module
 */
import type { IPPool, KubeObject } from "../../core/api/types.ts";
import type { Deployment } from "../../kube/builtin_types.ts";
import { createInformer } from "../../kube/informer.ts";
import { DEPLOYMENTS, keyOf, POD_DISRUPTION_BUDGETS, PODS } from "../../kube/resources.ts";
import type { JsonValue } from "../../kube/seam.ts";
import type { Informer, KubeClient, WorkQueue, WorkResult } from "../../kube/types.ts";
import { createWorkQueue } from "../../kube/work_queue.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { type AgentTrouble, deploymentTrouble } from "../decide/agent_trouble.ts";
import { sameJson } from "../decide/same_json.ts";
import type { World } from "../world.ts";
import { AgentPods } from "./agent_pods.ts";
import { Applied } from "./applied.ts";
import { disruptionBudget } from "./disruption_budget.ts";
import { LegacyPods } from "./legacy_pods.ts";
import { planAgents } from "./plan_agents.ts";
import { AGENT_TEMPLATE_LABEL, type AgentSettings, servedBy } from "./render_agent.ts";

/** What the loop needs. */
export interface AgentsLoopOptions {
  readonly kube: KubeClient;
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Namespace of the agents. */
  readonly namespace: string;
  /** Name of the template Deployment. */
  readonly template: string;
  readonly settings: AgentSettings;
  /** Called with a pool (`namespace/name`) when {@linkcode AgentsLoop.trouble} may have changed. */
  readonly onTrouble: (pool: string) => void;
}

const KEY = "agents";
/** How often it is asked whether old agents, or Multus, are still missing. */
const LOOK_AGAIN_MS = 1_000;

/** Applies the plan whenever something that it is made from changes. */
export class AgentsLoop {
  readonly #options: AgentsLoopOptions;
  readonly #templates: Informer<Deployment>;
  readonly #made: Informer<Deployment>;
  readonly #budgetInformer: Informer<KubeObject>;
  readonly #deployments: Applied<Deployment>;
  readonly #budgets: Applied<KubeObject>;
  readonly #pods: AgentPods;
  readonly #legacy: LegacyPods;
  /** Of one key: everything is planned together. */
  readonly queue: WorkQueue;

  constructor(options: AgentsLoopOptions) {
    const { kube, clock, random, log, namespace, template } = options;
    this.#options = options;
    const common = { namespace, clock, random, logger: log };
    const client = kube.of(DEPLOYMENTS);
    const deployments = { ...common, client, indexes: { pool: servedBy } };
    const labelSelector = `${AGENT_TEMPLATE_LABEL}=${template}`;
    const budgets = kube.of(POD_DISRUPTION_BUDGETS);
    const pods = kube.of(PODS);
    this.#templates = createInformer({
      ...deployments,
      fieldSelector: `metadata.name=${template}`,
    });
    this.#made = createInformer({ ...deployments, labelSelector });
    this.#budgetInformer = createInformer({ ...common, client: budgets, labelSelector });
    this.#deployments = new Applied({
      client,
      namespace,
      informerOf: (name) => name === template ? this.#templates : this.#made,
    });
    this.#budgets = new Applied({
      client: budgets,
      namespace,
      informerOf: () => this.#budgetInformer,
    });
    this.#pods = new AgentPods({ ...common, client: pods });
    this.#legacy = new LegacyPods({ pods, namespace, clock, log });
    this.queue = createWorkQueue({ name: KEY, clock, random, logger: log });
    this.#wire();
  }

  /** The informers to run, beside those of the world. */
  get informers(): readonly Pick<Informer<never>, "run" | "whenSynced">[] {
    return [this.#templates, this.#made, this.#budgetInformer, this.#pods.informer];
  }

  /** Works until the signal aborts. It begins with a look at everything. */
  async run(signal: AbortSignal): Promise<void> {
    this.#deployments.forget();
    this.#budgets.forget();
    this.queue.add(KEY);
    try {
      for (const informer of this.informers) await informer.whenSynced(signal);
    } catch {
      return; // The signal aborted: nothing else ends the wait.
    }
    await this.queue.run((_, signal) => this.#reconcile(signal), signal);
  }

  /** Why no pod that is to serve a pool (`namespace/name`) runs; `undefined` where one does, or nothing is said. */
  trouble(pool: string): AgentTrouble | undefined {
    const [deployment] = this.#deploymentsOf(pool);
    return deployment &&
      (this.#pods.trouble(deployment.metadata.name ?? "") ?? deploymentTrouble(deployment));
  }

  #deploymentsOf(pool: string): readonly Deployment[] {
    return [...this.#made.byIndex("pool", pool), ...this.#templates.byIndex("pool", pool)];
  }

  #wire(): void {
    const { world, onTrouble } = this.#options;
    const again = () => this.queue.add(KEY);
    world.pools.onChange((_, before, after) => {
      if (!sameJson(roleOf(before), roleOf(after))) again();
    });
    world.nads.onChange((_, before, after) => {
      if (!sameJson(before?.metadata.labels, after?.metadata.labels) || !before || !after) again();
    });
    for (const informer of [this.#templates, this.#made, this.#budgetInformer]) {
      informer.onChange((_, before, after) => {
        if (before?.metadata.generation !== after?.metadata.generation) again();
      });
    }
    for (const informer of [this.#templates, this.#made]) {
      informer.onChange((_, before, after) => {
        if (sameJson(before && deploymentTrouble(before), after && deploymentTrouble(after))) {
          return;
        }
        for (const pool of servedBy(after ?? before)) onTrouble(pool);
      });
    }
    this.#pods.onTrouble((name) => {
      for (const pool of servedBy(this.#deployments.get(name))) onTrouble(pool);
    });
  }

  async #reconcile(signal: AbortSignal): Promise<WorkResult | void> {
    const { world, log, namespace, template: name, settings } = this.#options;
    const template = this.#deployments.get(name);
    if (template === undefined) {
      log.warn("No agent can be made: the template Deployment is missing", { namespace, name });
      return;
    }
    // Without Multus nothing is known of any network: what is there stays.
    if (!world.nads.synced && world.pools.size > 0) return { requeueAfterMs: LOOK_AGAIN_MS };
    const plan = planAgents({
      pools: world.pools.list(),
      attachments: (key) => world.nads.get(key),
      template,
      existing: [...this.#made.list()],
      settings,
    });
    const waiting = await this.#legacy.remove(signal);
    for (const { name, body, pools } of plan.apply) {
      if (pools.some((pool) => waiting.has(pool))) continue;
      await this.#apply({ name, pools, body: withOwner(body, { name, template }) }, signal);
    }
    for (const name of plan.remove) {
      await this.#deployments.delete(name, signal);
      log.info("Agent Deployment is removed: its cluster network has no pool", {
        deployment: `${namespace}/${name}`,
      });
    }
    if (waiting.size > 0) return { requeueAfterMs: LOOK_AGAIN_MS };
  }

  async #apply(
    { name, body, pools }: {
      readonly name: string;
      readonly body: JsonValue;
      readonly pools: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { log, template } = this.#options;
    const before = this.#deployments.get(name)?.metadata.generation;
    const deployment = await this.#deployments.apply(name, body, signal);
    if (deployment.metadata.generation !== before) {
      log.info("Agent Deployment is applied", { deployment: keyOf(deployment), pools });
    }
    if (pools.length > 0) {
      await this.#budgets.apply(name, disruptionBudget(deployment, template), signal);
    } else if (this.#budgets.get(name) !== undefined) {
      await this.#budgets.delete(name, signal);
    }
  }
}

/** What of a pool the agents depend on. */
function roleOf(pool: IPPool | undefined): unknown {
  if (pool === undefined) return undefined;
  const { uid, annotations, deletionTimestamp } = pool.metadata;
  return { uid, annotations, deletionTimestamp, spec: pool.spec };
}

/** A Deployment goes when its template goes. */
function withOwner(
  body: JsonValue,
  { name, template }: { readonly name: string; readonly template: Deployment },
): JsonValue {
  const { name: owner = "", uid = "" } = template.metadata;
  if (name === owner) return body;
  const { metadata, ...rest } = body as { metadata: Readonly<Record<string, JsonValue>> };
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: owner, uid }];
  return { ...rest, metadata: { ...metadata, ownerReferences } };
}
