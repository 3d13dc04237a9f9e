import assert from "node:assert/strict";
import { tenancyReport } from "../../controller/once/tenancy_report.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";

const LAB = "tenant-b/lab";
const B = "tenant-b/vm";

/** A lab with the namespaces of two tenants. */
async function tenantsLab(seed?: number): Promise<Lab> {
  const lab = new Lab(seed);
  for (const name of ["tenant-a", "tenant-b"]) await lab.create(NAMESPACES, { metadata: { name } });
  return lab;
}

/** Tenant B's network with its pool, and a VM of B that has an address. */
async function labOfB(lab: Lab, options: { readonly running?: boolean } = {}): Promise<string> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(LAB));
  await lab.create(IPPOOLS, pool(LAB));
  await lab.create(VIRTUAL_MACHINES, vm(B, [{ network: LAB, mac: mac(1) }], options));
  await lab.settle();
  const [address = ""] = await lab.addresses(B);
  return address;
}

async function reasonOf(lab: Lab, key: string): Promise<string | undefined> {
  return (await lab.config(key)).status?.networkConfig?.[0]?.reason;
}

for (const running of [true, false]) {
  Deno.test(`T1: a ${running ? "running" : "stopped"} VM keeps its address from an older object of another tenant that is edited to its MAC address`, async () => {
    await using lab = await tenantsLab();
    await lab.create(VIRTUAL_MACHINES, vm("tenant-a/old", [{ network: LAB, mac: mac(7) }]));
    await lab.clock.advance(5_000);
    lab.start();
    const address = await labOfB(lab, { running });
    const old = vm("tenant-a/old", [{ network: LAB, mac: mac(1) }], {
      annotations: { "static-ip.harvesterhci.io/nic-1": "192.168.48.90" },
    });
    await lab.patch(VIRTUAL_MACHINES, "tenant-a/old", old);
    await lab.settle();
    assert.deepEqual(await lab.addresses(B), [address]);
    assert.equal((await lab.allocations(LAB))[mac(1)], address);
    assert.equal(await reasonOf(lab, "tenant-a/old"), "DuplicateMAC");
    const events = await lab.events("old");
    assert.ok(events.some(({ reason }) => reason === "DuplicateMAC"));
    await lab.delete(VIRTUAL_MACHINES, "tenant-a/old");
    await lab.pass(5_000);
    assert.deepEqual(await lab.addresses(B), [address]);
  });
}

Deno.test("T1: a reservation keeps its address from another tenant, also over a restart of the controller", async () => {
  await using lab = await tenantsLab();
  const first = lab.start();
  await lab.create(IPPOOLS, pool(LAB));
  await lab.create(
    VMNETCFGS,
    reservation("tenant-b/printer", [{ networkName: LAB, macAddress: mac(1) }]),
  );
  await lab.settle();
  const [address = ""] = await lab.addresses("tenant-b/printer");
  await first.stop();
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/vm", [{ network: LAB, mac: mac(1) }]));
  await lab.create(
    VMNETCFGS,
    reservation("tenant-a/r", [{ networkName: LAB, macAddress: mac(1) }]),
  );
  lab.start();
  await lab.settle();
  assert.deepEqual(await lab.addresses("tenant-b/printer"), [address]);
  assert.equal(await reasonOf(lab, "tenant-a/vm"), "DuplicateMAC");
  assert.equal(await reasonOf(lab, "tenant-a/r"), "DuplicateMAC");
});

Deno.test("T2: of two VMs made within one second the second never takes the address from the first, which runs", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    await using lab = await tenantsLab(seed);
    lab.start();
    await lab.create(IPPOOLS, pool("default/net-48"));
    await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(1) }]));
    await lab.settle();
    const [address] = await lab.addresses("default/first");
    await lab.create(VIRTUAL_MACHINES, vm("default/second", [{ mac: mac(1) }]));
    await lab.settle();
    const [first, second] = [await lab.config("default/first"), await lab.config("default/second")];
    assert.equal(first.metadata.creationTimestamp, second.metadata.creationTimestamp);
    assert.deepEqual(await lab.addresses("default/first"), [address]);
    assert.equal(await reasonOf(lab, "default/second"), "DuplicateMAC");
  }
});

Deno.test("T7: a pool of another namespace gives way to the network's own, and nobody loses an address", async () => {
  await using lab = await tenantsLab();
  lab.start();
  const evil = pool("tenant-a/evil", { router: "192.168.48.66" }, { networkName: LAB });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(LAB));
  await lab.create(IPPOOLS, evil);
  await lab.create(VIRTUAL_MACHINES, vm(B, [{ network: LAB, mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses(B);
  await lab.pass(60_000);
  await lab.create(IPPOOLS, pool(LAB, { pool: { start: "192.168.48.10", end: "192.168.48.20" } }));
  await lab.settle();
  assert.deepEqual(await lab.addresses(B), [address]);
  assert.deepEqual(await lab.allocations(LAB), { [mac(1)]: address });
  const registered = async (key: string) =>
    (await lab.pool(key)).status?.conditions?.find(({ type }) => type === "Registered");
  assert.equal((await registered(LAB))?.status, "True");
  assert.equal(
    (await registered("tenant-a/evil"))?.message,
    "Network tenant-b/lab is served by IPPool tenant-b/lab, which is of the network's own namespace",
  );
  const nadNow = await lab.get(NETWORK_ATTACHMENT_DEFINITIONS, LAB);
  assert.equal(nadNow?.metadata.labels?.["network.harvesterhci.io/ippool-namespace"], "tenant-b");
  await lab.delete(IPPOOLS, "tenant-a/evil");
  await lab.settle();
  assert.equal(await lab.get(IPPOOLS, "tenant-a/evil"), undefined);
  assert.deepEqual(await lab.addresses(B), [address]);
});

Deno.test("T7: a pool of another tenant that is being deleted for ever keeps nobody's object from going", async () => {
  await using lab = await tenantsLab();
  lab.start();
  await labOfB(lab);
  const evil = pool("tenant-a/evil", {}, { networkName: LAB }) as { metadata: object };
  await lab.create(IPPOOLS, {
    ...evil,
    metadata: { ...evil.metadata, finalizers: ["a.example/keep"] },
  });
  await lab.settle();
  await lab.delete(IPPOOLS, "tenant-a/evil");
  await lab.settle();
  await lab.delete(VIRTUAL_MACHINES, B);
  await lab.pass(5_000);
  assert.equal(await lab.get(VMNETCFGS, B), undefined);
});

Deno.test("T7: where tenants are isolated, nothing of another namespace counts until the network names it", async () => {
  await using lab = await tenantsLab();
  lab.start({ tenancy: "isolated" });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(LAB));
  await lab.create(IPPOOLS, pool("tenant-a/evil", {}, { networkName: LAB }));
  await lab.create(VIRTUAL_MACHINES, vm(B, [{ network: LAB, mac: mac(1) }]));
  await lab.settle();
  const registered = (await lab.pool("tenant-a/evil")).status?.conditions
    ?.find(({ type }) => type === "Registered");
  assert.equal(registered?.reason, "NamespaceNotAllowed");
  assert.ok((await lab.events("evil")).some(({ reason }) => reason === "NamespaceNotAllowed"));
  assert.deepEqual((await lab.config(B)).spec.networkConfig, []);

  await lab.create(IPPOOLS, pool(LAB));
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/vm", [{ network: LAB, mac: mac(2) }]));
  await lab.settle();
  assert.equal((await lab.addresses(B)).length, 1);
  assert.equal(await reasonOf(lab, "tenant-a/vm"), "NamespaceNotAllowed");
  assert.ok((await lab.events("vm")).some(({ reason }) => reason === "NamespaceNotAllowed"));

  const allowed = { "network.harvesterhci.io/allowed-namespaces": "tenant-c,tenant-a" };
  await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, LAB, { metadata: { annotations: allowed } });
  await lab.settle();
  assert.equal((await lab.addresses("tenant-a/vm")).length, 1);
});

Deno.test("where tenants are isolated, a VM of another namespace that waits on the network keeps no pool from going", async () => {
  await using lab = await tenantsLab();
  lab.start({ tenancy: "isolated" });
  await labOfB(lab);
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/vm", [{ network: LAB, mac: mac(2) }]));
  await lab.settle();
  assert.equal(await reasonOf(lab, "tenant-a/vm"), "NamespaceNotAllowed");
  await lab.delete(IPPOOLS, LAB);
  await lab.settle();
  assert.equal((await lab.addresses(B)).length, 1, "Who has an address is not left without a pool");
  await lab.delete(VIRTUAL_MACHINES, B);
  await lab.settle();
  assert.equal(await lab.get(IPPOOLS, LAB), undefined);
  await lab.delete(VIRTUAL_MACHINES, "tenant-a/vm");
  await lab.settle();
  assert.equal(await lab.get(VMNETCFGS, "tenant-a/vm"), undefined);
});

Deno.test("what is served when tenants are isolated keeps its address and is listed, and what asks anew is refused", async () => {
  await using lab = await tenantsLab();
  const shared = lab.start();
  await labOfB(lab);
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/vm", [{ network: LAB, mac: mac(2) }]));
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("tenant-b/bare"));
  await lab.create(IPPOOLS, pool("tenant-a/foreign", {}, { networkName: "tenant-b/bare" }));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("tenant-b/bare", [{ network: "tenant-b/bare", mac: mac(3) }]),
  );
  await lab.settle();
  const before = [await lab.addresses("tenant-a/vm"), await lab.addresses("tenant-b/bare")];
  assert.deepEqual(before.map(({ length }) => length), [1, 1]);
  await shared.stop();
  lab.start({ tenancy: "isolated" });
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/new", [{ network: LAB, mac: mac(4) }]));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("tenant-b/new", [{ network: "tenant-b/bare", mac: mac(5) }]),
  );
  await lab.settle();
  assert.deepEqual(
    [await lab.addresses("tenant-a/vm"), await lab.addresses("tenant-b/bare")],
    before,
  );
  assert.equal(await reasonOf(lab, "tenant-a/vm"), undefined);
  assert.equal(await reasonOf(lab, "tenant-a/new"), "NamespaceNotAllowed");
  assert.equal(await reasonOf(lab, "tenant-b/new"), "NamespaceNotAllowed");
  const why = (network: string) =>
    `namespace tenant-a may not use network ${network}: ` +
    "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it";
  assert.equal(
    await tenancyReport(lab.rest(), "isolated"),
    "Tenants: 2 use a network that is not theirs, and keep what they have\n" +
      `  ippools tenant-a/foreign keeps what it gave: ${why("tenant-b/bare")}\n` +
      `  virtualmachinenetworkconfigs tenant-a/vm: ${mac(2)} keeps ${before[0]}: ${why(LAB)}\n`,
  );
  assert.equal(await tenancyReport(lab.rest(), "shared"), "");
  await lab.delete(VIRTUAL_MACHINES, "tenant-b/bare");
  await lab.pass(5_000);
  assert.equal(await reasonOf(lab, "tenant-b/new"), "NoPool");
});

Deno.test("T8: reservations of another tenant take no more of a pool than it lets them", async () => {
  await using lab = await tenantsLab();
  lab.start();
  await lab.create(IPPOOLS, pool(LAB, {}, { limits: { perNamespace: 3 } }));
  const nics = (from: number) =>
    Array.from({ length: 32 }, (_, index) => ({ networkName: LAB, macAddress: mac(from + index) }));
  await lab.create(VMNETCFGS, reservation("tenant-a/one", nics(100)));
  await lab.create(VMNETCFGS, reservation("tenant-a/two", nics(200)));
  await lab.settle();
  assert.equal(Object.keys(await lab.allocations(LAB)).length, 3);
  const refused = (await lab.config("tenant-a/two")).status?.networkConfig ?? [];
  assert.ok(refused.every(({ reason }) => reason === "NamespaceLimit"));
  await lab.create(VIRTUAL_MACHINES, vm(B, [{ network: LAB, mac: mac(1) }]));
  await lab.settle();
  assert.equal((await lab.addresses(B)).length, 1);
});

Deno.test("a pool that goes waits for nobody who may not use its network, unless that one has an address", async () => {
  await using lab = await tenantsLab();
  const shared = lab.start();
  await labOfB(lab);
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/vm", [{ network: LAB, mac: mac(2) }]));
  await lab.settle();
  await shared.stop();
  lab.start({ tenancy: "isolated" });
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/new", [{ network: LAB, mac: mac(4) }]));
  await lab.delete(VIRTUAL_MACHINES, B);
  await lab.pass(5_000);
  assert.equal(await reasonOf(lab, "tenant-a/new"), "NamespaceNotAllowed");
  await lab.delete(IPPOOLS, LAB);
  await lab.settle();
  const stopped = (await lab.pool(LAB)).status?.conditions?.find(({ type }) => type === "Stopped");
  assert.equal(
    stopped?.message,
    "Deletion waits for VirtualMachineNetworkConfig tenant-a/vm",
  );
  await lab.delete(VIRTUAL_MACHINES, "tenant-a/vm");
  await lab.pass(5_000);
  assert.equal(await lab.get(IPPOOLS, LAB), undefined);
});

Deno.test("a pool that may not serve its network goes at once, whoever names the network", async () => {
  await using lab = await tenantsLab();
  lab.start({ tenancy: "isolated" });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(LAB));
  await lab.create(IPPOOLS, pool("tenant-a/evil", {}, { networkName: LAB }));
  const nic = { networkName: LAB, macAddress: mac(1) };
  await lab.create(VMNETCFGS, reservation("tenant-b/printer", [nic]));
  await lab.settle();
  await lab.delete(IPPOOLS, "tenant-a/evil");
  await lab.settle();
  assert.equal(await lab.get(IPPOOLS, "tenant-a/evil"), undefined);
});

Deno.test("names of NTP servers of a NIC are told to nobody but the pool that serves it", async () => {
  await using lab = await tenantsLab();
  const asked: string[] = [];
  const resolveHost = (name: string) => {
    asked.push(name);
    return Promise.resolve(["10.0.0.1"]);
  };
  lab.start({ tenancy: "isolated", resolveHost });
  await lab.create(IPPOOLS, pool("tenant-a/spy", {}, { networkName: LAB }));
  await labOfB(lab);
  const annotations = (name: string) => ({
    "dhcp-options.network.harvesterhci.io/nic-1": JSON.stringify({ ntp: [name] }),
  });
  const nic = (n: number, name: string) =>
    [[{ network: LAB, mac: mac(n) }], { annotations: annotations(name) }] as const;
  await lab.create(VIRTUAL_MACHINES, vm("tenant-b/own", ...nic(2, "own.example")));
  await lab.create(VIRTUAL_MACHINES, vm("tenant-a/stranger", ...nic(3, "stranger.example")));
  await lab.settle();
  const told = async (key: string) => (await lab.pool(key)).status?.ipv4?.ntpServers;
  assert.deepEqual(await told("tenant-a/spy"), undefined);
  assert.deepEqual(await told(LAB), { "own.example": ["10.0.0.1"] });
  assert.deepEqual(asked, ["own.example"]);
});
