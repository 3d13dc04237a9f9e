/**
 * Why no pod of an agent runs, as Kubernetes says it.
 *
 * @module
 */
import type { AgentTrouble } from "../../core/reasons/reasons.ts";
import type { Deployment, Pod } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import { type Accused, accusedBySandbox, accusedByScheduler, plainWords } from "./network_words.ts";

/** Why a pod does not run, and what is accused. */
export interface PodTrouble extends AgentTrouble {
  /** Unset where it has nothing to do with networks. */
  readonly accused?: Accused;
}

/** The kubelet's newest words on why a pod's sandbox cannot be made. */
type SandboxWords = (pod: Pod) => string | undefined;

/** What the kubelet says of containers whose pod it is still making. */
const BEING_MADE: ReadonlySet<string | undefined> = new Set([
  "ContainerCreating",
  "PodInitializing",
]);

/** Why a Deployment makes no pod: a quota, or a policy of the namespace. */
export function deploymentTrouble(deployment: Deployment): AgentTrouble | undefined {
  const failure = deployment.status?.conditions?.find(({ type, status }) =>
    type === "ReplicaFailure" && status === "True"
  );
  if (failure === undefined) return undefined;
  const message = `Deployment ${keyOf(deployment)} makes no pod: ${failure.message ?? ""}`;
  return { reason: "AgentNotRunning", message };
}

/** Why none of an agent's pods runs; of several, what is said of the one that came farthest. */
export function podTrouble(
  pods: readonly Pod[],
  sandboxWords: SandboxWords = () => undefined,
): PodTrouble | undefined {
  const alive = pods.filter(isAlive);
  if (alive.some(isRunning)) return undefined;
  const byName = alive.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
  return first(byName, notRunning) ?? first(byName, (pod) => notAttached(pod, sandboxWords(pod))) ??
    first(byName, beingMade) ?? first(byName, notScheduled);
}

/** Whether a pod has not ended, and is not about to. */
export function isAlive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== "Failed" &&
    status?.phase !== "Succeeded";
}

/** Whether all containers of a pod run: after a node's restart its phase is still that of before. */
export function isRunning({ status }: Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return status?.phase === "Running" && containers.length > 0 &&
    containers.every(({ state }) => state?.running !== undefined);
}

function waiting(
  { status }: Pod,
): { readonly reason?: string; readonly message?: string } | undefined {
  return status?.containerStatuses?.map(({ state }) => state?.waiting).find((one) => one);
}

function notRunning(pod: Pod): PodTrouble | undefined {
  const state = waiting(pod);
  if (state === undefined || BEING_MADE.has(state.reason)) return undefined;
  const why = [state.reason, state.message].filter((part) => part).join(": ");
  return { reason: "AgentNotRunning", message: `Pod ${keyOf(pod)} waits: ${why}` };
}

function notAttached(pod: Pod, words: string | undefined): PodTrouble | undefined {
  if (words === undefined) return undefined;
  const accused = accusedBySandbox(words);
  const why = plainWords(words);
  if (accused?.what === "isolated") {
    const { namespace } = pod.metadata;
    const message = `Multus keeps the agents, which are in namespace ${namespace}, from networks ` +
      `of namespace ${accused.name}: add ${accused.name} to its globalNamespaces, or move the ` +
      `network into a namespace that is among them: ${why}`;
    return { reason: "NetworkIsolated", message, accused };
  }
  return {
    reason: accused === undefined || accused.what === "unnamed"
      ? "AgentNotRunning"
      : "NetworkNotAttached",
    message: `Pod ${keyOf(pod)} is not made: ${why}`,
    ...(accused && { accused }),
  };
}

function beingMade(pod: Pod): PodTrouble | undefined {
  const reason = waiting(pod)?.reason;
  if (!BEING_MADE.has(reason)) return undefined;
  return { reason: "AgentStarting", message: `Pod ${keyOf(pod)} waits: ${reason}` };
}

function notScheduled(pod: Pod): PodTrouble | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (condition?.status !== "False") return undefined;
  const why = condition.message ?? condition.reason ?? "";
  const accused = accusedByScheduler(why);
  return {
    reason: "NoAgentScheduled",
    message: `No node for pod ${keyOf(pod)}: ${why}`,
    ...(accused && { accused }),
  };
}

function first<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  return items.map(look).find((found) => found !== undefined);
}
