import { strictEqual } from "node:assert/strict";
import type { Pod } from "../../kube/objects/builtin_types.ts";
import { deploymentTrouble, podTrouble } from "./agent_trouble.ts";

function pod(name: string, status: NonNullable<Pod["status"]>, deletionTimestamp?: string): Pod {
  const metadata = { namespace: "ns", name, ...(deletionTimestamp && { deletionTimestamp }) };
  return { apiVersion: "v1", kind: "Pod", metadata, status };
}

const UNPLACED = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }],
};
const CREATING = {
  phase: "Pending",
  containerStatuses: [{ name: "agent", state: { waiting: { reason: "ContainerCreating" } } }],
};
const LOOPING = {
  phase: "Running",
  containerStatuses: [
    { name: "other", state: { running: {} } },
    { name: "agent", state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } } },
  ],
};
const RUNNING = {
  phase: "Running",
  containerStatuses: [{ name: "agent", state: { running: {} } }],
};

/** As a kubelet shows a pod whose node has started again: its containers have ended. */
const ENDED = { phase: "Running", containerStatuses: [{ name: "agent", state: {} }] };

const CASES: Readonly<Record<string, readonly [readonly Pod[], string]>> = {
  "no pods": [[], "undefined: undefined"],
  "a pod without a node": [
    [pod("a", UNPLACED)],
    "NoAgentScheduled: No node for pod ns/a: 0/1 nodes are available",
  ],
  "a pod that is being made": [
    [pod("a", CREATING)],
    "AgentStarting: Pod ns/a waits: ContainerCreating",
  ],
  "a pod that crashes again and again": [
    [pod("a", LOOPING)],
    "AgentNotRunning: Pod ns/a waits: CrashLoopBackOff: back-off 10s",
  ],
  "a pod without a node, and one that is being made": [
    [pod("a", UNPLACED), pod("b", CREATING)],
    "AgentStarting: Pod ns/b waits: ContainerCreating",
  ],
  "a pod without a node, and one that runs": [
    [pod("a", UNPLACED), pod("b", RUNNING)],
    "undefined: undefined",
  ],
  "a pod without a node, and one whose containers ended with their node": [
    [pod("a", UNPLACED), pod("b", ENDED)],
    "NoAgentScheduled: No node for pod ns/a: 0/1 nodes are available",
  ],
  "a pod without a node, and one of whose containers nothing is said": [
    [pod("a", UNPLACED), pod("b", { phase: "Running" })],
    "NoAgentScheduled: No node for pod ns/a: 0/1 nodes are available",
  ],
  "a pod without a node, and one that ran and goes": [
    [pod("a", UNPLACED), pod("b", RUNNING, "2026-01-01T00:00:00Z")],
    "NoAgentScheduled: No node for pod ns/a: 0/1 nodes are available",
  ],
  "a pod without a node, and one that was evicted": [
    [pod("a", UNPLACED), pod("b", { phase: "Failed" })],
    "NoAgentScheduled: No node for pod ns/a: 0/1 nodes are available",
  ],
  "a pod of which nobody has said anything": [[pod("a", {})], "undefined: undefined"],
};

for (const [what, [pods, wanted]] of Object.entries(CASES)) {
  Deno.test(`podTrouble of ${what}`, () => {
    const trouble = podTrouble(pods);
    strictEqual(`${trouble?.reason}: ${trouble?.message}`, wanted);
  });
}

for (const status of ["True", "False"]) {
  Deno.test(`deploymentTrouble of a Deployment whose ReplicaFailure is ${status}`, () => {
    const trouble = deploymentTrouble({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "ns", name: "agent" },
      status: { conditions: [{ type: "ReplicaFailure", status, message: "exceeded quota" }] },
    });
    const wanted = status === "True"
      ? "Deployment ns/agent makes no pod: exceeded quota"
      : undefined;
    strictEqual(trouble?.message, wanted);
  });
}
