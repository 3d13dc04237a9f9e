import assert from "node:assert/strict";
import {
  getCondition,
  IPPOOL_FINALIZER,
  IPPOOL_NAME_LABEL,
  IPPOOL_NAMESPACE_LABEL,
} from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

async function condition(lab: Lab, key: string, type: string): Promise<string> {
  const found = getCondition((await lab.pool(key)).status?.conditions, type);
  return `${found?.status} ${found?.reason}`;
}

Deno.test("a new pool has its finalizer, its marks, its counts and all conditions", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(
    IPPOOLS,
    pool("default/net-48", {
      router: "192.168.48.82",
      pool: { start: "192.168.48.81", end: "192.168.48.90", exclude: ["192.168.48.90"] },
    }),
  );
  lab.start();
  await lab.settle();
  const { metadata, status } = await lab.pool("default/net-48");
  assert.deepEqual(metadata.finalizers, [IPPOOL_FINALIZER]);
  assert.deepEqual(status?.ipv4, {
    allocated: { "192.168.48.82": "RESERVED", "192.168.48.90": "EXCLUDED" },
    used: 0,
    available: 8,
  });
  const states = status?.conditions?.map(({ type, status, reason }) =>
    `${type}=${status} ${reason}`
  );
  assert.deepEqual(states, [
    "Registered=True Registered",
    "CacheReady=True Planned",
    "AgentReady=False NoAgent",
    "Stopped=False Running",
    "Ready=False NoAgent",
  ]);
  const { labels } = (await lab.get(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-48"))?.metadata ??
    {};
  assert.deepEqual(labels, { [IPPOOL_NAME_LABEL]: "net-48", [IPPOOL_NAMESPACE_LABEL]: "default" });
});

Deno.test("a pool whose ends and server are left out is planned with the defaults, its spec untouched", async () => {
  await using lab = await ready();
  const made = await lab.create(IPPOOLS, {
    metadata: { namespace: "default", name: "bare" },
    spec: { networkName: "default/bare", ipv4Config: { cidr: "10.7.0.0/30" } },
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ network: "default/bare", mac: mac(1) }]));
  await lab.settle();
  const { spec, status } = await lab.pool("default/bare");
  assert.deepEqual(spec, made.spec);
  assert.deepEqual(status?.ipv4, {
    allocated: { "10.7.0.1": "RESERVED", "10.7.0.2": mac(1) },
    used: 1,
    available: 0,
  });
});

Deno.test("a pool with a bad CIDR says so, and disturbs no other", async () => {
  await using lab = await ready();
  await lab.create(IPPOOLS, pool("default/bad", { cidr: "192.168.300.0/24", pool: {} }));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }, { network: "default/bad", mac: mac(2) }]),
  );
  await lab.settle();
  assert.equal(await condition(lab, "default/bad", "CacheReady"), "False PoolInvalid");
  const message = getCondition((await lab.pool("default/bad")).status?.conditions, "CacheReady")
    ?.message;
  assert.match(message ?? "", /spec\.ipv4Config\.cidr.*192\.168\.300\.0\/24/);
  const nics = (await lab.config("default/web")).status?.networkConfig;
  assert.deepEqual(nics?.map(({ state, reason }) => reason ?? state), ["Allocated", "PoolInvalid"]);
  assert.ok((await lab.events("bad")).some(({ reason }) => reason === "PoolInvalid"));
  assert.ok((await lab.events("web")).some(({ reason }) => reason === "PoolInvalid"));
});

Deno.test("a pool with an option that cannot be sent says so, and gives addresses nevertheless", async () => {
  await using lab = await ready();
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { dns: ["fe80::1"] } } });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.equal(await condition(lab, "default/net-48", "CacheReady"), "True InvalidOptions");
  assert.equal((await lab.addresses("default/web")).length, 1);
});

Deno.test("of two pools on one network the younger is refused, and serves when the older has gone", async () => {
  await using lab = await ready();
  await lab.pass(2_000);
  await lab.create(IPPOOLS, pool("default/younger", {}, { networkName: "default/net-48" }));
  await lab.settle();
  assert.equal(await condition(lab, "default/younger", "Registered"), "False NetworkAlreadyServed");
  assert.equal(await condition(lab, "default/net-48", "Registered"), "True Registered");
  assert.ok((await lab.events("younger")).some(({ reason }) => reason === "NetworkAlreadyServed"));
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.equal(await lab.get(IPPOOLS, "default/net-48"), undefined);
  assert.equal(await condition(lab, "default/younger", "Registered"), "True Registered");
  assert.deepEqual(Object.keys(await lab.allocations("default/younger")), [mac(1)]);
  const { labels } = (await lab.get(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-48"))?.metadata ??
    {};
  assert.equal(labels?.[IPPOOL_NAME_LABEL], "younger");
});

for (
  const [name, key] of [
    ["named as its network, in its namespace", "default/net-99"],
    ["named otherwise, in its namespace", "default/other"],
    ["named as its network, in another namespace", "pools/net-99"],
    ["named otherwise, in another namespace", "pools/other"],
  ] as const
) {
  Deno.test(`a pool ${name}, serves it and is kept while it is used`, async () => {
    await using lab = await ready();
    await lab.create(NAMESPACES, { metadata: { name: "pools" } });
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-99"));
    await lab.create(IPPOOLS, pool(key, {}, { networkName: "default/net-99" }));
    await lab.create(
      VIRTUAL_MACHINES,
      vm("default/web", [{ network: "default/net-99", mac: mac(1) }]),
    );
    await lab.settle();
    assert.deepEqual(await lab.addresses("default/web"), Object.values(await lab.allocations(key)));
    await lab.delete(IPPOOLS, key);
    await lab.settle();
    assert.equal(await condition(lab, key, "Stopped"), "False PoolInUse");
    assert.equal((await lab.addresses("default/web")).length, 1);
    const told = (await lab.events(key.split("/")[1] ?? "")).find(({ reason }) =>
      reason === "PoolInUse"
    );
    assert.match(told?.message ?? "", /default\/web/);
    await lab.delete(VIRTUAL_MACHINES, "default/web");
    await lab.settle();
    assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
    assert.equal(await lab.get(IPPOOLS, key), undefined);
    const { labels } =
      (await lab.get(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-99"))?.metadata ?? {};
    assert.deepEqual(labels ?? {}, {});
  });
}

Deno.test("VMs are told at once that their pool is being deleted, while they keep what they have", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.settle();
  const told = async () => (await lab.events("a")).map(({ reason }) => reason);
  assert.ok(!(await told()).includes("NoPool"), String(await told()));
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.settle();
  assert.ok((await told()).includes("NoPool"), String(await told()));
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(1)]);
});

Deno.test("a pool that is being deleted takes nobody new", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.settle();
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.create(VIRTUAL_MACHINES, vm("default/b", [{ mac: mac(2) }]));
  await lab.settle();
  const { spec, status } = await lab.config("default/b");
  assert.deepEqual(spec.networkConfig, []);
  assert.deepEqual(status?.unserved?.map(({ reason }) => reason), ["NoPool"]);
  assert.deepEqual(Object.keys(await lab.allocations("default/net-48")), [mac(1)]);
});

Deno.test("an exhausted pool tells why, and heals when it grows", async () => {
  await using lab = await ready();
  await lab.patch(IPPOOLS, "default/net-48", {
    spec: { ipv4Config: { pool: { end: "192.168.48.82" } } },
  });
  for (let n = 1; n <= 3; n++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
    await lab.pass(1_000);
  }
  const nic = (await lab.config("default/vm-3")).status?.networkConfig?.[0];
  assert.equal(nic?.reason, "PoolExhausted");
  assert.equal(await condition(lab, "default/net-48", "CacheReady"), "True PoolExhausted");
  for (const name of ["vm-3", "net-48"]) {
    assert.ok((await lab.events(name)).some(({ reason }) => reason === "PoolExhausted"), name);
  }
  await lab.patch(IPPOOLS, "default/net-48", {
    spec: { ipv4Config: { pool: { end: "192.168.48.90" } } },
  });
  await lab.settle();
  assert.equal((await lab.addresses("default/vm-3")).length, 1);
  assert.equal(await condition(lab, "default/net-48", "CacheReady"), "True Planned");
});

Deno.test("an exclude on an address in use is deferred, never taken from its VM", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses("default/web");
  await lab.patch(IPPOOLS, "default/net-48", {
    spec: { ipv4Config: { pool: { exclude: [address] } } },
  });
  await lab.settle();
  assert.equal((await lab.pool("default/net-48")).status?.ipv4?.allocated?.[address], mac(1));
  assert.ok((await lab.events("net-48")).some(({ reason }) => reason === "ExcludeDeferred"));
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.settle();
  assert.equal((await lab.pool("default/net-48")).status?.ipv4?.allocated?.[address], "EXCLUDED");
});

Deno.test("a record that nobody claims is freed at the second sighting, and told", async () => {
  await using lab = await ready();
  const { status } = await lab.pool("default/net-48");
  await lab.kube.of(IPPOOLS).patch({ namespace: "default", name: "net-48" }, {
    type: "merge",
    body: {
      status: { ipv4: { ...status?.ipv4, allocated: { "192.168.48.85": mac(9) }, used: 1 } },
    } as never,
  }, { subresource: "status" });
  await lab.settle();
  assert.deepEqual(await lab.allocations("default/net-48"), { [mac(9)]: "192.168.48.85" });
  await lab.pass(120_000);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
  assert.ok((await lab.events("net-48")).some(({ reason }) => reason === "OrphanReleased"));
});

Deno.test("a VM whose object was removed by force keeps its address, however long the object is refused", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const before = await lab.allocations("default/net-48");
  const config = await lab.config("default/web");
  // One that is for another VM stands in the way of the new one.
  await lab.patch(VMNETCFGS, "default/web", { metadata: { finalizers: null } });
  await lab.kube.of(VMNETCFGS).delete({ namespace: "default", name: "web" });
  await lab.create(VMNETCFGS, {
    metadata: config.metadata.name && { namespace: "default", name: "web" },
    spec: { vmName: "db", networkConfig: [] },
  });
  await lab.pass(600_000);
  assert.deepEqual(await lab.allocations("default/net-48"), before);
});

Deno.test("a pool whose network is not there gives addresses, and says that it is missing", async () => {
  await using lab = await ready();
  await lab.create(IPPOOLS, pool("default/net-99"));
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ network: "default/net-99", mac: mac(1) }]),
  );
  await lab.settle();
  assert.equal(await condition(lab, "default/net-99", "Registered"), "False NetworkNotFound");
  assert.equal((await lab.addresses("default/web")).length, 1);
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-99"));
  await lab.settle();
  assert.equal(await condition(lab, "default/net-99", "Registered"), "True Registered");
});
