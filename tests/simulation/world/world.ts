/**
 * A whole cluster: its server, its programs, its networks, its virtual machines.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import { type NetworkAccess, networkAccess, type Tenancy } from "../../../core/api/tenancy.ts";
import { formatIPv4 } from "../../../core/net/mod.ts";
import { DEPLOYMENTS, NAMESPACES, type RestClient } from "../../../kube/mod.ts";
import { SimProcess } from "../engine/process.ts";
import { streamOf } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import { Trace } from "../engine/trace.ts";
import { Person, type Writer } from "./admission.ts";
import { ApiLink, type LinkMode } from "./api_link.ts";
import { type ApiServer, SimCluster } from "./cluster.ts";
import type { SimClient } from "./dhcp_client.ts";
import { ForeignHost } from "./foreign_host.ts";
import { Hypervisor } from "./hypervisor.ts";
import { Kubelet, type Pods, type SimPod } from "./kubelet.ts";
import {
  NAMESPACE,
  type SimAgent,
  type SimController,
  type SimWebhook,
  startController,
  startWebhook,
  TEMPLATE,
} from "./programs.ts";
import { ManifestPerson } from "./standalone/manifest_person.ts";
import { Networks } from "./networks.ts";
import type { NetworkSegment } from "./segment.ts";
import { StandaloneMachine } from "./standalone/standalone_machine.ts";

/** How a world is made. */
interface WorldOptions {
  readonly seed: number;
  readonly tenancy: Tenancy;
  /** A machine without a cluster: the standalone server on these networks, `namespace/name`; it needs a folder. */
  readonly standalone?: readonly string[] | undefined;
  /** Where the standalone server keeps its state. */
  readonly folder?: string;
  readonly watcher: WorldWatcher;
  /** Stands between a process and its API server: how tests see that a fault is found. */
  readonly tamper?: Tamper;
}

/** Changes what a process (by its name) says to the API server, and hears. */
export type Tamper = (process: string, rest: RestClient) => RestClient;

/** Who looks at everything. */
interface WorldWatcher {
  /** Something that must not be. */
  blame(rule: string, what: string): void;
  onSent(agent: SimAgent, link: Link, payload: Uint8Array): void;
  /** A pod that runs is ended by its Deployment; `pools` (`namespace/name`) are still served by any. */
  onSurplus(pod: SimPod, pools: ReadonlySet<string>): void;
  onBound(client: SimClient): void;
  onUnbound(client: SimClient): void;
}

/** How long a machine goes on using an address that it lost. */
const KEPT_MS = 180_000;

/** A program that is started again when it dies. */
interface Kept<T extends { readonly process: SimProcess }> {
  readonly name: string;
  lives: number;
  now: T | undefined;
}

/** What differs from world to world. */
interface Parts {
  readonly cluster: ApiServer;
  readonly kubelet: Pods;
  readonly person: Writer;
  readonly machine: StandaloneMachine | undefined;
}

const NODES = ["node-1", "node-2", "node-3"];
const RESTART_MS = 2_000;

/** A simulated cluster. */
export class World implements Disposable {
  readonly trace = new Trace();
  readonly timeline: Timeline;
  readonly cluster: ApiServer;
  readonly kubelet: Pods;
  readonly person: Writer;
  readonly hypervisor: Hypervisor;
  readonly networks: Networks;
  readonly nodes: readonly string[] = NODES;
  /** `network address` of each that a machine took by hand at any time. */
  readonly takenByHand = new Set<string>();
  /** `namespace/name` of each VirtualMachineNetworkConfig that a person deleted, alone or with its namespace, and when that was last. */
  readonly deletedConfigs = new Map<string, number>();
  /** `namespace/name` of each VirtualMachineNetworkConfig that a person made at any time: it needs no VM. */
  readonly reservations = new Set<string>();
  /** `network address` of each DHCP server that nobody asked to be there, at any time. */
  readonly foreignServers = new Set<string>();
  /** `namespace/name` of each pool of which somebody writes a wrong count, until it is right again; who stands still is told late. */
  readonly miscounted = new Set<string>();
  readonly #options: WorldOptions;
  readonly #standalone: StandaloneMachine | undefined;
  readonly #controllers: readonly Kept<SimController>[];
  readonly #webhooks: readonly Kept<SimWebhook>[];
  /** Part of all requests that are unlucky. */
  #trouble = 0;
  #isCalm = false;
  #apiMode: LinkMode = "well";

  constructor(options: WorldOptions) {
    const { seed, watcher } = options;
    this.#options = options;
    this.timeline = new Timeline(streamOf(seed, "timeline"));
    this.networks = new Networks({
      seed,
      timeline: this.timeline,
      trace: this.trace,
      events: {
        onBound: (client) => watcher.onBound(client),
        onUnbound: (client) => watcher.onUnbound(client),
        onKept: ({ segment, mac }, address) => {
          this.takenByHand.add(`${segment.name} ${formatIPv4(address)}`);
          this.networks.visit(new ForeignHost(segment, { address, mac }), KEPT_MS);
        },
      },
    });
    const parts = options.standalone === undefined
      ? this.#clusterParts()
      : this.#standaloneParts(options.standalone);
    this.cluster = parts.cluster;
    this.kubelet = parts.kubelet;
    this.person = parts.person;
    this.#standalone = parts.machine;
    const isCluster = parts.machine === undefined;
    const kept = (names: readonly string[]) =>
      isCluster ? names.map((name) => ({ name, lives: 0, now: undefined })) : [];
    this.#controllers = kept(["controller-a", "controller-b"]);
    this.#webhooks = kept(["webhook-a", "webhook-b"]);
    this.hypervisor = new Hypervisor({
      cluster: this.cluster,
      timeline: this.timeline,
      random: streamOf(seed, "hypervisor"),
      showsInstances: isCluster,
      clientOf: (network, mac) => this.networks.clientOf(network, mac),
    });
  }

  #clusterParts(): Parts {
    const { seed, watcher } = this.#options;
    const { timeline } = this;
    const cluster = new SimCluster({
      timeline,
      clock: this.#process("kube-apiserver").clock,
      random: streamOf(seed, "api"),
    });
    const kubelet = new Kubelet({
      cluster,
      timeline,
      random: streamOf(seed, "kubelet"),
      nodes: NODES,
      makeProcess: (name) => this.#linked(name),
      segmentOf: (nad) => this.segment(nad),
      onVlan: (nad, vlan) => this.networks.move(nad, vlan),
      onSurplus: (pod, pools) => watcher.onSurplus(pod, pools),
      onSent: (agent, link, payload) => watcher.onSent(agent, link, payload),
    });
    const person = new Person({
      kube: () => cluster.kube,
      judges: () => this.webhooks,
      timeline,
      random: streamOf(seed, "person"),
    });
    return { cluster, kubelet, person, machine: undefined };
  }

  #standaloneParts(networks: readonly string[]): Parts {
    const { seed, folder, watcher } = this.#options;
    if (folder === undefined) throw new Error("Cannot make a standalone server without a folder");
    const machine = new StandaloneMachine({
      timeline: this.timeline,
      random: streamOf(seed, "machine"),
      folder,
      networks,
      makeProcess: (name) => this.#linked(name),
      segmentOf: (nad) => this.segment(nad),
      onSent: (agent, link, payload) => watcher.onSent(agent, link, payload),
    });
    const person = new ManifestPerson({
      kube: () => machine.kube,
      folder: machine.manifests,
      random: streamOf(seed, "person"),
    });
    return { cluster: machine, kubelet: machine, person, machine };
  }

  /** Who may use a network, by what it says now. A machine without a cluster keeps nobody out. */
  accessTo(network: string): NetworkAccess {
    const tenancy = this.#standalone === undefined ? this.#options.tenancy : "shared";
    return networkAccess(network, { tenancy, nad: this.kubelet.network(network) });
  }

  get controllers(): readonly SimController[] {
    if (this.#standalone !== undefined) return this.#standalone.controllers;
    return this.#controllers.flatMap(({ now }) => now ?? []);
  }

  get webhooks(): readonly SimWebhook[] {
    return this.#webhooks.flatMap(({ now }) => now ?? []);
  }

  /** Every process of the product that is alive. */
  get processes(): readonly { readonly process: SimProcess; readonly link: ApiLink }[] {
    const { agents } = this.kubelet;
    if (this.#standalone !== undefined) return agents;
    return [...this.controllers, ...this.webhooks, ...agents]
      .filter(({ process }) => process.alive);
  }

  /** The network of a NetworkAttachmentDefinition. */
  segment(nad: string): NetworkSegment {
    return this.networks.segment(nad);
  }

  get segments(): readonly NetworkSegment[] {
    return this.networks.all;
  }

  /** Network -> MAC address -> client. */
  get clients(): ReadonlyMap<string, ReadonlyMap<number, SimClient>> {
    return this.networks.clients;
  }

  /** Every client that there ever was. */
  get allClients(): readonly SimClient[] {
    return this.networks.allClients;
  }

  /** Makes what an installation makes, and starts the programs. */
  async begin(): Promise<void> {
    if (this.#standalone !== undefined) {
      await this.#standalone.begin();
      return await this.hypervisor.begin();
    }
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

  /** Something happened that must not. */
  wrong(rule: string, what: string): void {
    this.#options.watcher.blame(rule, what);
  }

  /** Sets how every way to the API server is, also of processes that are started meanwhile. */
  set apiMode(mode: LinkMode) {
    this.#apiMode = mode;
    for (const { link } of this.processes) link.mode = mode;
  }

  /** Sets which part of all requests is unlucky. */
  set trouble(part: number) {
    this.#trouble = part;
    for (const { link } of this.processes) link.trouble = part;
  }

  /** All faults stop, also for processes that are started from now on. */
  calm(): void {
    this.#isCalm = true;
    this.trouble = 0;
    this.apiMode = "well";
    for (const { link } of this.processes) link.isCalm = true;
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
    link.isCalm = this.#isCalm;
    link.mode = this.#apiMode;
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
}
