import { ok, strictEqual } from "node:assert/strict";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION } from "../../core/api/mod.ts";
import { DEPLOYMENTS, LEASES, PODS } from "../../kube/mod.ts";
import { type AgentsLab, agentsReady, NAMESPACE } from "./agents_lab.ts";

const WHY = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.";
const UNSCHEDULABLE = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: WHY }],
};
const SCHEDULED = [{ type: "PodScheduled", status: "True" }];

function container(waiting?: object): object {
  return {
    name: "agent",
    image: "registry/agent:1",
    imageID: "",
    ready: false,
    restartCount: 0,
    state: waiting === undefined ? { running: {} } : { waiting },
  };
}

Deno.test("a pool whose agent has no node says what the scheduler says, until the agent reports", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  strictEqual(
    await lab.agentReady("net-48"),
    "False NoAgent: No agent reports IPPool default/net-48",
  );
  await lab.pod("agent-mgmt-1", { deployment: "agent-mgmt", status: UNSCHEDULABLE });
  strictEqual(
    await lab.agentReady("net-48"),
    `False NoAgentScheduled: No node for pod ${NAMESPACE}/agent-mgmt-1: ${WHY}`,
  );
  await lab.podStatus("agent-mgmt-1", {
    phase: "Pending",
    conditions: SCHEDULED,
    containerStatuses: [container({ reason: "ImagePullBackOff", message: "not found" })],
  });
  strictEqual(
    await lab.agentReady("net-48"),
    `False AgentNotRunning: Pod ${NAMESPACE}/agent-mgmt-1 waits: ImagePullBackOff: not found`,
  );
  await lab.podStatus("agent-mgmt-1", { phase: "Running", containerStatuses: [container()] });
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
  const report = {
    pod: { namespace: NAMESPACE, name: "agent-mgmt-1" },
    pools: {
      "default/net-48": { ready: true, reason: "Serving", message: "", interfaceName: "vd1" },
    },
  };
  await lab.create(LEASES, {
    metadata: {
      namespace: NAMESPACE,
      name: "agent-mgmt",
      labels: { [AGENT_LEASE_LABEL]: "true" },
      annotations: { [AGENT_REPORT_ANNOTATION]: JSON.stringify(report) },
    },
    spec: { holderIdentity: "agent-mgmt-1", leaseDurationSeconds: 5 },
  });
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
  await lab.delete(PODS, `${NAMESPACE}/agent-mgmt-1`);
  await lab.pod("agent-mgmt-2", { deployment: "agent-mgmt", status: UNSCHEDULABLE });
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
  await lab.pass(16_000);
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgentScheduled");
  ok(
    (await lab.events("net-48")).some(({ reason, type }) =>
      reason === "NoAgentScheduled" && type === "Warning"
    ),
  );
});

Deno.test("a pod of one agent says nothing of the pools of another", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.network("net-50", "vlans");
  await lab.settle();
  await lab.pod("agent-mgmt-1", { deployment: "agent-mgmt", status: UNSCHEDULABLE });
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgentScheduled");
  strictEqual((await lab.agentReady("net-50")).split(":")[0], "False NoAgent");
});

const REFUSED = 'pods "agent-mgmt-" is forbidden: violates PodSecurity "restricted:latest"';

/** Has a Deployment say that its pods are refused, or no longer. */
async function refused(lab: AgentsLab, deployment: string, status: "True" | "False") {
  const conditions = [{ type: "ReplicaFailure", status, reason: "FailedCreate", message: REFUSED }];
  await lab.kube.of(DEPLOYMENTS).patch({ namespace: NAMESPACE, name: deployment }, {
    type: "merge",
    body: { status: { conditions } },
  }, { subresource: "status" });
  await lab.settle();
}

for (const [name, clusterNetwork] of [["agent-mgmt", "mgmt"], ["agent", undefined]] as const) {
  Deno.test(`a pool whose agent's pods are refused says why, while they are (Deployment ${name})`, async () => {
    await using lab = await agentsReady();
    await lab.network("net-48", clusterNetwork);
    await lab.settle();
    await refused(lab, name, "True");
    strictEqual(
      await lab.agentReady("net-48"),
      `False AgentNotRunning: Deployment ${NAMESPACE}/${name} makes no pod: ${REFUSED}`,
    );
    await refused(lab, name, "False");
    strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
  });
}

Deno.test("what a Deployment says goes from its pool with the Deployment", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await refused(lab, "agent-mgmt", "True");
  await lab.delete(DEPLOYMENTS, `${NAMESPACE}/agent-mgmt`);
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
});

Deno.test("what a pod says goes from its pool with the pod", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await lab.pod("agent-mgmt-1", { deployment: "agent-mgmt", status: UNSCHEDULABLE });
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgentScheduled");
  await lab.delete(PODS, `${NAMESPACE}/agent-mgmt-1`);
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
});

Deno.test("a pool says why its other pod does not run as soon as the one that ran is gone", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await lab.pod("agent-mgmt-1", {
    deployment: "agent-mgmt",
    status: { phase: "Running", containerStatuses: [container()] },
  });
  await lab.pod("agent-mgmt-2", { deployment: "agent-mgmt", status: UNSCHEDULABLE });
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
  await lab.delete(PODS, `${NAMESPACE}/agent-mgmt-1`);
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgentScheduled");
});
