/**
 * Kubernetes' part: pods of the agents' Deployments, rolled as `maxUnavailable: 0, maxSurge: 1` says, attached as Multus does,
 * restarted when they die.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import { AGENT_DEPLOYMENT_LABEL } from "../../../controller/agents/served_networks.ts";
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
  readonly onSent: (agent: SimAgent, link: Link, payload: Uint8Array) => void;
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
  readonly host: SimHost;
  /** What its state folder holds. */
  readonly files: Map<string, string>;
  agent: SimAgent | undefined;
  restarts: number;
  isEnding: boolean;
}

const TICK_MS = 1_000;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 30_000;
const RESTART_MS = { base: 1_000, max: 30_000 };
const MULTUS_NETWORKS = "k8s.v1.cni.cncf.io/networks";
const REVISION = "pod-template-hash";
const FIRST_MAC = 0x02_00_00_00_10_00;

/** The kubelets of all nodes, the scheduler and the Deployment controller. */
export class Kubelet {
  readonly #ground: KubeletGround;
  readonly #deployments: Follow<Deployment>;
  readonly #nads: Follow<NetworkAttachmentDefinition>;
  readonly #pods = new Map<string, SimPod>();
  readonly #down = new Set<string>();
  #made = 0;
  #macs = 0;
  #working = false;

  constructor(ground: KubeletGround) {
    this.#ground = ground;
    this.#deployments = new Follow(ground.cluster, DEPLOYMENTS);
    this.#nads = new Follow(ground.cluster, NETWORK_ATTACHMENT_DEFINITIONS);
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

  /** The node is gone with all that ran on it; its pods are given up after a while. */
  loseNode(node: string): void {
    this.#down.add(node);
    for (const pod of this.pods) {
      if (pod.node !== node) continue;
      pod.agent?.process.kill();
      pod.host.remove();
      pod.isEnding = true;
      this.#ground.timeline.after(GRACE_MS, () => void this.#forget(pod));
    }
  }

  /** The node is back, empty. */
  bringNode(node: string): void {
    this.#down.delete(node);
  }

  /** Ends a pod in order, as a drain does. */
  evict(pod: SimPod): void {
    if (pod.isEnding) return;
    pod.isEnding = true;
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
      for (const pod of this.pods) if (!names.has(pod.deployment)) this.evict(pod);
      for (const deployment of deployments) await this.#roll(deployment);
    } finally {
      this.#working = false;
    }
  }

  async #roll({ metadata, spec }: Deployment): Promise<void> {
    const wanted = spec?.replicas ?? 0;
    const { name = "" } = metadata;
    const revision = hashOf(JSON.stringify(spec?.template ?? {}));
    const mine = this.pods.filter((pod) => pod.deployment === name && !pod.isEnding);
    const current = mine.filter((pod) => pod.revision === revision);
    const old = mine.filter((pod) => pod.revision !== revision);
    if (current.length < wanted && mine.length <= wanted) {
      return await this.#create({ name, revision, template: spec?.template });
    }
    if (current.length > wanted) {
      return this.evict(current.find((pod) => !isReady(pod)) ?? current[0] as SimPod);
    }
    const ready = mine.filter(isReady);
    const spare = old.find((pod) => !isReady(pod)) ?? old[0];
    if (spare === undefined) return;
    if (!isReady(spare) || ready.length > wanted || wanted === 0) this.evict(spare);
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
    };
    this.#pods.set(podName, pod);
    this.#ground.timeline.after(between(random, 500, 3_000), () => this.#sandbox(pod));
  }

  /** Attaches a pod to all of its networks, or to none yet. */
  #sandbox(pod: SimPod): void {
    if (!this.#pods.has(pod.name) || pod.isEnding) return;
    if (pod.networks.some(({ nad }) => this.#nads.get(nad) === undefined)) {
      this.#ground.timeline.after(5_000, () => this.#sandbox(pod));
      return;
    }
    for (const { nad, interfaceName } of pod.networks) {
      pod.host.attach(interfaceName, {
        segment: this.#ground.segmentOf(nad),
        mac: FIRST_MAC + ++this.#macs,
      });
    }
    this.#start(pod);
  }

  #start(pod: SimPod): void {
    if (!this.#pods.has(pod.name) || pod.isEnding) return;
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
      if (pod.isEnding) return;
      const waitMs = Math.min(RESTART_MS.base * 2 ** pod.restarts++, RESTART_MS.max);
      this.#ground.timeline.after(waitMs, () => this.#start(pod));
    });
    void this.#tellRunning(pod);
  }

  async #tellRunning({ name }: SimPod): Promise<void> {
    const pods = this.#ground.cluster.kube.of(PODS);
    const status: Pod["status"] = {
      phase: "Running",
      conditions: [{ type: "PodReadyToStartContainers", status: "True" }] as never,
      containerStatuses: [{ name: "agent", state: { running: {} } }],
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
