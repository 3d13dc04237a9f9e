import assert from "node:assert/strict";
import { IPPOOLS, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, pool, reservation, vm } from "./objects.ts";
import { ready } from "./ready.ts";

Deno.test("an object without a VM is a reservation, and is never collected", async () => {
  await using lab = await ready();
  await lab.create(
    VMNETCFGS,
    reservation("default/web", [{ macAddress: mac(1), ipAddress: "192.168.48.88" }]),
  );
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.88"]);
  await lab.pass(3_600_000);
  assert.deepEqual(await lab.allocations("default/net-48"), { [mac(1)]: "192.168.48.88" });
});

Deno.test("a reservation is adopted by its VM, address and wish unchanged", async () => {
  await using lab = await ready();
  await lab.create(
    VMNETCFGS,
    reservation("default/web", [{ macAddress: mac(1), ipAddress: "192.168.48.88" }]),
  );
  await lab.settle();
  const before = await lab.config("default/web");
  const { metadata: { uid } } = await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }]),
  );
  await lab.settle();
  const after = await lab.config("default/web");
  assert.deepEqual(after.metadata.ownerReferences?.map((owner) => owner.uid), [uid]);
  assert.deepEqual(after.spec, before.spec);
  assert.deepEqual(after.status, before.status);
  const adopted = (await lab.events("web")).filter(({ reason }) => reason === "ReservationAdopted");
  assert.deepEqual(adopted.map(({ type, involvedObject }) => [type, involvedObject.kind]), [
    ["Normal", "VirtualMachine"],
  ]);
});

Deno.test("a reservation made before its pool keeps its wish when the VM comes first too", async () => {
  await using lab = await ready();
  const other = "default/late";
  await lab.create(
    VMNETCFGS,
    reservation("default/web", [
      { networkName: other, macAddress: mac(1), ipAddress: "192.168.48.89" },
    ]),
  );
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ network: other, mac: mac(1) }]));
  await lab.settle();
  assert.equal((await lab.config("default/web")).status?.networkConfig?.[0]?.reason, "NoPool");
  await lab.create(IPPOOLS, pool(other));
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.89"]);
});

Deno.test("a reservation under another name is adopted too, and no second object is made", async () => {
  await using lab = await ready();
  await lab.create(VMNETCFGS, reservation("default/for-web", [{ macAddress: mac(1) }], "web"));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.deepEqual(
    (await lab.kube.of(VMNETCFGS).list()).items.map(({ metadata }) => metadata.name),
    ["for-web"],
  );
  assert.equal((await lab.addresses("default/for-web")).length, 1);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.settle();
  assert.equal(await lab.get(VMNETCFGS, "default/for-web"), undefined);
});

Deno.test("an object of the VM's name that is for another VM is told, and stays", async () => {
  await using lab = await ready();
  await lab.create(VMNETCFGS, reservation("default/web", [{ macAddress: mac(1) }], "db"));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(2) }]));
  await lab.settle();
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(1)]);
  assert.ok((await lab.events("web")).some(({ reason }) => reason === "NameTaken"));
  await lab.delete(VMNETCFGS, "default/web");
  await lab.settle();
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(2)]);
});

Deno.test("an object that names a VM which is gone passes to the present VM with its address", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.config("default/web");
  const [owner] = before.metadata.ownerReferences ?? [];
  await lab.patch(VMNETCFGS, "default/web", {
    metadata: { ownerReferences: [{ ...owner, uid: "a-vm-that-is-gone" }] },
  });
  await lab.settle();
  const after = await lab.config("default/web");
  assert.deepEqual(after.metadata.ownerReferences, before.metadata.ownerReferences);
  assert.deepEqual(after.status?.networkConfig, before.status?.networkConfig);
});

/** The VM goes, and the collector lets its object be: it does not know the version in which the owner is named. */
async function orphaned(): Promise<Lab> {
  const lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const config = await lab.config("default/web");
  await lab.kube.of(VIRTUAL_MACHINES).delete({ namespace: "default", name: "web" }, {
    propagationPolicy: "Orphan",
  });
  const ownerReferences = config.metadata.ownerReferences?.map((owner) => ({
    ...owner,
    apiVersion: "kubevirt.io/v1alpha3",
  }));
  await lab.patch(VMNETCFGS, "default/web", {
    metadata: { ownerReferences: ownerReferences ?? [] },
  });
  return lab;
}

Deno.test("an object whose VM is gone is left to the garbage collector for two seconds", async () => {
  await using lab = await orphaned();
  await lab.clock.advance(1_900);
  assert.equal((await lab.config("default/web")).metadata.deletionTimestamp, undefined);
  await lab.clock.advance(1_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
});

Deno.test("an object whose VM comes back meanwhile is not deleted, and is its again", async () => {
  await using lab = await orphaned();
  const before = await lab.allocations("default/net-48");
  await lab.clock.advance(1_000);
  const { metadata: { uid } } = await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }]),
  );
  await lab.pass(10_000);
  const owners = (await lab.config("default/web")).metadata.ownerReferences;
  assert.deepEqual(owners?.map((owner) => owner.uid), [uid]);
  assert.deepEqual(await lab.allocations("default/net-48"), before);
});

Deno.test("an object whose VM is gone is deleted, though no garbage collector runs", async () => {
  await using lab = await orphaned();
  await lab.pass(3_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
});

Deno.test("an object of a VM that names what can be no VM is a reservation, and nothing fails for it", async () => {
  await using lab = await ready();
  const { metadata: { uid } } = await lab.create(VIRTUAL_MACHINES, vm("default/a", []));
  const owner = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "a", uid };
  for (const [index, vmName] of ["a/b", ".", ".."].entries()) {
    const object = reservation(`default/odd-${index}`, [{ macAddress: mac(index + 1) }], vmName);
    const { metadata } = object as { readonly metadata: object };
    await lab.create(VMNETCFGS, { ...object, metadata: { ...metadata, ownerReferences: [owner] } });
  }
  await lab.pass(60_000);
  assert.deepEqual([...lab.controller.failures], []);
  assert.equal(Object.keys(await lab.allocations("default/net-48")).length, 3);
});

Deno.test("bad content of an object made by hand concerns that NIC alone", async () => {
  await using lab = await ready();
  await lab.create(
    VMNETCFGS,
    reservation("default/odd", [
      { macAddress: "not-a-mac" },
      { networkName: "Not/A/Network", macAddress: mac(2) },
      { macAddress: mac(3), ipAddress: "192.168.48.77" },
      { macAddress: mac(4) },
    ]),
  );
  await lab.settle();
  const nics = (await lab.config("default/odd")).status?.networkConfig?.map(({ state, reason }) =>
    reason ?? state
  );
  assert.deepEqual(nics, [
    "InvalidMacAddress",
    "InvalidNetworkName",
    "AddressReserved",
    "Allocated",
  ]);
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(4)]);
  const told = (await lab.events("odd")).map(({ reason }) => reason);
  for (const reason of ["InvalidMacAddress", "InvalidNetworkName", "AddressReserved"]) {
    assert.ok(told.includes(reason), reason);
  }
  await lab.delete(VMNETCFGS, "default/odd");
  await lab.settle();
  assert.equal(await lab.get(VMNETCFGS, "default/odd"), undefined);
});

Deno.test("an object in the released spelling is answered in it", async () => {
  await using lab = await ready();
  await lab.create(VMNETCFGS, {
    metadata: { namespace: "default", name: "web" },
    spec: { vmName: "web", networkConfigs: [{ networkName: "net-48", macAddress: mac(1) }] },
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }, { network: "pod" }]));
  await lab.settle();
  const { spec, status } = await lab.config("default/web");
  assert.deepEqual(spec.networkConfigs, [{ networkName: "net-48", macAddress: mac(1) }]);
  assert.equal(status?.networkConfigs?.[0]?.state, "Allocated");
  assert.equal(status?.networkConfig, undefined);
});
