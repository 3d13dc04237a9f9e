/**
 * Kubernetes' part: pods of the agents' Deployments, rolled as `maxUnavailable: 0, maxSurge: 1` says, attached as Multus does,
 * restarted when they die.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import { AGENT_DEPLOYMENT_LABEL, servedBy } from "../../../controller/agents/served_networks.ts";
import { hashOf } from "../../../controller/agents/interface_name.ts";
import {
  type Deployment,
  DEPLOYMENTS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type Pod,
  PODS,
} from "../../../kube/mod.ts";
import type { NetworkAttachmentDefinition } from "../../../core/api/types.ts";
import { between } from "../engine/random.ts";
import type { SimProcess } from "../engine/process.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Random } from "../../../runtime/clock.ts";
import type { ApiLink } from "./api_link.ts";
import type { SimCluster } from "./cluster.ts";
import { Follow } from "./follow.ts";
import { NAMESPACE, type SimAgent, startAgent } from "./programs.ts";
import type { NetworkSegment } from "./segment.ts";
import { attachFault, tellSandbox, vlanOf } from "./sandbox.ts";
import { SimHost } from "./sim_host.ts";

/** What the kubelet is given. */
interface KubeletGround {
  readonly cluster: SimCluster;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly nodes: readonly string[];
  /** Makes a process and its way to the API server. */
  readonly makeProcess: (name: string) => { readonly process: SimProcess; readonly link: ApiLink };
  /** The network of a NetworkAttachmentDefinition. */
  readonly segmentOf: (nad: string) => NetworkSegment;
  /** A network is on a VLAN. */
  readonly onVlan: (nad: string, vlan: number) => void;
  readonly onSent: (agent: SimAgent, link: Link, payload: Uint8Array) => void;
  /** A pod that runs is ended by its Deployment; `pools` (`namespace/name`) are still served by any. */
  readonly onSurplus: (pod: SimPod, pools: ReadonlySet<string>) => void;
}

/** A pod. */
export interface SimPod {
  readonly name: string;
  readonly deployment: string;
  readonly revision: string;
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
  /** NetworkAttachmentDefinition and interface of each network. */
  readonly networks: readonly { readonly nad: string; readonly interfaceName: string }[];
  /** Its network namespace: a new one when its node started again. */
  host: SimHost;
  /** What its state folder holds. */
  readonly files: Map<string, string>;
  agent: SimAgent | undefined;
  restarts: number;
  isEnding: boolean;
  /** What was said last of its sandbox; unset where it has one. */
  words: string | undefined;
}

const TICK_MS = 1_000;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 30_000;
/** From a node's silence to the end of its pods, five minutes as Kubernetes says: a shorter time is as good a fault. */
const GIVEN_UP_MS = 40_000;
const RESTART_MS = { base: 1_000, max: 30_000 };
/** How often it is tried to attach a pod. */
const SANDBOX_MS = 5_000;
const MULTUS_NETWORKS = "k8s.v1.cni.cncf.io/networks";
const REVISION = "pod-template-hash";
const FIRST_MAC = 0x02_00_00_00_10_00;

/** What runs agents. */
export type Pods = Pick<Kubelet, keyof Kubelet>;

/** The kubelets of all nodes, the scheduler and the Deployment controller. */
export class Kubelet {
  readonly #ground: KubeletGround;
  readonly #deployments: Follow<Deployment>;
  readonly #nads: Follow<NetworkAttachmentDefinition>;
  readonly #pods = new Map<string, SimPod>();
  readonly #down = new Set<string>();
  readonly #revisions = new WeakMap<Deployment, string>();
  #made = 0;
  #macs = 0;
  #working = false;

  constructor(ground: KubeletGround) {
    this.#ground = ground;
    this.#deployments = new Follow(ground.cluster, DEPLOYMENTS);
    this.#nads = new Follow(ground.cluster, NETWORK_ATTACHMENT_DEFINITIONS);
    this.#nads.onChange((key, _, after) => {
      if (after !== undefined) ground.onVlan(key, vlanOf(after));
    });
    ground.cluster.onRestore(() => void this.#resync());
  }

  /** Pods that are there. */
  get pods(): readonly SimPod[] {
    return [...this.#pods.values()];
  }

  /** Agents that live. */
  get agents(): readonly SimAgent[] {
    return this.pods.flatMap(({ agent }) => agent?.process.alive === true ? [agent] : []);
  }

  /** Begins to work, for ever. */
  async begin(): Promise<void> {
    await this.#deployments.begin();
    await this.#nads.begin();
    const tick = () => {
      this.#ground.timeline.after(TICK_MS, () => {
        void this.#work().then(tick);
      });
    };
    tick();
  }

  /**
   * The node is gone with all that ran on it. Its pods are given up after a while, and others made elsewhere; their objects stay until
   * it is back.
   */
  loseNode(node: string): void {
    if (this.#down.has(node)) return;
    this.#down.add(node);
    const lost = this.pods.filter((pod) => pod.node === node);
    for (const pod of lost) {
      pod.agent?.process.kill();
      pod.host.remove();
    }
    this.#ground.timeline.after(GIVEN_UP_MS, () => {
      for (const pod of lost) if (this.#down.has(node)) pod.isEnding = true;
    });
  }

  /** The node is back: what was not given up meanwhile goes on there, in a new network namespace. */
  bringNode(node: string): void {
    if (!this.#down.delete(node)) return;
    for (const pod of this.pods) {
      if (pod.node !== node) continue;
      if (pod.isEnding) {
        void this.#forget(pod);
        continue;
      }
      pod.host = new SimHost(pod.name);
      this.#ground.timeline.after(RESTART_MS.base, () => this.#sandbox(pod));
    }
  }

  /** Ends a pod in order, as a drain does. */
  evict(pod: SimPod): void {
    if (pod.isEnding) return;
    pod.isEnding = true;
    // Nobody ends a pod on a node that is gone.
    if (this.#down.has(pod.node)) return;
    const { agent } = pod;
    if (agent === undefined || !agent.process.alive) return void this.#forget(pod);
    const { process } = agent;
    const { timeline } = this.#ground;
    const over = () => {
      if (!this.#pods.has(pod.name)) return;
      process.kill();
      void this.#forget(pod);
    };
    process.terminate();
    agent.done.then(over, over);
    timeline.after(GRACE_MS, over);
  }

  async #forget(pod: SimPod): Promise<void> {
    pod.agent?.process.kill();
    pod.host.remove();
    this.#pods.delete(pod.name);
    await this.#ground.cluster.kube.of(PODS).delete({ namespace: NAMESPACE, name: pod.name });
  }

  /** The server was put back: pods that it does not know of are ended, those that nobody runs are given up. */
  async #resync(): Promise<void> {
    const pods = this.#ground.cluster.kube.of(PODS);
    const { items } = await pods.list({ namespace: NAMESPACE });
    const known = new Set(items.map(({ metadata }) => metadata.name ?? ""));
    for (const pod of this.pods) if (!known.has(pod.name)) this.evict(pod);
    for (const name of known) {
      if (!this.#pods.has(name)) await pods.delete({ namespace: NAMESPACE, name });
    }
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      const deployments = this.#deployments.list();
      const names = new Set(deployments.map(({ metadata }) => metadata.name));
      for (const pod of this.pods) if (!names.has(pod.deployment)) this.#end(pod);
      for (const deployment of deployments) await this.#roll(deployment);
    } finally {
      this.#working = false;
    }
  }

  async #roll(deployment: Deployment): Promise<void> {
    const { metadata, spec } = deployment;
    const wanted = spec?.replicas ?? 0;
    const { name = "" } = metadata;
    const revision = this.#revisionOf(deployment);
    const mine = this.pods.filter((pod) => pod.deployment === name && !pod.isEnding);
    const current = mine.filter((pod) => pod.revision === revision);
    const old = mine.filter((pod) => pod.revision !== revision);
    if (current.length < wanted && mine.length <= wanted) {
      return await this.#create({ name, revision, template: spec?.template });
    }
    if (current.length > wanted) {
      return this.#end(current.find((pod) => !isReady(pod)) ?? current[0] as SimPod);
    }
    const spare = old.find((pod) => !isReady(pod)) ?? old[0];
    if (spare === undefined) return;
    const ready = mine.filter(isReady);
    if (!isReady(spare) || ready.length > wanted || wanted === 0) this.#end(spare);
  }

  /** Its Deployment wants it no more. */
  #end(pod: SimPod): void {
    if (!pod.isEnding && pod.agent?.process.alive === true) {
      const wanted = this.#deployments.list().filter(({ spec }) => (spec?.replicas ?? 0) > 0);
      this.#ground.onSurplus(pod, new Set(wanted.flatMap(servedBy)));
    }
    this.evict(pod);
  }

  /** Whether pods can be attached to a network. */
  isAttachable(nad: string): boolean {
    return attachFault(nad, this.#nads.get(nad)) === undefined;
  }

  /** A network as it is now, `namespace/name`. */
  network(nad: string): NetworkAttachmentDefinition | undefined {
    return this.#nads.get(nad);
  }

  /** Which template its pods are to be of. */
  #revisionOf(deployment: Deployment): string {
    const known = this.#revisions.get(deployment);
    if (known !== undefined) return known;
    const revision = hashOf(JSON.stringify(deployment.spec?.template ?? {}));
    this.#revisions.set(deployment, revision);
    return revision;
  }

  async #create({ name, revision, template }: {
    readonly name: string;
    readonly revision: string;
    readonly template: NonNullable<Deployment["spec"]>["template"] | undefined;
  }): Promise<void> {
    const { random, nodes, cluster } = this.#ground;
    const up = nodes.filter((node) => !this.#down.has(node));
    const load = (node: string) =>
      this.pods.filter((pod) => pod.node === node && pod.deployment === name).length;
    const node = up.toSorted((a, b) => load(a) - load(b))[0];
    if (node === undefined) return;
    const podName = `${name}-${revision.slice(0, 6)}-${++this.#made}`;
    const containers = (template?.spec?.["containers"] ?? []) as readonly Container[];
    const variables = containers.flatMap(({ env = [] }) => env);
    const { labels = {}, annotations = {} } = template?.metadata ?? {};
    const made = await cluster.kube.of(PODS).create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: podName,
        namespace: NAMESPACE,
        labels: { ...labels, [AGENT_DEPLOYMENT_LABEL]: name, [REVISION]: revision },
        annotations,
      },
      spec: { nodeName: node, containers: [{ name: "agent" }] },
    });
    const attached = JSON.parse(annotations[MULTUS_NETWORKS] ?? "[]") as readonly Attached[];
    const pod: SimPod = {
      name: podName,
      deployment: name,
      revision,
      node,
      env: {
        ...Object.fromEntries(variables.map(({ name, value = "" }) => [name, value])),
        POD_NAME: podName,
        POD_UID: made.metadata.uid ?? "",
      },
      networks: attached.map((one) => ({
        nad: `${one.namespace}/${one.name}`,
        interfaceName: one.interface,
      })),
      host: new SimHost(podName),
      files: new Map(),
      agent: undefined,
      restarts: 0,
      isEnding: false,
      words: undefined,
    };
    this.#pods.set(podName, pod);
    this.#ground.timeline.after(between(random, 500, 3_000), () => this.#sandbox(pod));
  }

  /** Attaches a pod to all of its networks, or to none yet. */
  #sandbox(pod: SimPod): void {
    if (!this.runs(pod) || pod.host.stations.size > 0) return;
    const faults = pod.networks.map(({ nad }) => attachFault(nad, this.#nads.get(nad)));
    const words = faults.find((one) => one !== undefined);
    if (words !== undefined) {
      if (words !== pod.words) this.#tell(pod, words);
      this.#ground.timeline.after(SANDBOX_MS, () => this.#sandbox(pod));
      return;
    }
    pod.words = undefined;
    for (const { nad, interfaceName } of pod.networks) {
      pod.host.attach(interfaceName, {
        segment: this.#ground.segmentOf(nad),
        mac: FIRST_MAC + ++this.#macs,
      });
    }
    this.#start(pod);
  }

  #tell(pod: SimPod, words: string): void {
    pod.words = words;
    const { cluster, timeline } = this.#ground;
    const at = new Date(timeline.wall).toISOString().replace(/\.\d+/, "");
    const { name, env: { POD_UID: uid = "" } } = pod;
    void tellSandbox(cluster, { namespace: NAMESPACE, name, uid, words, at });
    // What ran before its node started again.
    if (pod.agent !== undefined) void this.#tellState(pod, false);
  }

  /** Whether a pod is to run where it is. */
  runs(pod: SimPod): boolean {
    return this.#pods.has(pod.name) && !pod.isEnding && !this.#down.has(pod.node);
  }

  #start(pod: SimPod): void {
    if (!this.runs(pod) || pod.agent?.process.alive === true) return;
    const { process, link } = this.#ground.makeProcess(`${pod.name}.${pod.restarts}`);
    pod.host.process = process;
    const { files } = pod;
    const agent: SimAgent = startAgent({
      process,
      link,
      env: pod.env,
      host: pod.host,
      snapshots: {
        load: (key) => Promise.resolve(files.get(key)),
        save: (key, text) => {
          if (process.alive) files.set(key, text);
          return Promise.resolve();
        },
        remove: (key) => {
          if (process.alive) files.delete(key);
          return Promise.resolve();
        },
      },
      onSent: (link, payload) => this.#ground.onSent(agent, link, payload),
    });
    pod.agent = agent;
    const ended = () => process.kill();
    agent.done.then(ended, ended);
    process.onDeath(() => {
      if (!this.runs(pod)) return;
      const waitMs = Math.min(RESTART_MS.base * 2 ** pod.restarts++, RESTART_MS.max);
      this.#ground.timeline.after(waitMs, () => this.#start(pod));
    });
    void this.#tellState(pod, true);
  }

  /** Whether the containers of a pod that has been started run, or ended with its sandbox: its phase is the same. */
  async #tellState({ name }: SimPod, isRunning: boolean): Promise<void> {
    const pods = this.#ground.cluster.kube.of(PODS);
    const state = isRunning ? { running: {} } : { terminated: { exitCode: 255 } };
    const status: Pod["status"] = {
      phase: "Running",
      conditions: [
        { type: "PodReadyToStartContainers", status: isRunning ? "True" : "False" },
      ] as never,
      containerStatuses: [{ name: "agent", state }] as never,
    };
    await pods.patch({ namespace: NAMESPACE, name }, {
      type: "merge",
      body: { status },
    }, { subresource: "status" }).catch(() => undefined); // A restore may have taken the pod.
  }
}

interface Container {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

interface Attached {
  readonly namespace: string;
  readonly name: string;
  readonly interface: string;
}

function isReady({ agent }: SimPod): boolean {
  return agent?.process.running === true && agent.agent?.ready === true;
}
