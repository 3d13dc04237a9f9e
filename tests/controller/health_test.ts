import assert from "node:assert/strict";
import {
  AGENT_LEASE_LABEL,
  AGENT_REPORT_ANNOTATION,
  getCondition,
  type IPPool,
  type VirtualMachineNetworkConfig,
} from "../../core/api/mod.ts";
import { IPPOOLS, LEASES, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { argoHealth } from "./argo_health.ts";
import { kstatus } from "./kstatus.ts";
import type { Lab } from "./lab.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

const POOL = "default/net-48";

/** An agent says how it serves the pool. */
async function report(lab: Lab, parts: object = {}): Promise<void> {
  const pools = {
    [POOL]: { ready: true, reason: "Serving", message: "", interfaceName: "eth1", ...parts },
  };
  const pod = { namespace: "default", name: "agent-0", uid: "agent-uid" };
  const metadata = { annotations: { [AGENT_REPORT_ANNOTATION]: JSON.stringify({ pod, pools }) } };
  const renewTime = new Date(lab.clock.now()).toISOString().replace("Z", "000Z");
  if (await lab.get(LEASES, "default/agent-0") === undefined) {
    await lab.create(LEASES, {
      metadata: { namespace: "default", name: "agent-0", labels: { [AGENT_LEASE_LABEL]: "true" } },
      spec: { holderIdentity: "agent-0", leaseDurationSeconds: 5 },
    });
  }
  await lab.patch(LEASES, "default/agent-0", { metadata, spec: { renewTime } });
  await lab.settle();
}

function readyOf({ status }: IPPool | VirtualMachineNetworkConfig): string {
  const found = getCondition(status?.conditions, "Ready");
  return `${found?.status} ${found?.reason}`;
}

Deno.test("Ready of a pool: what it lacks, the first thing first, and True when an agent serves it", async () => {
  await using lab = await ready();
  const poolReady = async () => readyOf(await lab.pool(POOL));
  assert.equal(await poolReady(), "False NoAgent");
  await report(lab);
  assert.equal(await poolReady(), "True Ready");
  await report(lab, { ready: false, reason: "SocketFailed", message: "no" });
  assert.equal(await poolReady(), "False SocketFailed");
  await report(lab);
  await lab.patch(IPPOOLS, POOL, { spec: { paused: true } });
  await lab.settle();
  assert.equal(await poolReady(), "False Paused");
  await lab.patch(IPPOOLS, POOL, {
    spec: { paused: false, ipv4Config: { router: "192.168.49.1" } },
  });
  await lab.settle();
  assert.equal(await poolReady(), "False PoolInvalid");
  const found = getCondition((await lab.pool(POOL)).status?.conditions, "Ready");
  assert.match(found?.message ?? "", /^spec\.ipv4Config\.router: /);
});

Deno.test("Ready of a vmnetcfg: why a NIC has no address, and all addresses in one text when it has", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }, { mac: mac(2) }]));
  await lab.settle();
  const config = await lab.config("default/web");
  assert.equal(readyOf(config), "True Ready");
  const shown = config.status?.networkConfig?.map(({ allocatedIPAddress }) => allocatedIPAddress);
  assert.equal(shown?.length, 2);
  assert.equal(config.status?.addresses, shown?.join());
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused: true } });
  await lab.settle();
  const paused = await lab.config("default/web");
  assert.equal(readyOf(paused), "False Paused");
  assert.equal(paused.status?.addresses, undefined);
});

Deno.test("observedGeneration: an edit that changes nothing else is seen all the same, and the quiet writes nothing", async () => {
  await using lab = await ready();
  await report(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = (await lab.pool(POOL)).metadata.generation ?? 0;
  await lab.patch(IPPOOLS, POOL, { spec: { ipv4Config: { leaseTime: 301 } } });
  await lab.settle();
  const pool = await lab.pool(POOL);
  assert.equal(pool.metadata.generation, before + 1);
  assert.equal(pool.status?.observedGeneration, before + 1);
  const config = await lab.config("default/web");
  assert.equal(config.status?.observedGeneration, config.metadata.generation);
  const { resourceVersion } = pool.metadata;
  for (let minute = 0; minute < 30; minute++) {
    await report(lab); // Only the Lease is written, by the agent.
    await lab.pass(5_000);
  }
  assert.equal((await lab.pool(POOL)).metadata.resourceVersion, resourceVersion);
  assert.deepEqual(await lab.config("default/web"), config);
});

Deno.test("kstatus (Flux) and Argo CD: an edit is in progress until it is seen, a pool that serves is current and healthy", async () => {
  await using lab = await ready();
  const both = async () => {
    const pool = await lab.pool(POOL);
    return `${kstatus(pool).status} ${argoHealth(pool).status}`;
  };
  assert.equal(await both(), "InProgress Progressing");
  await report(lab);
  assert.equal(await both(), "Current Healthy");
  await lab.stopAll();
  await lab.patch(IPPOOLS, POOL, { spec: { ipv4Config: { leaseTime: 301 } } });
  assert.equal(await both(), "InProgress Progressing");
  assert.equal(kstatus(await lab.pool(POOL)).reason, "LatestGenerationNotObserved");
  lab.start();
  await report(lab);
  assert.equal(await both(), "Current Healthy");
  await lab.patch(IPPOOLS, POOL, { spec: { paused: true } });
  await lab.settle();
  assert.equal(await both(), "InProgress Suspended");
  await lab.patch(IPPOOLS, POOL, {
    spec: { paused: false, ipv4Config: { router: "192.168.49.1" } },
  });
  await lab.settle();
  assert.equal(await both(), "InProgress Degraded");
  assert.match(argoHealth(await lab.pool(POOL)).message, /^spec\.ipv4Config\.router: /);
});

Deno.test("kstatus (Flux) and Argo CD: a vmnetcfg is current and healthy when every NIC has its address", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const config = await lab.config("default/web");
  assert.equal(kstatus(config).status, "Current");
  assert.equal(argoHealth(config).status, "Healthy");
  const annotations = { "static-ip.harvesterhci.io/nic-1": "192.168.50.1" };
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }], { annotations }));
  await lab.settle();
  const refused = await lab.config("default/db");
  assert.deepEqual(kstatus(refused), { status: "InProgress", reason: "AddressOutsideNetwork" });
  assert.equal(argoHealth(refused).status, "Degraded");
});
