import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION, getCondition, VMNETCFG_FINALIZER } from "../../core/api/mod.ts";
import { IPPOOLS, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

Deno.test("a VM gets its address by one create and one status write, and a third notes it", async () => {
  await using lab = await ready();
  const { metadata: { uid } } = await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }]),
  );
  await lab.settle();
  assert.equal((await lab.writes())["create virtualmachinenetworkconfigs 201"], 1);
  assert.equal((await lab.writes())["update virtualmachinenetworkconfigs/status 200"], 1);
  assert.equal((await lab.writes())["patch virtualmachinenetworkconfigs 200"], 1);
  const config = await lab.config("default/web");
  const address = (await lab.allocations("default/net-48"))[mac(1)];
  assert.deepEqual(config.metadata.finalizers, [VMNETCFG_FINALIZER]);
  assert.deepEqual(config.metadata.labels, { "harvesterhci.io/vmName": "web" });
  assert.deepEqual(config.metadata.ownerReferences, [
    { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "web", uid },
  ]);
  assert.deepEqual(config.spec, {
    vmName: "web",
    networkConfig: [{ networkName: "default/net-48", macAddress: mac(1) }],
  });
  assert.deepEqual(config.status?.networkConfig, [{
    allocatedIPAddress: address,
    macAddress: mac(1),
    networkName: "default/net-48",
    state: "Allocated",
  }]);
  const noted = { network: "default/net-48", macAddress: mac(1), address };
  assert.deepEqual(config.metadata.annotations, {
    [ADDRESSES_ANNOTATION]: JSON.stringify({ "nic-1": noted }),
  });
  const states = config.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
  assert.deepEqual(states, ["Allocated=True", "Disabled=False", "InSynced=True", "Ready=True"]);
});

Deno.test("a deleted VM gives its address back, and its object goes", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.settle();
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
  assert.equal((await lab.pool("default/net-48")).status?.ipv4?.used, 0);
});

Deno.test("a VM that is made again gets its address back", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.settle();
  const before = await lab.allocations("default/net-48");
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.settle();
  const again = await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.deepEqual(await lab.allocations("default/net-48"), before);
  const owners = (await lab.config("default/web")).metadata.ownerReferences;
  assert.deepEqual(owners?.map(({ uid }) => uid), [again.metadata.uid]);
});

Deno.test("a stopped and started VM keeps its address, and nothing is written", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = [await lab.pool("default/net-48"), await lab.config("default/web")];
  await lab.patch(VIRTUAL_MACHINES, "default/web", { spec: { running: false } });
  await lab.settle();
  await lab.patch(VIRTUAL_MACHINES, "default/web", { spec: { running: true } });
  await lab.settle();
  assert.deepEqual([await lab.pool("default/net-48"), await lab.config("default/web")], before);
});

Deno.test("an object that is deleted by hand comes back with its address", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.config("default/web");
  await lab.delete(VMNETCFGS, "default/web");
  await lab.settle();
  const after = await lab.config("default/web");
  assert.notEqual(after.metadata.uid, before.metadata.uid);
  assert.deepEqual(after.status?.networkConfig, before.status?.networkConfig);
});

for (const isGoing of [false, true]) {
  const when = isGoing ? ", also while the pool is being deleted" : "";
  Deno.test(`a NIC that is taken out of its VM's object by hand comes back, and its address is given back at no time${when}`, async () => {
    await using lab = await ready();
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }, { mac: mac(2) }]));
    await lab.settle();
    if (isGoing) await lab.delete(IPPOOLS, "default/net-48");
    await lab.settle();
    const before = await lab.config("default/web");
    const recorded = (await lab.pool("default/net-48")).status?.ipv4;
    const [kept] = before.spec.networkConfig ?? [];
    await lab.patch(VMNETCFGS, "default/web", { spec: { networkConfig: [kept] } });
    await lab.settle();
    const after = await lab.config("default/web");
    assert.deepEqual(after.spec, before.spec);
    assert.deepEqual(after.status?.networkConfig, before.status?.networkConfig);
    assert.deepEqual(after.metadata.annotations, before.metadata.annotations);
    assert.deepEqual((await lab.pool("default/net-48")).status?.ipv4, recorded);
  });
}

Deno.test("a hundred VMs at once are a few writes of the pool, and none fails", async () => {
  await using lab = await ready();
  await lab.patch(IPPOOLS, "default/net-48", {
    spec: { ipv4Config: { pool: { end: "192.168.48.250" } } },
  });
  await lab.settle();
  for (let n = 1; n <= 100; n++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
  }
  await lab.settle();
  const allocations = await lab.allocations("default/net-48");
  assert.equal(Object.keys(allocations).length, 100);
  assert.equal(new Set(Object.values(allocations)).size, 100);
  for (let n = 1; n <= 100; n++) {
    const config = await lab.config(`default/vm-${n}`);
    assert.equal(getCondition(config.status?.conditions, "Allocated")?.status, "True");
    assert.equal(config.status?.networkConfig?.[0]?.allocatedIPAddress, allocations[mac(n)]);
  }
  const writes = await lab.writes();
  assert.deepEqual(Object.keys(writes).filter((name) => !/ 20[01]$/.test(name)), []);
  assert.equal(writes["create virtualmachinenetworkconfigs 201"], 100);
  assert.equal(writes["update virtualmachinenetworkconfigs/status 200"], 100);
  const poolWrites = writes["update ippools/status 200"] ?? 0;
  assert.ok(poolWrites <= 8, `${poolWrites} writes of the pool`);
});
