import assert from "node:assert/strict";
import { getCondition } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, nad, pool, type TestNic, vm, vmi, vmiSpec } from "./objects.ts";
import { ready } from "./ready.ts";

const BACK = "default/net-50";

/** As {@linkcode ready}, with a second network and pool, 10.50.0.0/24. */
async function twoNetworks(): Promise<Lab> {
  const lab = await ready();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(BACK));
  await lab.create(
    IPPOOLS,
    pool(BACK, { cidr: "10.50.0.0/24", serverIP: "10.50.0.1", pool: {} }),
  );
  await lab.settle();
  return lab;
}

async function setNics(lab: Lab, key: string, nics: readonly TestNic[]): Promise<void> {
  await lab.patch(VIRTUAL_MACHINES, key, { spec: { template: { spec: vmiSpec(nics) } } });
  await lab.settle();
}

Deno.test("a NIC without a pool is skipped, and does not keep the others from their addresses", async () => {
  await using lab = await twoNetworks();
  const nics = [{ mac: mac(1) }, { network: "default/unmanaged", mac: mac(2) }, {
    network: BACK,
    mac: mac(3),
  }];
  await lab.create(VIRTUAL_MACHINES, vm("default/web", nics));
  await lab.settle();
  assert.deepEqual((await lab.config("default/web")).spec.networkConfig, [
    { networkName: "default/net-48", macAddress: mac(1) },
    { networkName: BACK, macAddress: mac(3) },
  ]);
  assert.equal((await lab.addresses("default/web")).length, 2);
  const told = await lab.events("web");
  assert.ok(
    told.some(({ reason, message }) =>
      reason === "NoPool" &&
      message === "No IPPool serves network default/unmanaged of NIC nic-2"
    ),
  );
});

Deno.test("E2: a VM on the pod network gets no object, one on a network without a pool one that says so", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/pod", [{ network: "pod", mac: mac(1) }]));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/other", [{ network: "default/unmanaged", mac: mac(2) }]),
  );
  await lab.settle();
  const { items } = await lab.kube.of(VMNETCFGS).list();
  assert.deepEqual(
    items.map(({ metadata: { name, finalizers }, spec, status }) => ({
      name,
      finalizers,
      nics: spec.networkConfig,
      unserved: status?.unserved,
      allocated: getCondition(status?.conditions, "Allocated")?.reason,
    })),
    [{
      name: "other",
      finalizers: undefined, // It holds nothing that would have to be given back.
      nics: [],
      unserved: [{
        name: "nic-1",
        networkName: "default/unmanaged",
        macAddress: mac(2),
        reason: "NoPool",
        message: "No IPPool serves network default/unmanaged",
      }],
      allocated: "NoPool",
    }],
  );
  await lab.delete(VIRTUAL_MACHINES, "default/other");
  await lab.pass(5_000);
  assert.deepEqual((await lab.kube.of(VMNETCFGS).list()).items, []);
});

Deno.test("E2: a NIC that is opted out gives its address back and keeps a row as long as that lasts", async () => {
  await using lab = await ready();
  const nics = [{ mac: mac(1) }, { mac: mac(2) }];
  await lab.create(VIRTUAL_MACHINES, vm("default/web", nics));
  await lab.settle();
  const setManaged = async (value: string | null) => {
    const annotations = { "network.harvesterhci.io/managed-dhcp": value };
    await lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { annotations } });
    await lab.settle();
    const { status } = await lab.config("default/web");
    const { status: is, reason } = getCondition(status?.conditions, "Allocated") ?? {};
    return {
      macs: Object.keys(await lab.allocations("default/net-48")).sort(),
      unserved: status?.unserved?.map(({ name, reason }) => `${name} ${reason}`),
      allocated: `${is} ${reason}`,
    };
  };
  assert.deepEqual(await setManaged("nic-2"), {
    macs: [mac(1)],
    unserved: ["nic-2 OptedOut"],
    allocated: "True Allocated",
  });
  assert.deepEqual(await setManaged("false"), {
    macs: [],
    unserved: ["nic-1 OptedOut", "nic-2 OptedOut"],
    allocated: "False OptedOut",
  });
  assert.deepEqual(await setManaged(null), {
    macs: [mac(1), mac(2)],
    unserved: undefined,
    allocated: "True Allocated",
  });
});

Deno.test("E2: a row goes when a pool is made for its network, and comes when the pool goes", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ network: BACK, mac: mac(1) }]));
  await lab.settle();
  const reasons = async () =>
    (await lab.config("default/web")).status?.unserved?.map(({ reason }) => reason);
  assert.deepEqual(await reasons(), ["NoPool"]);
  await lab.create(IPPOOLS, pool(BACK, { cidr: "10.50.0.0/24", serverIP: "10.50.0.1", pool: {} }));
  await lab.settle();
  assert.deepEqual(await reasons(), undefined);
  assert.equal((await lab.addresses("default/web")).length, 1);
});

Deno.test("a pool that is made after the VM serves it within 5 seconds", async () => {
  await using lab = await ready();
  const nics = [{ mac: mac(1) }, { network: BACK, mac: mac(2) }];
  await lab.create(VIRTUAL_MACHINES, vm("default/web", nics));
  await lab.settle();
  await lab.create(IPPOOLS, pool(BACK, { cidr: "10.50.0.0/24", serverIP: "10.50.0.1", pool: {} }));
  const before = lab.clock.now();
  await lab.settle();
  assert.ok(lab.clock.now() - before <= 5_000);
  assert.equal((await lab.addresses("default/web")).length, 2);
});

Deno.test("an added NIC gets an address, a removed one gives its own back", async () => {
  await using lab = await twoNetworks();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const first = (await lab.allocations("default/net-48"))[mac(1)];
  await setNics(lab, "default/web", [{ mac: mac(1) }, { network: BACK, mac: mac(2) }]);
  assert.equal((await lab.addresses("default/web")).length, 2);
  await setNics(lab, "default/web", [{ mac: mac(1) }]);
  assert.deepEqual(await lab.addresses("default/web"), [first]);
  assert.deepEqual(await lab.allocations(BACK), {});
});

Deno.test("the last NIC removed gives its address back, and the object goes", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  await setNics(lab, "default/web", []);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
});

Deno.test("a NIC moved to another network with its MAC address is freed there and served here", async () => {
  await using lab = await twoNetworks();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  await setNics(lab, "default/web", [{ network: BACK, mac: mac(1) }]);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
  assert.deepEqual(await lab.addresses("default/web"), Object.values(await lab.allocations(BACK)));
  assert.equal((await lab.config("default/web")).status?.networkConfig?.length, 1);
});

Deno.test("a changed MAC address releases and allocates in one write of the pool", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = (await lab.writes())["update ippools/status 200"] ?? 0;
  await setNics(lab, "default/web", [{ mac: mac(2) }]);
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(2)]);
  assert.equal((await lab.writes())["update ippools/status 200"], before + 1);
});

Deno.test("the order of NICs in the VM does not matter", async () => {
  await using lab = await twoNetworks();
  const nics = [{ name: "a", mac: mac(1) }, { name: "b", network: BACK, mac: mac(2) }];
  await lab.create(VIRTUAL_MACHINES, vm("default/web", nics));
  await lab.settle();
  const before = await lab.config("default/web");
  await setNics(lab, "default/web", nics.toReversed());
  assert.deepEqual(await lab.config("default/web"), before);
});

Deno.test("a NIC added to the running instance alone gets its address", async () => {
  await using lab = await twoNetworks();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINE_INSTANCES, vmi("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const nics = [{ mac: mac(1) }, { network: BACK, mac: mac(2) }];
  await lab.patch(VIRTUAL_MACHINE_INSTANCES, "default/web", { spec: vmiSpec(nics) });
  await lab.settle();
  assert.equal((await lab.addresses("default/web")).length, 2);
});

Deno.test("a MAC address that only the instance knows is kept while the VM is stopped", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{}]));
  await lab.settle();
  assert.deepEqual((await lab.config("default/web")).spec.networkConfig, []);
  await lab.create(VIRTUAL_MACHINE_INSTANCES, vmi("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.addresses("default/web");
  assert.equal(before.length, 1);
  await lab.patch(VIRTUAL_MACHINES, "default/web", { spec: { running: false } });
  await lab.delete(VIRTUAL_MACHINE_INSTANCES, "default/web");
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), before);
});

Deno.test("a MAC address in the annotation serves, in any spelling", async () => {
  await using lab = await ready();
  const annotations = {
    "harvesterhci.io/mac-address": JSON.stringify({ "nic-1": "52-54-00-00-00-0A" }),
  };
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{}], { annotations }));
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: "5254.0000.000B" }]));
  await lab.settle();
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")).sort(), [mac(10), mac(11)]);
});

Deno.test("an opted-out VM, NIC or namespace gets nothing, and gives back what it had", async () => {
  await using lab = await ready();
  const annotation = "network.harvesterhci.io/managed-dhcp";
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/b", [{ name: "x", mac: mac(2) }, { name: "y", mac: mac(3) }]),
  );
  await lab.create(NAMESPACES, { metadata: { name: "tenant" } });
  await lab.create(VIRTUAL_MACHINES, vm("tenant/c", [{ mac: mac(4) }]));
  await lab.settle();
  assert.equal(Object.keys(await lab.allocations("default/net-48")).length, 4);
  await lab.patch(VIRTUAL_MACHINES, "default/a", {
    metadata: { annotations: { [annotation]: "false" } },
  });
  await lab.patch(VIRTUAL_MACHINES, "default/b", {
    metadata: { annotations: { [annotation]: "y" } },
  });
  await lab.patch(NAMESPACES, "tenant", { metadata: { labels: { [annotation]: "false" } } });
  await lab.settle();
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(2)]);
  await lab.patch(NAMESPACES, "tenant", { metadata: { labels: { [annotation]: null } } });
  await lab.settle();
  assert.equal((await lab.addresses("tenant/c")).length, 1);
});

Deno.test("a static address is given, moved, and kept when it is no longer asked for", async () => {
  await using lab = await ready();
  const key = "static-ip.harvesterhci.io/nic-1";
  const ask = async (address: string | null) => {
    await lab.patch(VIRTUAL_MACHINES, "default/web", {
      metadata: { annotations: { [key]: address } },
    });
    await lab.settle();
    return await lab.addresses("default/web");
  };
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }], { annotations: { [key]: "192.168.48.85" } }),
  );
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.85"]);
  assert.deepEqual(await ask("192.168.48.200"), ["192.168.48.200"]);
  assert.deepEqual(await ask(null), ["192.168.48.200"]);
  assert.equal((await lab.config("default/web")).spec.networkConfig?.[0]?.ipAddress, undefined);
});

Deno.test("a static address that cannot be had is told in the condition and on the VM", async () => {
  await using lab = await ready();
  const annotations = { "static-ip.harvesterhci.io/nic-1": "10.0.0.1" };
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }], { annotations }));
  await lab.settle();
  const condition = getCondition((await lab.config("default/web")).status?.conditions, "Allocated");
  assert.equal(condition?.status, "False");
  assert.equal(condition?.reason, "AddressOutsideNetwork");
  assert.match(condition?.message ?? "", /10\.0\.0\.1/);
  const told = await lab.events("web");
  const kinds = told.filter(({ reason }) => reason === "AddressOutsideNetwork")
    .map(({ involvedObject }) => involvedObject.kind).sort();
  assert.deepEqual(kinds, ["VirtualMachine", "VirtualMachineNetworkConfig"]);
});

Deno.test("an unreadable static address keeps what the NIC has", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.addresses("default/web");
  const annotations = { "static-ip.harvesterhci.io/nic-1": "192.168.48.010" };
  await lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { annotations } });
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/web"), before);
  assert.ok((await lab.events("web")).some(({ reason }) => reason === "InvalidAddress"));
});

Deno.test("the second running VM with a MAC address is refused, and served when the first has gone", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.pass(2_000);
  await lab.create(VIRTUAL_MACHINES, vm("default/b", [{ mac: mac(1) }]));
  await lab.settle();
  const nic = (await lab.config("default/b")).status?.networkConfig?.[0];
  assert.equal(nic?.reason, "DuplicateMAC");
  assert.match(nic?.message ?? "", /default\/a/);
  await lab.patch(VIRTUAL_MACHINES, "default/a", { spec: { running: false } });
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/b"), await lab.addresses("default/a"));
  await lab.delete(VIRTUAL_MACHINES, "default/a");
  await lab.settle();
  assert.deepEqual(
    Object.values(await lab.allocations("default/net-48")),
    await lab.addresses("default/b"),
  );
});

Deno.test("a MAC address is free for another VM as soon as the instance that used it has ended", async () => {
  await using lab = await ready();
  const manual = { spec: { running: null, runStrategy: "Manual" } };
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.patch(VIRTUAL_MACHINES, "default/a", manual);
  await lab.create(VIRTUAL_MACHINE_INSTANCES, vmi("default/a", [{ mac: mac(1) }]));
  await lab.pass(2_000);
  await lab.create(VIRTUAL_MACHINES, vm("default/b", [{ mac: mac(1) }]));
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/b"), []);
  await lab.delete(VIRTUAL_MACHINE_INSTANCES, "default/a");
  await lab.settle();
  assert.deepEqual(await lab.addresses("default/b"), await lab.addresses("default/a"));
});

Deno.test("a network name without a namespace is one of the object's own namespace", async () => {
  await using lab = await ready();
  await lab.create(NAMESPACES, { metadata: { name: "tenant" } });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("tenant/net-48"));
  await lab.create(
    IPPOOLS,
    pool("tenant/other", { cidr: "10.9.0.0/24", serverIP: "10.9.0.1", pool: {} }, {
      networkName: "net-48",
    }),
  );
  await lab.create(VIRTUAL_MACHINES, vm("tenant/web", [{ network: "net-48", mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ network: "net-48", mac: mac(1) }]));
  await lab.settle();
  assert.match((await lab.addresses("tenant/web"))[0] ?? "", /^10\.9\./);
  assert.match((await lab.addresses("default/web"))[0] ?? "", /^192\.168\./);
});

Deno.test("a VM that cannot be read is told so, keeps what it has, and disturbs no other", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/odd", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.config("default/odd");
  await lab.patch(VIRTUAL_MACHINES, "default/odd", {
    spec: { template: { spec: { networks: { not: "a list" } } } },
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/good", [{ mac: mac(2) }]));
  await lab.settle();
  assert.deepEqual(await lab.config("default/odd"), before);
  assert.equal((await lab.addresses("default/good")).length, 1);
  const told = (await lab.events("odd")).find(({ reason }) => reason === "InvalidVirtualMachine");
  assert.match(told?.message ?? "", /spec\.template\.spec\.networks/);
});
