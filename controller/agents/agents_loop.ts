/**
 * Keeps the agent Deployments as {@linkcode planAgents} wants them.
 *
 * @module
 */
import type { IPPool, KubeObject } from "../../core/api/types.ts";
import type { Deployment } from "../../kube/builtin_types.ts";
import { createInformer } from "../../kube/informer.ts";
import { DEPLOYMENTS, keyOf, POD_DISRUPTION_BUDGETS, PODS } from "../../kube/resources.ts";
import type { Informer, KubeClient, WorkResult } from "../../kube/types.ts";
import { createWorkQueue } from "../../kube/work_queue.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { sameJson } from "../decide/same_json.ts";
import type { World } from "../world.ts";
import { disruptionBudget } from "./disruption_budget.ts";
import { removeLegacyPods } from "./legacy_pods.ts";
import { type AgentsPlan, planAgents } from "./plan_agents.ts";
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
}

/** Field manager of what is applied. */
const FIELD_MANAGER = "vm-dhcp-controller";
const KEY = "agents";

/** Applies the plan whenever something that it is made from changes. */
export class AgentsLoop {
  readonly #options: AgentsLoopOptions;
  readonly #templates: Informer<Deployment>;
  readonly #made: Informer<Deployment>;
  readonly #queue;
  /** Name -> what was applied last, and the generation that the server gave it. */
  readonly #applied = new Map<string, { readonly body: unknown; readonly generation: number }>();

  constructor(options: AgentsLoopOptions) {
    const { kube, clock, random, log, namespace, template } = options;
    this.#options = options;
    const common = { client: kube.of(DEPLOYMENTS), namespace, clock, random, logger: log };
    this.#templates = createInformer({ ...common, fieldSelector: `metadata.name=${template}` });
    this.#made = createInformer({
      ...common,
      labelSelector: `${AGENT_TEMPLATE_LABEL}=${template}`,
    });
    this.#queue = createWorkQueue({ name: KEY, clock, random, logger: log });
    this.#wire();
  }

  /** The informers to run, beside those of the world. */
  get informers(): readonly Informer<Deployment>[] {
    return [this.#templates, this.#made];
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#queue.add(KEY);
    await this.#queue.run((_, signal) => this.#reconcile(signal), signal);
  }

  #wire(): void {
    const { world } = this.#options;
    const again = () => this.#queue.add(KEY);
    world.pools.onChange((_, before, after) => {
      if (!sameJson(roleOf(before), roleOf(after))) again();
    });
    world.nads.onChange((_, before, after) => {
      if (!sameJson(before?.metadata.labels, after?.metadata.labels) || !before || !after) again();
    });
    for (const informer of this.informers) {
      informer.onChange((_, before, after) => {
        if (before?.metadata.generation !== after?.metadata.generation) again();
      });
    }
  }

  async #reconcile(signal: AbortSignal): Promise<WorkResult | void> {
    const { world, log, namespace, template: name, settings, clock } = this.#options;
    const template = this.#templates.get(`${namespace}/${name}`);
    if (template === undefined) {
      log.warn("No agent can be made: the template Deployment is missing", { namespace, name });
      return;
    }
    const plan = planAgents({
      pools: world.pools.list(),
      attachments: (key) => world.nads.get(key),
      template,
      existing: [...this.#made.list()],
      settings,
    });
    const waiting = await removeLegacyPods({
      pods: this.#options.kube.of(PODS),
      namespace,
      now: clock.now(),
      log,
      signal,
    });
    await this.#apply(plan, { template, waiting, signal });
    if (waiting.size > 0) return { requeueAfterMs: 1_000 };
  }

  async #apply(
    plan: AgentsPlan,
    { template, waiting, signal }: {
      readonly template: Deployment;
      /** Pools (`namespace/name`) that a pod of the Go version still serves. */
      readonly waiting: ReadonlySet<string>;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    for (const { name, body } of plan.apply) {
      const pools = servedBy(body as unknown as Deployment);
      if (pools.some((pool) => waiting.has(pool))) continue;
      const deployment = await this.#applyDeployment(name, { body, template, signal });
      await this.#applyBudget(deployment, { isServing: pools.length > 0, signal });
    }
    for (const name of plan.remove) await this.#remove(name, signal);
  }

  async #applyDeployment(
    name: string,
    options: {
      readonly body: unknown;
      readonly template: Deployment;
      readonly signal: AbortSignal;
    },
  ): Promise<Deployment> {
    const { kube, namespace, log } = this.#options;
    const isTemplate = name === options.template.metadata.name;
    const body = isTemplate ? options.body : ownedBy(options.body, options.template);
    const present = [...this.#templates.list(), ...this.#made.list()]
      .find(({ metadata }) => metadata.name === name);
    const last = this.#applied.get(name);
    const isCurrent = present !== undefined && last !== undefined &&
      present.metadata.generation === last.generation && sameJson(last.body, body);
    if (isCurrent) return present;
    const answer = await kube.of(DEPLOYMENTS).patch({ namespace, name }, {
      type: "apply",
      body: body as never,
      fieldManager: FIELD_MANAGER,
      force: true,
    }, { signal: options.signal });
    this.#applied.set(name, { body, generation: answer.metadata.generation ?? 0 });
    if (present?.metadata.generation !== answer.metadata.generation) {
      log.info("Agent Deployment is applied", {
        deployment: keyOf(answer),
        pools: servedBy(answer),
      });
    }
    (isTemplate ? this.#templates : this.#made).observe(answer);
    return answer;
  }

  async #applyBudget(
    deployment: Deployment,
    { isServing, signal }: { readonly isServing: boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    const { kube, namespace } = this.#options;
    const budgets = kube.of(POD_DISRUPTION_BUDGETS);
    const name = deployment.metadata.name ?? "";
    const budgetKey = `budget ${name}`;
    const body = isServing ? disruptionBudget(deployment) : undefined;
    if (sameJson(this.#applied.get(budgetKey)?.body, body) && this.#applied.has(budgetKey)) return;
    if (body === undefined) {
      await budgets.delete({ namespace, name }, { signal });
    } else {
      const patch = { type: "apply", body, fieldManager: FIELD_MANAGER, force: true } as const;
      await budgets.patch({ namespace, name }, patch, { signal });
    }
    this.#applied.set(budgetKey, { body, generation: 0 });
  }

  async #remove(name: string, signal: AbortSignal): Promise<void> {
    const { kube, namespace, log } = this.#options;
    await kube.of(DEPLOYMENTS).delete({ namespace, name }, {
      propagationPolicy: "Background",
      signal,
    });
    this.#applied.delete(name);
    this.#applied.delete(`budget ${name}`);
    log.info("Agent Deployment is removed: its cluster network has no pool", {
      deployment: `${namespace}/${name}`,
    });
  }
}

/** What of a pool the agents depend on. */
function roleOf(pool: IPPool | undefined): unknown {
  if (pool === undefined) return undefined;
  const { uid, annotations, deletionTimestamp } = pool.metadata;
  return { uid, annotations, deletionTimestamp, spec: pool.spec };
}

/** The Deployment goes when the template goes. */
function ownedBy(body: unknown, template: Deployment): unknown {
  const { metadata, ...rest } = body as KubeObject;
  const { name = "", uid = "" } = template.metadata;
  return {
    ...rest,
    metadata: {
      ...metadata,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
  };
}
