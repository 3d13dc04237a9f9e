import assert from "node:assert/strict";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION, getCondition } from "../../core/api/mod.ts";
import type { PoolReport } from "../../core/api/mod.ts";
import { LEASES, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

const POD = { namespace: "default", name: "agent-0", uid: "agent-uid" };
const SERVING: PoolReport = { ready: true, reason: "Serving", message: "", interfaceName: "eth1" };

function annotations(report: PoolReport): object {
  const pools = { "default/net-48": report };
  return { [AGENT_REPORT_ANNOTATION]: JSON.stringify({ pod: POD, pools }) };
}

/** What an agent's Lease says, renewed now. */
function lease(lab: Lab, report: PoolReport): object {
  return {
    metadata: { annotations: annotations(report) },
    spec: { renewTime: new Date(lab.clock.now()).toISOString().replace("Z", "000Z") },
  };
}

async function startAgent(lab: Lab, report: PoolReport = SERVING): Promise<void> {
  await lab.create(LEASES, {
    metadata: { namespace: "default", name: "agent-0", labels: { [AGENT_LEASE_LABEL]: "true" } },
    spec: { holderIdentity: "agent-0", leaseDurationSeconds: 5 },
  });
  await renew(lab, report);
}

async function renew(lab: Lab, report: PoolReport): Promise<void> {
  await lab.patch(LEASES, "default/agent-0", lease(lab, report));
  await lab.settle();
}

async function agentReady(lab: Lab): Promise<string> {
  const found = getCondition((await lab.pool("default/net-48")).status?.conditions, "AgentReady");
  return `${found?.status} ${found?.reason}`;
}

Deno.test("an agent that serves a pool is named in it", async () => {
  await using lab = await ready();
  await startAgent(lab);
  assert.equal(await agentReady(lab), "True Serving");
  assert.deepEqual((await lab.pool("default/net-48")).status?.agentPodRef, POD);
  assert.ok((await lab.events("net-48")).some(({ reason }) => reason === "Serving"));
});

Deno.test("an agent that cannot serve says why in the pool", async () => {
  await using lab = await ready();
  await startAgent(lab);
  await renew(lab, {
    ...SERVING,
    ready: false,
    reason: "InterfaceMissing",
    message: "There is no interface eth1",
  });
  assert.equal(await agentReady(lab), "False InterfaceMissing");
  const { status } = await lab.pool("default/net-48");
  assert.equal(
    getCondition(status?.conditions, "AgentReady")?.message,
    "Agent default/agent-0: There is no interface eth1",
  );
  assert.equal(status?.agentPodRef, undefined);
  assert.ok(
    (await lab.events("net-48")).some(({ type, reason }) =>
      type === "Warning" && reason === "InterfaceMissing"
    ),
  );
});

Deno.test("an agent that no longer renews its Lease is silent after three durations, and heard again", async () => {
  await using lab = await ready();
  await startAgent(lab);
  for (let second = 0; second < 30; second += 5) {
    await lab.pass(5_000);
    await renew(lab, SERVING);
  }
  assert.equal(await agentReady(lab), "True Serving");
  await lab.pass(14_000);
  assert.equal(await agentReady(lab), "True Serving");
  await lab.pass(1_500);
  assert.equal(await agentReady(lab), "False AgentSilent");
  await renew(lab, SERVING);
  assert.equal(await agentReady(lab), "True Serving");
});

Deno.test("renewals of a Lease write nothing", async () => {
  await using lab = await ready();
  await startAgent(lab);
  const before = await lab.pool("default/net-48");
  for (let n = 0; n < 5; n++) {
    await lab.pass(1_000);
    await renew(lab, SERVING);
  }
  assert.deepEqual(await lab.pool("default/net-48"), before);
});

Deno.test("an agent that is gone, or whose report cannot be read, is no agent", async () => {
  await using lab = await ready();
  await startAgent(lab);
  await lab.patch(LEASES, "default/agent-0", {
    metadata: { annotations: { [AGENT_REPORT_ANNOTATION]: "{" } },
  });
  await lab.settle();
  assert.equal(await agentReady(lab), "False NoAgent");
  await renew(lab, SERVING);
  assert.equal(await agentReady(lab), "True Serving");
  await lab.delete(LEASES, "default/agent-0");
  await lab.settle();
  assert.equal(await agentReady(lab), "False NoAgent");
});

Deno.test("rules 49 and 51: a declined address becomes a conflict, its guest gets another, the owner is told", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await startAgent(lab);
  const [address = ""] = await lab.addresses("default/web");
  const at = new Date(lab.clock.now()).toISOString();
  await renew(lab, { ...SERVING, declined: [{ address, macAddress: mac(1), usedBy: mac(9), at }] });
  const { status } = await lab.pool("default/net-48");
  assert.equal(status?.ipv4?.allocated?.[address], "CONFLICT");
  const [other] = await lab.addresses("default/web");
  assert.notEqual(other, address);
  assert.deepEqual(await lab.allocations("default/net-48"), { [mac(1)]: other });
  assert.ok((await lab.events("net-48")).some(({ reason }) => reason === "AddressDeclined"));
  assert.ok((await lab.events("web")).some(({ reason }) => reason === "AddressChanged"));
});
