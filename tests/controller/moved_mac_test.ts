import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION } from "../../core/api/mod.ts";
import { IPPOOLS, VIRTUAL_MACHINE_INSTANCES, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import type { Lab } from "./lab.ts";
import { mac, reservation, vm, vmi, vmiSpec } from "./objects.ts";
import { ready } from "./ready.ts";

const POOL = "default/net-48";

/** KubeVirt starts a VM: its instance has MAC addresses of its own. */
async function start(lab: Lab, macs: readonly number[]): Promise<void> {
  await lab.create(
    VIRTUAL_MACHINE_INSTANCES,
    vmi("default/nomac", macs.map((n) => ({ mac: mac(n) }))),
  );
  await lab.settle();
}

async function stop(lab: Lab): Promise<void> {
  await lab.delete(VIRTUAL_MACHINE_INSTANCES, "default/nomac");
  await lab.settle();
}

/** What the annotation of an object says: NIC -> MAC address and address. */
async function noted(lab: Lab, key: string): Promise<Readonly<Record<string, string>>> {
  const { annotations = {} } = (await lab.config(key)).metadata;
  const note: Record<string, { macAddress: string; address: string }> = JSON.parse(
    annotations[ADDRESSES_ANNOTATION] ?? "{}",
  );
  return Object.fromEntries(
    Object.entries(note).map(([name, nic]) => [name, `${nic.macAddress} ${nic.address}`]),
  );
}

Deno.test("S5: a VM without MAC addresses has the same addresses over 20 restarts, each NIC its own", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/nomac", [{}, {}]));
  await start(lab, [1, 2]);
  const [one = "", two = ""] = await lab.addresses("default/nomac");
  for (let restart = 1; restart <= 20; restart++) {
    await stop(lab);
    // Which NIC is told of first must not matter, and others come and go meanwhile.
    const [first, second] = [100 + 2 * restart, 101 + 2 * restart];
    await lab.create(
      VIRTUAL_MACHINES,
      vm(`default/other-${restart}`, [{ mac: mac(restart + 50) }]),
    );
    await start(lab, [first, second]);
    await lab.delete(VIRTUAL_MACHINES, `default/other-${restart}`);
    await lab.settle();
    assert.deepEqual(await lab.allocations(POOL), { [mac(first)]: one, [mac(second)]: two });
    assert.deepEqual(await noted(lab, "default/nomac"), {
      "nic-1": `${mac(first)} ${one}`,
      "nic-2": `${mac(second)} ${two}`,
    });
  }
  await assertConsistent(lab);
  const reasons = (await lab.events("nomac")).map(({ reason }) => reason);
  assert.equal(reasons.includes("AddressChanged"), false);
});

Deno.test("S5: the old MAC address leaves the record in the write in which the new one comes", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses("default/web");
  const before = (await lab.writes())["update ippools/status 200"] ?? 0;
  await lab.patch(VIRTUAL_MACHINES, "default/web", {
    spec: { template: { spec: vmiSpec([{ mac: mac(2) }]) } },
  });
  await lab.settle();
  assert.equal(((await lab.writes())["update ippools/status 200"] ?? 0) - before, 1);
  const { allocated, released } = (await lab.pool(POOL)).status?.ipv4 ?? {};
  assert.equal(allocated?.[address], mac(2));
  assert.equal(Object.values(allocated ?? {}).includes(mac(1)), false);
  assert.equal(released, undefined);
});

Deno.test("S5: a NIC that leaves a MAC address which another VM has goes back to its address, whatever its MAC address is then", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/other", [{ mac: mac(2) }]));
  await lab.settle();
  const [address] = await lab.addresses("default/web");
  for (const n of [2, 3]) {
    await lab.patch(VIRTUAL_MACHINES, "default/web", {
      spec: { template: { spec: vmiSpec([{ mac: mac(n) }]) } },
    });
    await lab.settle();
  }
  assert.deepEqual(await lab.addresses("default/web"), [address]);
});

Deno.test("S5: a NIC whose MAC address changes while its object is paused goes back to its address", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address] = await lab.addresses("default/web");
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused: true } });
  await lab.settle();
  for (const n of [2, 3]) {
    await lab.patch(VIRTUAL_MACHINES, "default/web", {
      spec: { template: { spec: vmiSpec([{ mac: mac(n) }]) } },
    });
    await lab.settle();
  }
  await lab.patch(VMNETCFGS, "default/web", { spec: { paused: false } });
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), [address]);
});

Deno.test("S5: an edited MAC address keeps its address in an exhausted and in a paused pool", async () => {
  for (const paused of [false, true]) {
    await using lab = await ready();
    await lab.patch(IPPOOLS, POOL, {
      spec: { ipv4Config: { pool: { end: "192.168.48.81" } } },
    });
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
    await lab.settle();
    await lab.create(VIRTUAL_MACHINES, vm("default/waits", [{ mac: mac(9) }]));
    await lab.patch(IPPOOLS, POOL, { spec: { paused } });
    await lab.settle();
    await lab.patch(VIRTUAL_MACHINES, "default/web", {
      spec: { template: { spec: vmiSpec([{ mac: mac(2) }]) } },
    });
    await lab.settle();
    assert.deepEqual(await lab.allocations(POOL), { [mac(2)]: "192.168.48.81" });
    assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.81"]);
  }
});

Deno.test("S5: a NIC without a note (of the version before) is known by being the only one that changes", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.addresses("default/web");
  await lab.controller.whenIdle(AbortSignal.timeout(10_000));
  const stopped = lab; // The note goes and the NIC changes before the controller looks.
  await Promise.all([
    stopped.patch(VMNETCFGS, "default/web", {
      metadata: { annotations: { [ADDRESSES_ANNOTATION]: "not JSON" } },
    }),
    stopped.patch(VIRTUAL_MACHINES, "default/web", {
      spec: { template: { spec: vmiSpec([{ mac: mac(2) }]) } },
    }),
  ]);
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), before);
});

Deno.test("S5: a NIC that goes and another that comes are two: the address of the one is not the other's by right", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  await lab.patch(VIRTUAL_MACHINES, "default/web", {
    spec: { template: { spec: vmiSpec([{ name: "another", mac: mac(2) }]) } },
  });
  await lab.settle();
  const [address] = await lab.addresses("default/web");
  assert.deepEqual(await lab.allocations(POOL), { [mac(2)]: address });
  assert.notEqual((await lab.pool(POOL)).status?.ipv4?.released, undefined);
});

Deno.test("S5: a reservation's wish follows its VM's NIC to another MAC address", async () => {
  await using lab = await ready();
  const wish = { macAddress: mac(1), ipAddress: "192.168.48.88" };
  await lab.create(VMNETCFGS, reservation("default/web", [wish]));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  await lab.patch(VIRTUAL_MACHINES, "default/web", {
    spec: { template: { spec: vmiSpec([{ mac: mac(2) }]) } },
  });
  await lab.settle();
  assert.deepEqual((await lab.config("default/web")).spec.networkConfig, [
    { networkName: POOL, ...wish, macAddress: mac(2) },
  ]);
  assert.deepEqual(await lab.allocations(POOL), { [mac(2)]: "192.168.48.88" });
});

Deno.test("S5: an address that does change with the MAC address is told as AddressChanged", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/twin", [{ mac: mac(1) }], { running: false }));
  await lab.settle();
  const [before] = await lab.addresses("default/web");
  // The twin shares the address and keeps it.
  await lab.patch(VIRTUAL_MACHINES, "default/web", {
    spec: { template: { spec: vmiSpec([{ mac: mac(2) }]) } },
  });
  await lab.settle();
  const [after] = await lab.addresses("default/web");
  assert.notEqual(after, before);
  const told = (await lab.events("web")).filter(({ reason }) => reason === "AddressChanged");
  assert.match(
    told[0]?.message ?? "",
    new RegExp(`has ${after} now; ${before}, which it had, is taken by VM default/twin`),
  );
});
