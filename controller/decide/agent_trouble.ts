/**
 * Why no pod of an agent runs, as Kubernetes says it.
 *
 * @module
 */
import type { Deployment, Pod } from "../../kube/builtin_types.ts";
import { keyOf } from "../../kube/resources.ts";
import type { AgentReason } from "./reasons.ts";

/** Why no pod of an agent runs. */
export interface AgentTrouble {
  readonly reason: Extract<AgentReason, "NoAgentScheduled" | "AgentNotRunning">;
  readonly message: string;
}

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
export function podTrouble(pods: readonly Pod[]): AgentTrouble | undefined {
  const alive = pods.filter(({ metadata, status }) =>
    metadata.deletionTimestamp === undefined && status?.phase !== "Failed" &&
    status?.phase !== "Succeeded"
  );
  if (alive.some(runs)) return undefined;
  return first(alive, notRunning) ?? first(alive, notScheduled);
}

function runs(pod: Pod): boolean {
  return pod.status?.phase === "Running" && waiting(pod) === undefined;
}

function waiting(
  { status }: Pod,
): { readonly reason?: string; readonly message?: string } | undefined {
  return status?.containerStatuses?.map(({ state }) => state?.waiting).find((one) => one);
}

function notRunning(pod: Pod): AgentTrouble | undefined {
  const state = waiting(pod);
  if (state === undefined) return undefined;
  const why = [state.reason, state.message].filter((part) => part).join(": ");
  return { reason: "AgentNotRunning", message: `Pod ${keyOf(pod)} waits: ${why}` };
}

function notScheduled(pod: Pod): AgentTrouble | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (condition?.status !== "False") return undefined;
  const why = condition.message ?? condition.reason ?? "";
  return { reason: "NoAgentScheduled", message: `No node for pod ${keyOf(pod)}: ${why}` };
}

function first<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  return items.map(look).find((found) => found !== undefined);
}
