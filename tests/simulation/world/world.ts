/**
 * A whole cluster: its server, its programs, its networks, its virtual machines.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import type { Tenancy } from "../../../core/api/tenancy.ts";
import { DEPLOYMENTS, NAMESPACES, type RestClient } from "../../../kube/mod.ts";
import { SimProcess } from "../engine/process.ts";
import { streamOf } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import { Trace } from "../engine/trace.ts";
import { Person } from "./admission.ts";
import { ApiLink } from "./api_link.ts";
import { SimCluster } from "./cluster.ts";
import { SimClient } from "./dhcp_client.ts";
import { Hypervisor } from "./hypervisor.ts";
import { Kubelet } from "./kubelet.ts";
import {
  NAMESPACE,
  type SimAgent,
  type SimController,
  type SimWebhook,
  startController,
  startWebhook,
  TEMPLATE,
} from "./programs.ts";
import { NetworkSegment } from "./segment.ts";

/** How a world is made. */
interface WorldOptions {
  readonly seed: number;
  readonly tenancy: Tenancy;
  /** Where the API server keeps its state; unset: in memory, and nothing can be restored. */
  readonly folder?: string;
  readonly watcher: WorldWatcher;
  /** Stands between a process and its API server: how tests see that a fault is found. */
  readonly tamper?: Tamper;
}

/** Changes what a process (by its name) says to the API server, and hears. */
export type Tamper = (process: string, rest: RestClient) => RestClient;

/** Who looks at everything. */
interface WorldWatcher {
  onSent(agent: SimAgent, link: Link, payload: Uint8Array): void;
  onBound(client: SimClient): void;
  onUnbound(client: SimClient): void;
}

/** A program that is started again when it dies. */
interface Kept<T extends { readonly process: SimProcess }> {
  readonly name: string;
  lives: number;
  now: T | undefined;
}

const NODES = ["node-1", "node-2", "node-3"];
const RESTART_MS = 2_000;

/** A simulated cluster. */
export class World implements Disposable {
  readonly trace = new Trace();
  readonly timeline: Timeline;
  readonly cluster: SimCluster;
  readonly kubelet: Kubelet;
  readonly person: Person;
  readonly hypervisor: Hypervisor;
  /** Network -> MAC address -> client. */
  readonly clients = new Map<string, Map<number, SimClient>>();
  readonly nodes: readonly string[] = NODES;
  /** `network address` of each that a machine took by hand at any time. */
  readonly takenByHand = new Set<string>();
  /** `namespace/name` of each VirtualMachineNetworkConfig that a person deleted at any time. */
  readonly deletedConfigs = new Set<string>();
  readonly #options: WorldOptions;
  readonly #segments = new Map<string, NetworkSegment>();
  readonly #controllers: Kept<SimController>[];
  readonly #webhooks: Kept<SimWebhook>[];
  /** Part of all requests that are unlucky. */
  #trouble = 0;

  constructor(options: WorldOptions) {
    const { seed, folder, watcher } = options;
    this.#options = options;
    this.timeline = new Timeline(streamOf(seed, "timeline"));
    const server = this.#process("kube-apiserver");
    this.cluster = new SimCluster({
      clock: server.clock,
      random: streamOf(seed, "api"),
      ...(folder === undefined ? {} : { folder }),
    });
    this.kubelet = new Kubelet({
      cluster: this.cluster,
      timeline: this.timeline,
      random: streamOf(seed, "kubelet"),
      nodes: NODES,
      makeProcess: (name) => this.#linked(name),
      segmentOf: (nad) => this.segment(nad),
      onSent: (agent, link, payload) => watcher.onSent(agent, link, payload),
    });
    this.#controllers = ["controller-a", "controller-b"].map((name) => ({
      name,
      lives: 0,
      now: undefined,
    }));
    this.#webhooks = ["webhook-a", "webhook-b"].map((name) => ({ name, lives: 0, now: undefined }));
    this.person = new Person(() => this.cluster.kube, () => this.webhooks);
    this.hypervisor = new Hypervisor({
      cluster: this.cluster,
      random: streamOf(seed, "hypervisor"),
      clientOf: (network, mac) => this.#client(network, mac),
    });
  }

  get controllers(): readonly SimController[] {
    return this.#controllers.flatMap(({ now }) => now ?? []);
  }

  get webhooks(): readonly SimWebhook[] {
    return this.#webhooks.flatMap(({ now }) => now ?? []);
  }

  /** Every process of the product that is alive. */
  get processes(): readonly { readonly process: SimProcess; readonly link: ApiLink }[] {
    return [...this.controllers, ...this.webhooks, ...this.kubelet.agents]
      .filter(({ process }) => process.alive);
  }

  /** The network of a NetworkAttachmentDefinition. */
  segment(nad: string): NetworkSegment {
    const present = this.#segments.get(nad);
    if (present !== undefined) return present;
    const segment = new NetworkSegment(nad, {
      timeline: this.timeline,
      random: streamOf(this.#options.seed, `segment ${nad}`),
      trace: this.trace,
    });
    this.#segments.set(nad, segment);
    return segment;
  }

  get segments(): readonly NetworkSegment[] {
    return [...this.#segments.values()];
  }

  /** Every client that there ever was. */
  get allClients(): readonly SimClient[] {
    return [...this.clients.values()].flatMap((clients) => [...clients.values()]);
  }

  /** Whether the state can be put back. */
  get canRestore(): boolean {
    return this.#options.folder !== undefined;
  }

  /** Makes what an installation makes, and starts the programs. */
  async begin(): Promise<void> {
    const { kube } = this.cluster;
    for (const name of [NAMESPACE, "tenant-a", "tenant-b"]) {
      await kube.of(NAMESPACES).create({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      });
    }
    await kube.of(DEPLOYMENTS).create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: NAMESPACE, name: TEMPLATE, labels: { app: "agent" } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "agent" } },
        template: {
          metadata: { labels: { app: "agent" } },
          spec: { containers: [{ name: "agent", image: "agent:1", env: [] }] },
        },
      },
    } as never);
    await this.hypervisor.begin();
    await this.kubelet.begin();
    for (const kept of this.#controllers) this.#startController(kept);
    for (const kept of this.#webhooks) this.#startWebhook(kept);
  }

  /** Sets which part of all requests is unlucky. */
  set trouble(part: number) {
    this.#trouble = part;
    for (const { link } of this.processes) link.trouble = part;
  }

  [Symbol.dispose](): void {
    for (const { process } of this.processes) process.kill();
    this.cluster.close();
  }

  #startController(kept: Kept<SimController>): void {
    const { tenancy } = this.#options;
    const ground = this.#linked(`${kept.name}.${kept.lives++}`);
    kept.now = startController(ground, { tenancy });
    this.#restartAfter(kept, () => this.#startController(kept));
  }

  #startWebhook(kept: Kept<SimWebhook>): void {
    const { tenancy } = this.#options;
    const ground = this.#linked(`${kept.name}.${kept.lives++}`);
    kept.now = startWebhook(ground, { tenancy });
    this.#restartAfter(kept, () => this.#startWebhook(kept));
  }

  /** A process that ends, however it does, is started again. */
  #restartAfter(
    { now }: Kept<{ readonly process: SimProcess; readonly done: Promise<void> }>,
    start: () => void,
  ): void {
    if (now === undefined) return;
    const { process, done } = now;
    process.onDeath(() => void this.timeline.after(RESTART_MS, start));
    const end = () => process.kill();
    done.then(end, end);
  }

  #linked(name: string): { readonly process: SimProcess; readonly link: ApiLink } {
    const process = this.#process(name);
    const link = new ApiLink(process, {
      cluster: this.cluster,
      random: streamOf(this.#options.seed, `link ${name}`),
      trace: this.trace,
      tamper: (rest) => this.#options.tamper?.(name, rest) ?? rest,
    });
    link.trouble = this.#trouble;
    return { process, link };
  }

  #process(name: string): SimProcess {
    const { timeline, trace } = this;
    return new SimProcess(name, {
      timeline,
      trace,
      random: streamOf(this.#options.seed, `process ${name}`),
    });
  }

  #client(network: string, address: number): SimClient {
    let clients = this.clients.get(network);
    if (clients === undefined) this.clients.set(network, clients = new Map());
    let client = clients.get(address);
    if (client === undefined) {
      const { watcher, seed } = this.#options;
      client = new SimClient(address, {
        segment: this.segment(network),
        timeline: this.timeline,
        random: streamOf(seed, `client ${network} ${address}`),
        events: watcher,
      });
      clients.set(address, client);
    }
    return client;
  }
}
