/**
 * The pods of the agents, as far as it matters why they do not run.
 *
 * @module
 */
import type { AgentPod } from "../../inspect/heard/heard_client.ts";
import type { KubeEvent, Pod } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { Informer, ResourceClient } from "../../kube/types.ts";
import { createInformer, type InformerOptions } from "../../kube/watch/informer.ts";
import { systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import { FirstSeen } from "../memory/first_seen.ts";
import { isAlive, isRunning, type PodTrouble, podTrouble } from "./agent_trouble.ts";
import { accusedBySandbox } from "./network_words.ts";
import { AGENT_DEPLOYMENT_LABEL, ATTACHMENTS, attachmentsOf } from "./served_networks.ts";
import type { Attempt } from "./suspects.ts";

/** What the kubelet says of a pod whose networks cannot be made. */
const SANDBOX_EVENTS = "involvedObject.kind=Pod,reason=FailedCreatePodSandBox";
/** Label that the Deployment controller gives the pods of one revision. */
const REVISION = "pod-template-hash";
const CONDITIONS = ["PodScheduled", "PodReadyToStartContainers"];

/** What the pods are followed with. */
interface AgentPodsOptions extends InformerOptions<Pod> {
  readonly events: ResourceClient<KubeEvent>;
}

/** Follows the pods that carry the label {@linkcode AGENT_DEPLOYMENT_LABEL}, and what the kubelet says of them. */
export class AgentPods {
  /** Known before anything is decided. */
  readonly pods: Informer<Pod>;
  /** Of use when it is there; without the right to read it, less is said and no network is suspected. */
  readonly events: Informer<KubeEvent>;
  /** Pods that do not come up, by UID. Lost: they are waited for anew. */
  readonly #failing: FirstSeen;
  /** What was said of a Deployment's pods last. */
  readonly #said = new Map<string, string>();

  constructor({ events, ...options }: AgentPodsOptions) {
    const { namespace, clock = systemClock, random, logger } = options;
    this.#failing = new FirstSeen(clock);
    this.pods = createInformer({
      ...options,
      labelSelector: AGENT_DEPLOYMENT_LABEL,
      transform: trimPod,
      indexes: {
        deployment: (pod) => [deploymentOf(pod)],
        uid: ({ metadata }) => [metadata.uid ?? ""],
      },
    });
    this.events = createInformer<KubeEvent>({
      client: events,
      fieldSelector: SANDBOX_EVENTS,
      transform: trimEvent,
      indexes: { pod: ({ involvedObject }) => [involvedObject.uid ?? ""] },
      ...defined({ namespace, clock, random, logger }),
    });
  }

  /** Name and address of each pod that runs. */
  running(): readonly AgentPod[] {
    return [...this.pods.list()].filter((pod) => isAlive(pod) && isRunning(pod)).flatMap(
      ({ metadata: { name = "" }, status }) =>
        status?.podIP === undefined ? [] : [{ name, ip: status.podIP }],
    );
  }

  /** Whether a pod of a Deployment runs: what a Lease says of one that is gone means nothing. */
  runs(deployment: string, name: string | undefined): boolean {
    return this.#podsOf(deployment).some((pod) =>
      pod.metadata.name === name && isAlive(pod) && isRunning(pod)
    );
  }

  /** Why none of the pods that are to serve a pool (`namespace/name`) runs. */
  trouble(deployment: string, pool: string): PodTrouble | undefined {
    const pods = this.#podsOf(deployment).filter((pod) => attachmentsOf(pod)?.[pool] !== undefined);
    return this.#troubleOf(pods.length > 0 ? pods : this.#podsOf(deployment).filter(isOlder));
  }

  /** How the pods of a Deployment fare whose annotation {@linkcode ATTACHMENTS} is now this. */
  attempt(deployment: string, attachments: string | undefined): Attempt {
    const alive = this.#podsOf(deployment).filter(isAlive);
    const present = alive.filter(({ metadata }) =>
      metadata.annotations?.[ATTACHMENTS] === attachments
    );
    const revisions = Map.groupBy(present, ({ metadata }) => metadata.labels?.[REVISION] ?? "");
    let trouble: Attempt["trouble"];
    for (const pods of revisions.values()) {
      const accused = this.#troubleOf(pods)?.accused;
      const uids = pods.map(({ metadata }) => metadata.uid ?? "");
      if (accused === undefined) {
        for (const uid of uids) this.#failing.forget(uid);
        continue;
      }
      const forMs = Math.max(...uids.map((uid) => this.#failing.see(uid)));
      trouble ??= { accused, forMs };
    }
    const proven = alive.filter(isRunning).map(attachmentsOf).filter((one) => one !== undefined);
    return { proven, ...(trouble && { trouble }) };
  }

  /**
   * Calls with a Deployment's name when what is said of its pods has changed, and with whether any of them fails for its
   * networks.
   */
  onTrouble(handler: (deployment: string, isFailing: boolean) => void): void {
    const look = (deployment: string) => {
      const alive = this.#podsOf(deployment).filter(isAlive);
      const troubles = alive.map((pod) => this.#troubleOf([pod]));
      const now = JSON.stringify(
        alive.map((pod, index) => [keyOf(pod), isRunning(pod), troubles[index]]).toSorted(),
      );
      if (this.#said.get(deployment) === now) return;
      if (alive.length === 0) this.#said.delete(deployment);
      else this.#said.set(deployment, now);
      handler(deployment, troubles.some((trouble) => trouble?.accused !== undefined));
    };
    this.pods.onChange((_, before, after) => {
      const pod = after ?? before;
      if (after === undefined) this.#failing.forget(before?.metadata.uid ?? "");
      if (pod !== undefined) look(deploymentOf(pod));
    });
    this.events.onChange((_, before, after) => {
      const { uid = "" } = (after ?? before)?.involvedObject ?? {};
      for (const pod of this.pods.byIndex("uid", uid)) look(deploymentOf(pod));
    });
  }

  #podsOf(deployment: string): readonly Pod[] {
    return this.pods.byIndex("deployment", deployment);
  }

  #troubleOf(pods: readonly Pod[]): PodTrouble | undefined {
    return podTrouble(pods, (pod) => this.#sandboxWords(pod));
  }

  /** The newest words on a pod whose sandbox is not made; those that accuse come before those of a Multus that was kept waiting. */
  #sandboxWords({ metadata: { uid = "" }, status }: Pod): string | undefined {
    const made = status?.conditions?.find(({ type }) => type === "PodReadyToStartContainers");
    // Kubernetes before 1.29 does not say it; there a pod whose phase is Running has had a sandbox.
    const isMade = made === undefined ? status?.phase === "Running" : made.status === "True";
    if (isMade) return undefined;
    const words = this.events.byIndex("pod", uid).toSorted((a, b) => at(a) < at(b) ? 1 : -1)
      .map(({ message = "" }) => message);
    return words.find((one) => accusedBySandbox(one) !== undefined) ?? words[0];
  }
}

function at({ lastTimestamp, firstTimestamp }: KubeEvent): string {
  return lastTimestamp ?? firstTimestamp ?? "";
}

/** Whether a pod is of a version that did not say what its pods are attached to. */
function isOlder(pod: Pod): boolean {
  return attachmentsOf(pod) === undefined;
}

function deploymentOf({ metadata }: Pod): string {
  return metadata.labels?.[AGENT_DEPLOYMENT_LABEL] ?? "";
}

/** An Event without what nobody reads. */
function trimEvent(event: KubeEvent): KubeEvent {
  const { apiVersion, kind, involvedObject, message, firstTimestamp, lastTimestamp } = event;
  const { namespace, name, uid, resourceVersion } = event.metadata;
  return {
    apiVersion,
    kind,
    metadata: defined({ namespace, name, uid, resourceVersion }),
    involvedObject: defined({ name: involvedObject.name, uid: involvedObject.uid }),
    ...defined({ message, firstTimestamp, lastTimestamp }),
  };
}

/** A pod without what nobody reads. */
function trimPod({ apiVersion, kind, metadata, status }: Pod): Pod {
  const { namespace, name, uid, resourceVersion, deletionTimestamp, labels } = metadata;
  const attachments = metadata.annotations?.[ATTACHMENTS];
  return {
    apiVersion,
    kind,
    metadata: {
      ...defined({ namespace, name, uid, resourceVersion, deletionTimestamp }),
      labels: {
        [AGENT_DEPLOYMENT_LABEL]: labels?.[AGENT_DEPLOYMENT_LABEL] ?? "",
        [REVISION]: labels?.[REVISION] ?? "",
      },
      ...(attachments === undefined ? {} : { annotations: { [ATTACHMENTS]: attachments } }),
    },
    status: {
      ...defined({ phase: status?.phase, podIP: status?.podIP }),
      conditions: (status?.conditions ?? []).filter(({ type }) => CONDITIONS.includes(type)),
      containerStatuses: (status?.containerStatuses ?? []).map(({ name, state }) => ({
        name,
        state: defined({ waiting: state?.waiting, running: state?.running && {} }),
      })),
    },
  };
}
