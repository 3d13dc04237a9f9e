/**
 * The agents of all pools: what is known of them, and when they are looked at again.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { IPPool, KubeObject, PodReference } from "../../core/api/types.ts";
import { hasAddresses } from "../../core/ipam/pool/elect_pool.ts";
import type { AgentTrouble } from "../../core/reasons/reasons.ts";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import {
  DEPLOYMENTS,
  EVENTS,
  keyOf,
  POD_DISRUPTION_BUDGETS,
  PODS,
} from "../../kube/objects/resources.ts";
import type { AgentPod } from "../../inspect/heard/heard_client.ts";
import { createWorkQueue } from "../../kube/queue/work_queue.ts";
import type { Informer, KubeClient, WorkQueue } from "../../kube/types.ts";
import { createInformer } from "../../kube/watch/informer.ts";
import { abortable } from "../../runtime/abort.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { ClusterCache } from "../cluster/cluster_cache.ts";
import { AppliedObjects } from "../memory/applied_objects.ts";
import { attachmentOf } from "../cluster/attachment.ts";
import { AgentPods } from "./agent_pods.ts";
import { deploymentTrouble, type PodTrouble } from "./agent_trouble.ts";
import type { Accused } from "./network_words.ts";
import { LegacyPods } from "./legacy_pods.ts";
import { type AgentsContext, reconcileAgents } from "./reconcile.ts";
import type { AgentSettings } from "./render_agent.ts";
import { AGENT_TEMPLATE_LABEL, servedBy, servedNetworks } from "./served_networks.ts";
import { isAccused } from "./suspects.ts";

/** What the agents are made with. */
interface AgentsOptions {
  readonly kube: KubeClient;
  readonly cluster: ClusterCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Namespace of the agents. */
  readonly namespace: string;
  /** Name of the template Deployment. */
  readonly template: string;
  readonly settings: AgentSettings;
  readonly tenancy: Tenancy;
  /** Called with a pool (`namespace/name`) when {@linkcode Agents.trouble} or {@linkcode Agents.serves} may have changed. */
  readonly onPool: (pool: string) => void;
  /** The pod that answers for a pool (`namespace/name`), as the agent of a Lease (`namespace/name`) reports it. */
  readonly answering: (lease: string, pool: string) => PodReference | undefined;
}

const KEY = "agents";
/** Reconciles the agents whenever something that they are made from changes. */
export class Agents {
  readonly #options: AgentsOptions;
  readonly #templates: Informer<Deployment>;
  readonly #made: Informer<Deployment>;
  readonly #budgetInformer: Informer<KubeObject>;
  readonly #deployments: AppliedObjects<Deployment>;
  readonly #budgets: AppliedObjects<KubeObject>;
  readonly #pods: AgentPods;
  readonly #ctx: AgentsContext;
  #decided = Promise.withResolvers<void>();
  /** Pool -> why its Deployment is refused. */
  #refused: ReadonlyMap<string, string> = new Map();
  /** Of one key: everything is planned together. */
  readonly queue: WorkQueue;

  constructor(options: AgentsOptions) {
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
    this.#deployments = new AppliedObjects({
      client,
      namespace,
      informerOf: (name) => name === template ? this.#templates : this.#made,
    });
    this.#budgets = new AppliedObjects({
      client: budgets,
      namespace,
      informerOf: () => this.#budgetInformer,
    });
    this.#pods = new AgentPods({ ...common, client: pods, events: kube.of(EVENTS) });
    this.#ctx = {
      ...options,
      made: () => this.#made.list(),
      deployments: this.#deployments,
      budgets: this.#budgets,
      pods: this.#pods,
      answering: (deployment, pool) => options.answering(`${namespace}/${deployment}`, pool),
      legacy: new LegacyPods({ pods, namespace, clock, log }),
      onRefused: (pools) => this.#noteRefused(pools),
    };
    this.queue = createWorkQueue({ name: KEY, clock, random, logger: log });
    this.#wire();
  }

  /** Name and address of each pod of the agents that runs. */
  get running(): readonly AgentPod[] {
    return this.#pods.running();
  }

  /** The informers to run, beside those of the cluster. */
  get informers(): readonly Informer<never>[] {
    return [...this.needed, this.#pods.events as unknown as Informer<never>];
  }

  /** Those without which nothing is decided. */
  get needed(): readonly Informer<never>[] {
    const all = [this.#templates, this.#made, this.#budgetInformer, this.#pods.pods];
    return all as unknown as readonly Informer<never>[];
  }

  /** Works until the signal aborts. It begins with a look at everything, as it is since this controller leads, or later. */
  async run(signal: AbortSignal, leadsSince: number): Promise<void> {
    this.#deployments.forget();
    this.#budgets.forget();
    this.#decided = Promise.withResolvers();
    this.queue.add(KEY);
    try {
      await this.#knowAnew(signal, leadsSince);
    } catch {
      return; // The signal aborted: nothing else ends the wait.
    }
    await this.queue.run(async (_, signal) => {
      const result = await reconcileAgents(this.#ctx, signal);
      this.#decided.resolve();
      return result;
    }, signal);
  }

  /** Resolves when this run has decided which Deployment is to serve which pool. Rejects with the signal's reason. */
  async whenDecided(signal: AbortSignal): Promise<void> {
    await abortable(this.#decided.promise, signal);
  }

  /**
   * Lists what agents are made from. The controller that led before may have made some of which a late watch has not told yet: their
   * networks would be taken from them, also those to which no new pod can be attached.
   */
  async #knowAnew(signal: AbortSignal, since: number): Promise<void> {
    const { pools, nads } = this.#options.cluster;
    const others = [pools, nads].filter(({ synced }) => synced);
    await Promise.all(
      [...this.needed, ...others].map((informer) =>
        informer.synced ? informer.relist(signal, { since }) : informer.whenSynced(signal)
      ),
    );
  }

  /** Resolves when it is known which Deployment serves which pool. Rejects with the signal's reason. */
  async whenSynced(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#templates.whenSynced(signal), this.#made.whenSynced(signal)]);
  }

  /** Whether the Deployment of a Lease's name (`namespace/name`) is to serve a pool (`namespace/name`). */
  serves(lease: string, pool: string): boolean {
    return this.#deploymentsOf(pool).some((deployment) => keyOf(deployment) === lease);
  }

  /** An agent tells something new of a pool (`namespace/name`): who served it before may be done. */
  heard(pool: string): void {
    if (this.#deploymentsOf(pool).length > 1) this.queue.add(KEY);
  }

  /** Why no pod that is to serve a pool (`namespace/name`) runs; `undefined` where one does, or nothing is said. */
  trouble(pool: string): AgentTrouble | undefined {
    for (const deployment of this.#deploymentsOf(pool)) {
      const found: PodTrouble | undefined =
        this.#pods.trouble(deployment.metadata.name ?? "", pool) ??
          deploymentTrouble(deployment);
      if (found === undefined) continue;
      const { accused, reason, message } = found;
      const ofOthers = accused === undefined ? [] : this.#accusedIn(deployment, accused);
      // Where only others are accused, the pool waits a moment for them to be served apart.
      return ofOthers.length > 0 && !ofOthers.includes(pool) ? undefined : { reason, message };
    }
    const message = this.#refused.get(pool);
    return message === undefined ? undefined : { reason: "AgentNotRunning", message };
  }

  #noteRefused(pools: ReadonlyMap<string, string>): void {
    const before = this.#refused;
    this.#refused = pools;
    for (const pool of new Set([...before.keys(), ...pools.keys()])) {
      if (before.get(pool) !== pools.get(pool)) this.#options.onPool(pool);
    }
  }

  /** The pools of a Deployment whose networks are accused. */
  #accusedIn(deployment: Deployment, accused: Accused): readonly string[] {
    return servedNetworks(deployment).filter(({ config }) => {
      const nad = this.#options.cluster.nads.get(config.nadName);
      const attachment = nad === undefined ? {} : attachmentOf(nad);
      return isAccused(accused, { config, attachment, isKept: nad === undefined });
    }).map(({ config }) => config.ipPoolRef);
  }

  #deploymentsOf(pool: string): readonly Deployment[] {
    return [...this.#made.byIndex("pool", pool), ...this.#templates.byIndex("pool", pool)];
  }

  #wire(): void {
    const { cluster, tenancy, onPool } = this.#options;
    const role = (pool: IPPool | undefined) => [
      roleOf(pool),
      // One that may not serve its network does so as long as somebody has an address of it.
      tenancy === "isolated" && pool !== undefined && hasAddresses(pool),
    ];
    const again = () => this.queue.add(KEY);
    cluster.pools.onChange((_, before, after) => {
      if (!sameJson(role(before), role(after))) again();
    });
    cluster.nads.onChange((_, before, after) => {
      const [was, is] = [before, after].map((nad) =>
        nad && [nad.metadata.labels, nad.metadata.annotations, nad.attachment]
      );
      if (!sameJson(was, is)) again();
    });
    for (const informer of [this.#templates, this.#made, this.#budgetInformer]) {
      informer.onChange((_, before, after) => {
        if (before?.metadata.generation !== after?.metadata.generation) again();
      });
    }
    for (const informer of [this.#templates, this.#made]) {
      informer.onChange((_, before, after) => {
        const [was, is] = [new Set(servedBy(before)), new Set(servedBy(after))];
        const [had, has] = [before, after].map((one) => one && deploymentTrouble(one));
        const changed = sameJson(had, has) ? was.symmetricDifference(is) : was.union(is);
        for (const pool of changed) onPool(pool);
      });
    }
    this.#pods.onTrouble((name, isFailing) => {
      if (isFailing) again();
      for (const pool of servedBy(this.#deployments.get(name))) {
        onPool(pool);
        this.heard(pool); // That its pod runs may be told after what the pod reports.
      }
    });
  }
}

/** What of a pool the agents depend on. */
function roleOf(pool: IPPool | undefined): unknown {
  if (pool === undefined) return undefined;
  const { uid, annotations, deletionTimestamp } = pool.metadata;
  return { uid, annotations, deletionTimestamp, spec: pool.spec };
}
