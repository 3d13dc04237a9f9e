import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { AGENT_LEASE_LABEL, AGENT_REPORT_ANNOTATION } from "../../core/api/mod.ts";
import { LEASES, NAMESPACES, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { mac, vm } from "../controller/objects.ts";
import { AgentsLab, NAMESPACE } from "./agents_lab.ts";

const VICTIM = mac(1);

/** A Lease whose report says that a client declined an address, and that a pod answers on the network. */
function lease(key: { readonly namespace: string; readonly name: string }, address: string) {
  const pods = { namespace: key.namespace, name: `${key.name}-1` };
  const at = "2026-01-01T00:00:00Z";
  const pool = {
    ready: true,
    reason: "Serving",
    message: "",
    interfaceName: "vd1",
    declined: [{ address, macAddress: VICTIM, at }],
  };
  const report = { pod: pods, pools: { "default/net-48": pool } };
  return {
    metadata: {
      ...key,
      labels: { [AGENT_LEASE_LABEL]: "true" },
      annotations: { [AGENT_REPORT_ANNOTATION]: JSON.stringify(report) },
    },
    spec: { holderIdentity: pods.name, leaseDurationSeconds: 5 },
  };
}

/** A pool of a cluster network, served by Deployment `agent-mgmt`, and a VM that has an address of it. */
async function served(lab: AgentsLab): Promise<string> {
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  lab.start(lab.options());
  await lab.network("net-48", "mgmt");
  await lab.network("net-50", "other");
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: VICTIM }]));
  await lab.settle();
  return await address(lab);
}

async function address(lab: AgentsLab): Promise<string> {
  const { allocated = {} } = (await lab.pool("default/net-48")).status?.ipv4 ?? {};
  return Object.entries(allocated).find(([, value]) => value === VICTIM)?.[0] ?? "none";
}

const FORGERS: Readonly<Record<string, { readonly namespace: string; readonly name: string }>> = {
  "of a tenant": { namespace: "default", name: "agent-mgmt" },
  "of no Deployment": { namespace: NAMESPACE, name: "forged" },
  "of another Deployment": { namespace: NAMESPACE, name: "agent-other" },
  "of the template, which serves no pool": { namespace: NAMESPACE, name: "agent" },
};

for (const [whose, key] of Object.entries(FORGERS)) {
  Deno.test(`T14: a forged report on a Lease ${whose} moves nothing`, async () => {
    await using lab = new AgentsLab();
    const before = await served(lab);
    const pool = await lab.pool("default/net-48");
    await lab.create(LEASES, lease(key, before));
    await lab.settle();
    strictEqual(await address(lab), before);
    deepStrictEqual((await lab.pool("default/net-48")).status, pool.status);
  });
}

Deno.test("T14: the report of the Deployment that serves the pool counts", async () => {
  await using lab = new AgentsLab();
  await served(lab);
  await lab.create(LEASES, lease({ namespace: NAMESPACE, name: "agent-mgmt" }, "192.168.48.90"));
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
});

Deno.test("T14: a report counts from when its Deployment is to serve the pool, and no longer", async () => {
  await using lab = new AgentsLab();
  await served(lab);
  await lab.create(LEASES, lease({ namespace: NAMESPACE, name: "agent-other" }, "192.168.48.90"));
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
  await lab.relabel("net-48", "other");
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
  await lab.relabel("net-48", "mgmt");
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
  await lab.answer("agent-mgmt", "default/net-48");
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "True Serving");
  await lab.delete(LEASES, `${NAMESPACE}/agent-mgmt`);
  await lab.settle();
  strictEqual((await lab.agentReady("net-48")).split(":")[0], "False NoAgent");
});
