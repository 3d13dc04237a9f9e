import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION, getCondition, type KubeObject } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { type Backup, backup, KINDS, removeAll, restore, type RestoreOptions } from "./backup.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";

const POOL = "default/net-48";
const VMS = 40;
const RANGE = { start: "192.168.48.101", end: "192.168.48.144" };

/** The life of a small cluster: VMs and reservations come and go, so that few have the address that their MAC address hashes to. */
async function lived(): Promise<Lab> {
  const lab = new Lab(7);
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await lab.create(IPPOOLS, pool(POOL, { pool: RANGE }));
  lab.start();
  for (let round = 0; round < 4; round++) {
    for (let n = round; n < VMS; n += 4) {
      await lab.create(VIRTUAL_MACHINES, vm(`default/old-${n}`, [{ mac: mac(1_000 + n) }]));
    }
    await lab.settle();
    for (let n = round; n < VMS; n += 4) {
      await lab.delete(VIRTUAL_MACHINES, `default/old-${n}`);
      await lab.settle();
      const name = `default/v-${String(n * 17 % VMS).padStart(2, "0")}`;
      const options = { mtu: 1_400 + n };
      const annotations = {
        "dhcp-options.network.harvesterhci.io/nic-1": JSON.stringify(options),
      };
      if (n % 8 === 0) {
        const nics = [{ macAddress: mac(n), ...(n % 3 ? { options } : {}) }];
        await lab.create(VMNETCFGS, reservation(name, nics));
      } else {
        const told = n % 3 ? { annotations } : {};
        await lab.create(VIRTUAL_MACHINES, vm(name, [{ mac: mac(n) }], told));
      }
    }
    await lab.settle();
    await lab.pass(400_000); // Every hold is over.
  }
  return lab;
}

/** Object -> its addresses, and what its NICs are told. */
async function addresses(lab: Lab): Promise<Readonly<Record<string, unknown>>> {
  const configs = (await lab.kube.of(VMNETCFGS).list()).items;
  const shown = await Promise.all(configs.map(async ({ metadata: { namespace, name }, status }) => {
    const key = `${namespace}/${name}`;
    const options = status?.networkConfig?.flatMap(({ options }) => options ?? []);
    return [key, [...await lab.addresses(key), ...options ?? []]] as const;
  }));
  return Object.fromEntries(shown);
}

async function reservations(lab: Lab): Promise<readonly string[]> {
  const { items } = await lab.kube.of(VMNETCFGS).list();
  return items.map(({ metadata }) => `default/${metadata.name}`);
}

/** Everything is deleted, the pool last, as with its namespace. */
async function lose(lab: Lab): Promise<void> {
  for (const resource of KINDS.toReversed()) {
    await removeAll(lab.kube, resource);
  }
  await lab.settle();
  await lab.pass(5_000);
  for (const resource of KINDS) {
    assert.deepEqual((await lab.kube.of(resource).list()).items, [], resource.plural);
  }
}

const ORDERS: Readonly<Record<string, readonly (typeof KINDS)[number][]>> = {
  "pools, objects, VMs, as Velero sorts them": [IPPOOLS, VMNETCFGS, VIRTUAL_MACHINES],
  "objects, VMs, pools last": [VMNETCFGS, VIRTUAL_MACHINES, IPPOOLS],
};
const WAYS: Readonly<Record<string, RestoreOptions>> = {
  "without status": {},
  "with status": { status: true },
};

for (const [order, kinds] of Object.entries(ORDERS)) {
  for (const [way, options] of Object.entries(WAYS)) {
    Deno.test(`S4: everything deleted and restored ${way}, ${order}: no address changes`, async () => {
      await using lab = await lived();
      const before = await addresses(lab);
      assert.equal(Object.keys(before).length, VMS);
      const kept = new Map<string, Backup>();
      for (const resource of KINDS) kept.set(resource.plural, await backup(lab.kube, resource));
      await lose(lab);
      for (const resource of kinds) {
        const objects = kept.get(resource.plural) ?? [];
        const half = objects.length >> 1;
        // The controller works while the restore goes on.
        await restore(lab.kube, { resource, objects: objects.slice(0, half) }, options);
        await lab.settle();
        await restore(lab.kube, { resource, objects: objects.slice(half) }, options);
        await lab.settle();
      }
      await lab.pass(10_000);
      assert.deepEqual(await addresses(lab), before);
      await assertConsistent(lab, await reservations(lab));
    });
  }
}

Deno.test("S4: what a tool applies with owners that are gone is made again by its VM, with its address", async () => {
  await using lab = await lived();
  const before = await addresses(lab);
  const objects = await backup(lab.kube, VMNETCFGS);
  const vms = await backup(lab.kube, VIRTUAL_MACHINES);
  await removeAll(lab.kube, VIRTUAL_MACHINES);
  await removeAll(lab.kube, VMNETCFGS);
  await lab.pass(5_000);
  await restore(lab.kube, { resource: VMNETCFGS, objects }, { owners: true });
  await lab.pass(5_000);
  await restore(lab.kube, { resource: VIRTUAL_MACHINES, objects: vms });
  await lab.pass(10_000);
  assert.deepEqual(await addresses(lab), before);
});

Deno.test("S4: GitOps: VMs, networks and reservations deleted and applied again within the hold keep their addresses", async () => {
  await using lab = await lived();
  const before = await addresses(lab);
  const vms = await backup(lab.kube, VIRTUAL_MACHINES);
  const networks = await backup(lab.kube, NETWORK_ATTACHMENT_DEFINITIONS);
  const byHand = (await lab.kube.of(VMNETCFGS).list()).items
    .filter(({ metadata }) => metadata.ownerReferences === undefined)
    .map(({ metadata: { annotations: _, finalizers: __, ...metadata }, status: ___, ...rest }) => ({
      ...rest,
      metadata,
    }));
  await removeAll(lab.kube, VIRTUAL_MACHINES);
  await removeAll(lab.kube, VMNETCFGS);
  await removeAll(lab.kube, NETWORK_ATTACHMENT_DEFINITIONS);
  await lab.pass(60_000);
  assert.deepEqual(await addresses(lab), {});
  await restore(lab.kube, { resource: VIRTUAL_MACHINES, objects: vms });
  await lab.settle();
  await restore(lab.kube, { resource: VMNETCFGS, objects: byHand });
  await restore(lab.kube, { resource: NETWORK_ATTACHMENT_DEFINITIONS, objects: networks });
  await lab.pass(10_000);
  assert.deepEqual(await addresses(lab), before);
});

Deno.test("S4: of two objects that note one address the older gets it, and the other says who has it", async () => {
  await using lab = await lived();
  const [pool] = await backup(lab.kube, IPPOOLS);
  const objects = await backup(lab.kube, VMNETCFGS);
  const [first, second] = objects.filter(({ metadata }) => metadata.ownerReferences === undefined);
  assert.ok(pool !== undefined && first !== undefined && second !== undefined);
  const [address] = await lab.addresses(`default/${first.metadata.name}`);
  const { [ADDRESSES_ANNOTATION]: note = "" } = second.metadata.annotations ?? {};
  const forged = note.replace(/"address":"[^"]*"/, `"address":"${address}"`);
  await lose(lab);
  await restore(lab.kube, { resource: VMNETCFGS, objects: [first] });
  await lab.pass(2_000); // Creation times have seconds.
  const copy = {
    ...second,
    metadata: { ...second.metadata, annotations: { [ADDRESSES_ANNOTATION]: forged } },
  };
  await restore(lab.kube, { resource: VMNETCFGS, objects: [copy] });
  await restore(lab.kube, { resource: IPPOOLS, objects: [pool] });
  await lab.settle();
  assert.deepEqual(await lab.addresses(`default/${first.metadata.name}`), [address]);
  const key = `default/${second.metadata.name}`;
  assert.notDeepEqual(await lab.addresses(key), [address]);
  const condition = getCondition((await lab.config(key)).status?.conditions, "AddressChanged");
  assert.equal(condition?.status, "True");
  assert.match(
    condition?.message ?? "",
    new RegExp(`now; ${address}, which it had, is taken by .*${first.metadata.name}`),
  );
  const told = (await lab.events(second.metadata.name ?? ""))
    .filter(({ reason }) => reason === "AddressChanged");
  assert.deepEqual(told.map(({ type }) => type), ["Warning"]);
});

Deno.test("S4: a NIC that waited for an address of another goes on waiting after a restore, though it comes first", async () => {
  await using lab = new Lab(3);
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await lab.create(IPPOOLS, pool(POOL, { pool: RANGE }));
  lab.start();
  await lab.create(VIRTUAL_MACHINES, vm("default/owner", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/moving", [{ mac: mac(2) }]));
  await lab.settle();
  const [taken = ""] = await lab.addresses("default/owner");
  const wish = { metadata: { annotations: { "static-ip.harvesterhci.io/nic-1": taken } } };
  await lab.patch(VIRTUAL_MACHINES, "default/moving", wish);
  await lab.create(VIRTUAL_MACHINES, vm("default/new", [{ mac: mac(3) }], wish.metadata));
  await lab.settle();
  const before = await addresses(lab);
  assert.deepEqual(before["default/new"], []);
  const kept = await Promise.all(KINDS.map((resource) => backup(lab.kube, resource)));
  await lose(lab);
  for (const [index, resource] of KINDS.entries()) {
    for (
      const object of (kept[index] ?? []).toSorted((a, b) =>
        (a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1
      )
    ) {
      await restore(lab.kube, { resource, objects: [object] });
      await lab.settle(); // "moving" and "new" are there before "owner".
    }
  }
  assert.deepEqual(await addresses(lab), before);
  await lab.pass(400_000);
  assert.deepEqual(await addresses(lab), before);
  await lab.delete(VIRTUAL_MACHINES, "default/owner");
  await lab.pass(10_000);
  assert.deepEqual(Object.values(await addresses(lab)).flat().includes(taken), true);
});

Deno.test("S4: what is noted of a NIC that is opted out outlives a restore that brings its VM later", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await lab.create(IPPOOLS, pool(POOL));
  lab.start();
  const noted = {
    "nic-1": { network: "default/net-48", macAddress: mac(1), address: "192.168.48.88" },
    "nic-2": { network: "default/net-48", macAddress: mac(2), address: "192.168.48.89" },
  };
  const restored = reservation("default/web", [{ macAddress: mac(1) }]) as KubeObject;
  const annotations = { [ADDRESSES_ANNOTATION]: JSON.stringify(noted) };
  await lab.create(VMNETCFGS, { ...restored, metadata: { ...restored.metadata, annotations } });
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.88"]);
  const nics = [{ mac: mac(1) }, { mac: mac(2) }];
  const optOut = (value: string) => ({ "network.harvesterhci.io/managed-dhcp": value });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", nics, { annotations: optOut("nic-2") }));
  await lab.settle();
  await lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { annotations: optOut("") } });
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.88", "192.168.48.89"]);
});
