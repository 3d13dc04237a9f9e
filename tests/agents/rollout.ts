/**
 * Kubernetes' part in simulated time: makes the pods of the agents' Deployments as a rolling update does that never has fewer than
 * were, schedules them, and attaches them as Multus does: to all of their networks, or to none.
 *
 * @module
 */
import { hashOf } from "../../controller/agents/interface_name.ts";
import { AGENT_DEPLOYMENT_LABEL } from "../../controller/agents/served_networks.ts";
import {
  type Deployment,
  DEPLOYMENTS,
  EVENTS,
  keyOf,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type Pod,
  PODS,
} from "../../kube/mod.ts";
import { type AgentsLab, NAMESPACE } from "./agents_lab.ts";

/** What happens to a pod that asks for a network; in words with `{pod}` where the kubelet names the pod. */
interface Fault {
  readonly sandbox?: string;
  readonly scheduler?: string;
  /** What its container waits for. */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

const REVISION = "pod-template-hash";
const MULTUS_NETWORKS = "k8s.v1.cni.cncf.io/networks";

/** The faults that networks may have, in the words of a real node. */
export const FAULTS = {
  /** A plugin fails for a network whose configuration has this name. */
  plugin: (name: string, why: string): Fault => ({
    sandbox: 'rpc error: code = Unknown desc = failed to setup network for sandbox "' +
      `${"0a".repeat(32)}": plugin type="multus" name="multus-cni-network" failed (add): ` +
      `[{pod}/6ba7b810-9dad-11d1-80b4-00c04fd430c8:${name}]: error adding container to network ` +
      `"${name}": ${why}`,
  }),
  /** Multus finds no NetworkAttachmentDefinition. */
  missing: (key: string): Fault => {
    const [namespace = "", name = ""] = key.split("/");
    return {
      sandbox: "[{pod}/6ba7b810-9dad-11d1-80b4-00c04fd430c8]: error loading k8s delegates k8s " +
        "args: TryLoadPodDelegates: error in getting k8s network for pod: GetNetworkDelegates: " +
        "failed getting the delegate: getKubernetesDelegate: cannot find a " +
        `network-attachment-definition (${name}) in namespace (${namespace}): ` +
        `network-attachment-definitions.k8s.cni.cncf.io "${name}" not found`,
    };
  },
  /** Multus cannot read a configuration, and does not say which. */
  refused: {
    sandbox:
      "[{pod}/6ba7b810-9dad-11d1-80b4-00c04fd430c8]: error loading k8s delegates k8s args: " +
      "TryLoadPodDelegates: error in getting k8s network for pod: GetNetworkDelegates: failed " +
      "getting the delegate: LoadDelegateNetConfList: delegate must have the 'type' field",
  },
  /** Multus' `namespaceIsolation`. */
  isolated: (namespace: string): Fault => ({
    sandbox: "[{pod}/6ba7b810-9dad-11d1-80b4-00c04fd430c8]: error loading k8s delegates k8s " +
      "args: TryLoadPodDelegates: error in getting k8s network for pod: GetNetworkDelegates: " +
      `namespace isolation enabled, annotation violates permission, pod is in namespace ` +
      `${NAMESPACE} but refers to target namespace ${namespace}`,
  }),
  /** No node has the device. */
  device: (name: string): Fault => ({
    scheduler: `0/3 nodes are available: 3 Insufficient ${name}. preemption: 0/3 nodes are ` +
      "available: 3 No preemption victims found for incoming pod.",
  }),
  /** An image that cannot be had. */
  image: { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } },
  /** A node that has no room. */
  full: { scheduler: "0/3 nodes are available: 3 Insufficient memory." },
  /** Words that name nobody. */
  nameless: { sandbox: "rpc error: code = DeadlineExceeded desc = context deadline exceeded" },
} as const;

/** Plays the Deployment controller, the scheduler, the kubelet and Multus. */
export class Rollout {
  /** Network (`namespace/name`) -> what is wrong with it. */
  readonly faults = new Map<string, Fault>();
  /** Called after each step. */
  onStep: () => Promise<void> = () => Promise.resolve();
  /** Pods that were made. */
  made = 0;
  readonly #lab: AgentsLab;

  constructor(lab: AgentsLab) {
    this.#lab = lab;
  }

  /** Lets everybody work until nothing changes any more. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      await this.#lab.settle();
      const changed = await this.#step();
      await this.onStep();
      if (!changed) return;
    }
    throw new Error("The rollout does not come to rest");
  }

  /** Lets time pass as a node does, that tries again every ten seconds. */
  async pass(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 10_000) {
      await this.#lab.pass(10_000);
      await this.settle();
    }
  }

  /** Networks that pods are attached to which run. */
  async attached(): Promise<readonly string[]> {
    const pods = (await this.#pods()).filter((pod) => pod.status?.phase === "Running");
    return [...new Set(pods.flatMap(networksOf))].sort();
  }

  /** Ends a Deployment's pods that run, as the death of their nodes does. */
  async killPods(deployment: string): Promise<void> {
    for (const pod of await this.#pods(deployment)) await this.#delete(pod);
  }

  /** Starts the nodes of a Deployment's pods again: each gets a new sandbox, if it can be had, and has none meanwhile. */
  async reboot(deployment: string): Promise<void> {
    for (const pod of await this.#pods(deployment)) {
      const fault = await this.#faultOf(pod);
      if (fault?.sandbox === undefined) continue;
      await this.#tell(pod, fault.sandbox);
      await this.#lab.podStatus(pod.metadata.name ?? "", {
        phase: "Running",
        conditions: [{ type: "PodReadyToStartContainers", status: "False" }],
        containerStatuses: containers({ terminated: { exitCode: 255 } }),
      });
    }
  }

  async #step(): Promise<boolean> {
    const { items } = await this.#lab.kube.of(DEPLOYMENTS).list({ namespace: NAMESPACE });
    const names = new Set(items.map(({ metadata }) => metadata.name));
    let changed = false;
    for (const pod of await this.#pods()) {
      const deployment = pod.metadata.labels?.[AGENT_DEPLOYMENT_LABEL];
      if (deployment === undefined || names.has(deployment)) continue;
      await this.#delete(pod);
      changed = true;
    }
    for (const deployment of items) changed = await this.#roll(deployment) || changed;
    return changed;
  }

  /** One step of a rolling update; one pod stands for all replicas. */
  async #roll({ metadata, spec }: Deployment): Promise<boolean> {
    const name = metadata.name ?? "";
    const annotations = spec?.template.metadata?.annotations ?? {};
    const pods = await this.#pods(name);
    const revision = hashOf(JSON.stringify(spec?.template));
    const isPresent = (pod: Pod) => pod.metadata.labels?.[REVISION] === revision;
    const wanted = (spec?.replicas ?? 0) > 0;
    const isReady = wanted && pods.some((pod) => isPresent(pod) && pod.status?.phase === "Running");
    const stale = pods.filter((pod) =>
      !wanted || (!isPresent(pod) && (isReady || pod.status?.phase !== "Running"))
    );
    for (const pod of stale) await this.#delete(pod);
    const present = pods.find(isPresent);
    let changed = stale.length > 0;
    if (wanted && present === undefined) {
      await this.#make(name, { revision, annotations });
      changed = true;
    } else if (wanted && present?.status?.phase !== "Running" && present !== undefined) {
      changed = await this.#try(present) || changed;
    }
    return changed;
  }

  async #make(
    deployment: string,
    { revision, annotations }: {
      readonly revision: string;
      readonly annotations: Readonly<Record<string, string>>;
    },
  ): Promise<void> {
    this.made++;
    const pod = await this.#lab.create(PODS, {
      metadata: {
        namespace: NAMESPACE,
        name: `${deployment}-${this.made}`,
        labels: { app: "agent", [AGENT_DEPLOYMENT_LABEL]: deployment, [REVISION]: revision },
        annotations,
      },
      spec: { containers: [{ name: "agent", image: "registry/agent:1" }] },
    });
    await this.#try(pod);
  }

  /** Whether it comes to run, or what keeps it from that is news. */
  async #try(pod: Pod): Promise<boolean> {
    const { name = "" } = pod.metadata;
    const fault = await this.#faultOf(pod);
    if (fault?.scheduler !== undefined) {
      const condition = { type: "PodScheduled", status: "False", message: fault.scheduler };
      if (pod.status?.conditions?.[0]?.message === fault.scheduler) return false;
      await this.#lab.podStatus(name, { phase: "Pending", conditions: [condition] });
      return true;
    }
    if (fault?.waiting !== undefined) {
      if (pod.status?.containerStatuses?.length === 1) return false;
      const state = { waiting: fault.waiting };
      await this.#lab.podStatus(name, { phase: "Pending", containerStatuses: containers(state) });
      return true;
    }
    if (fault?.sandbox === undefined) {
      const containerStatuses = containers({ running: {} });
      await this.#lab.podStatus(name, { phase: "Running", conditions: [], containerStatuses });
      return true;
    }
    if (!await this.#tell(pod, fault.sandbox)) return false;
    await this.#lab.podStatus(name, { phase: "Pending", conditions: [] });
    return true;
  }

  /** Says why a pod's sandbox is not made; whether that is news. */
  async #tell(pod: Pod, words: string): Promise<boolean> {
    const { namespace = "", name = "", uid } = pod.metadata;
    const message = `Failed to create pod sandbox: ${
      words.replace("{pod}", `${namespace}/${name}`)
    }`;
    const { items } = await this.#lab.kube.of(EVENTS).list({ namespace });
    const told = items.filter(({ involvedObject }) => involvedObject.uid === uid);
    const at = new Date(this.#lab.clock.now()).toISOString().replace(/\.\d+/, "");
    const isNews = told.every((event) => event.message !== message);
    if (!isNews) return false;
    await this.#lab.create(EVENTS, {
      metadata: { namespace, name: `${name}.${this.#lab.random().toString(36).slice(2)}` },
      involvedObject: { kind: "Pod", namespace, name, ...(uid && { uid }) },
      reason: "FailedCreatePodSandBox",
      type: "Warning",
      message,
      firstTimestamp: at,
      lastTimestamp: at,
    });
    return true;
  }

  /** What is wrong with the first of a pod's networks that has something wrong. */
  async #faultOf(pod: Pod): Promise<Fault | undefined> {
    const networks = networksOf(pod);
    for (const network of networks) {
      const fault = this.faults.get(network);
      if (fault?.scheduler !== undefined) return fault;
    }
    for (const network of networks) {
      const nad = await this.#lab.get(NETWORK_ATTACHMENT_DEFINITIONS, network);
      if (nad === undefined) return FAULTS.missing(network);
      const fault = this.faults.get(network);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async #pods(deployment?: string): Promise<readonly Pod[]> {
    const { items } = await this.#lab.kube.of(PODS).list({ namespace: NAMESPACE });
    return items.filter(({ metadata }) =>
      deployment === undefined || metadata.labels?.[AGENT_DEPLOYMENT_LABEL] === deployment
    );
  }

  async #delete(pod: Pod): Promise<void> {
    await this.#lab.delete(PODS, keyOf(pod));
  }
}

function containers(state: object): readonly object[] {
  return [{ name: "agent", image: "x", imageID: "", ready: false, restartCount: 0, state }];
}

function networksOf(pod: Pod): readonly string[] {
  const text = pod.metadata.annotations?.[MULTUS_NETWORKS] ?? "[]";
  return (JSON.parse(text) as readonly { readonly namespace: string; readonly name: string }[])
    .map(({ namespace, name }) => `${namespace}/${name}`);
}
