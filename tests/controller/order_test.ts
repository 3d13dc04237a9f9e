import assert from "node:assert/strict";
import { getCondition } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";

const NETWORK = "default/net-48";
const PRINTER = { networkName: NETWORK, macAddress: mac(9), ipAddress: "192.168.48.85" };

/** What one manifest may hold, in any order. */
const PARTS: Readonly<Record<string, (lab: Lab) => Promise<unknown>>> = {
  network: (lab) => lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(NETWORK)),
  pool: (lab) => lab.create(IPPOOLS, pool(NETWORK)),
  reservation: (lab) => lab.create(VMNETCFGS, reservation("default/printer", [PRINTER])),
  VM: (lab) => lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }])),
};

function orders(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    orders(names.filter((other) => other !== name)).map((order) => [name, ...order])
  );
}

Deno.test("S7: network, pool, reservation and VM may come in any order, at once or one by one", async () => {
  for (const order of orders(Object.keys(PARTS))) {
    for (const isPatient of [true, false]) {
      await using lab = new Lab();
      lab.start();
      await lab.settle();
      for (const name of order) {
        await PARTS[name]?.(lab);
        if (isPatient) await lab.settle();
      }
      await lab.settle();
      const what = `${order.join(", ")}${isPatient ? ", one by one" : ""}`;
      assert.deepEqual(await lab.addresses("default/printer"), ["192.168.48.85"], what);
      assert.equal((await lab.addresses("default/web")).length, 1, what);
      const { status } = await lab.pool(NETWORK);
      assert.equal(getCondition(status?.conditions, "Registered")?.status, "True", what);
    }
  }
});

Deno.test("S7: where tenants are isolated, who came before the network gets nothing of it until it names his namespace", async () => {
  const later = "tenant-b/later";
  await using lab = new Lab();
  for (const name of ["tenant-a", "tenant-b"]) await lab.create(NAMESPACES, { metadata: { name } });
  lab.start({ tenancy: "isolated" });
  await lab.create(IPPOOLS, pool("tenant-a/pool", {}, { networkName: later }));
  const nic = { networkName: later, macAddress: mac(1) };
  await lab.create(VMNETCFGS, reservation("tenant-a/printer", [nic]));
  const registered = async (key: string) =>
    getCondition((await lab.pool(key)).status?.conditions, "Registered")?.reason;
  const nothing = async () => {
    await lab.settle();
    assert.deepEqual(await lab.allocations("tenant-a/pool"), {});
    assert.deepEqual(await lab.addresses("tenant-a/printer"), []);
  };
  await nothing();
  assert.equal(await registered("tenant-a/pool"), "NetworkNotFound");

  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(later));
  await nothing();
  assert.equal(await registered("tenant-a/pool"), "NamespaceNotAllowed");

  await lab.create(IPPOOLS, pool(later));
  await nothing();
  assert.equal(await registered(later), "Registered");
  const [shown] = (await lab.config("tenant-a/printer")).status?.networkConfig ?? [];
  assert.equal(shown?.reason, "NamespaceNotAllowed");

  await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, later, {
    metadata: { annotations: { "network.harvesterhci.io/allowed-namespaces": "tenant-a" } },
  });
  await lab.settle();
  assert.equal((await lab.addresses("tenant-a/printer")).length, 1);
  assert.deepEqual(Object.keys(await lab.allocations(later)), [mac(1)]);
  assert.equal(await registered("tenant-a/pool"), "NetworkAlreadyServed");
});
