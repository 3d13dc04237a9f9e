import assert from "node:assert/strict";
import { getCondition, IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

async function withVm(): Promise<Lab> {
  const lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  return lab;
}

async function pauseConfig(lab: Lab, paused: boolean): Promise<void> {
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused } });
  await lab.settle();
}

async function pausePool(lab: Lab, paused: boolean): Promise<void> {
  await lab.patch(IPPOOLS, "default/net-48", { spec: { paused } });
  await lab.settle();
}

Deno.test("a paused object gives its address back, remembers it, and gets it again", async () => {
  await using lab = await withVm();
  const [address] = await lab.addresses("default/web");
  await pauseConfig(lab, true);
  const { status } = await lab.config("default/web");
  assert.deepEqual(await lab.allocations("default/net-48"), {});
  assert.equal(status?.networkConfig?.[0]?.state, "Pending");
  assert.equal(status?.networkConfig?.[0]?.allocatedIPAddress, address);
  const states = status?.conditions?.map(({ type, status, reason }) =>
    `${type}=${status} ${reason}`
  );
  assert.deepEqual(states, [
    "Allocated=False Paused",
    "Disabled=True Paused",
    "InSynced=False Paused",
    "Ready=False Paused",
  ]);
  await pauseConfig(lab, false);
  assert.deepEqual(await lab.addresses("default/web"), [address]);
});

Deno.test("an address that was given away meanwhile is replaced, and the change is told", async () => {
  await using lab = await withVm();
  const [address] = await lab.addresses("default/web");
  await pauseConfig(lab, true);
  const annotations = { "static-ip.harvesterhci.io/nic-1": address ?? "" };
  await lab.pass(500_000); // The hold on the freed address ends two minutes after its lease.
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }], { annotations }));
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/db"), [address]);
  await pauseConfig(lab, false);
  const [other] = await lab.addresses("default/web");
  assert.notEqual(other, address);
  assert.ok(
    (await lab.events("web")).some(({ reason, message }) =>
      reason === "AddressChanged" && message?.includes(address ?? "?") &&
      message.includes(other ?? "?")
    ),
  );
});

Deno.test("a paused pool keeps its record, gives nothing new, and goes on where it stood", async () => {
  await using lab = await withVm();
  const before = (await lab.pool("default/net-48")).status?.ipv4;
  await pausePool(lab, true);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.settle();
  const { status } = await lab.pool("default/net-48");
  assert.deepEqual(status?.ipv4, before);
  assert.equal(getCondition(status?.conditions, "Stopped")?.status, "True");
  assert.equal((await lab.config("default/db")).status?.networkConfig?.[0]?.reason, "PoolPaused");
  assert.equal(
    getCondition((await lab.config("default/web")).status?.conditions, "Allocated")?.status,
    "True",
  );
  await pausePool(lab, false);
  assert.equal((await lab.addresses("default/db")).length, 1);
  assert.equal(
    getCondition((await lab.pool("default/net-48")).status?.conditions, "Stopped")?.status,
    "False",
  );
});

/** B15: a release never waits for a pool. */
const RELEASES: Readonly<Record<string, (lab: Lab) => Promise<void>>> = {
  "while its pool is paused": async (lab) => await pausePool(lab, true),
  "after its pool was removed by force": async (lab) => {
    await lab.delete(IPPOOLS, "default/net-48");
    await lab.settle();
    await lab.patch(IPPOOLS, "default/net-48", { metadata: { finalizers: null } });
  },
  "after its pool became invalid": async (lab) => {
    await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { router: "10.0.0.1" } } });
  },
  "after its network lost its labels": async (lab) => {
    await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-48", {
      metadata: {
        labels: { [IPPOOL_NAME_LABEL]: "someone-else", [IPPOOL_NAMESPACE_LABEL]: null },
      },
    });
  },
  "after its network was deleted": async (lab) => {
    await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-48");
  },
};

for (const [when, prepare] of Object.entries(RELEASES)) {
  Deno.test(`an object deleted ${when} is gone within 10 seconds`, async () => {
    await using lab = await withVm();
    await prepare(lab);
    await lab.settle();
    await lab.delete(VIRTUAL_MACHINES, "default/web");
    await lab.pass(10_000);
    assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
    const left = await lab.get(IPPOOLS, "default/net-48");
    assert.equal(Object.values(left?.status?.ipv4?.allocated ?? {}).includes(mac(1)), false);
  });
}
