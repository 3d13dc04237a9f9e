import assert from "node:assert/strict";
import { IPPOOL_FINALIZER, VMNETCFG_FINALIZER } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { type Meant, raced, refusing } from "./meddling.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";

const POOL_STATUS: Meant = { method: "PUT", path: /\/ippools\/net-48\/status$/ };
const POOL_FINALIZER: Meant = { method: "PATCH", path: /\/ippools\/net-48$/ };
const CONFIG_STATUS: Meant = {
  method: "PUT",
  path: /\/virtualmachinenetworkconfigs\/web\/status$/,
};
const CONFIG_FINALIZER: Meant = {
  method: "PATCH",
  path: /\/virtualmachinenetworkconfigs\/web$/,
};
const CONFIG_CREATE: Meant = { method: "POST", path: /\/virtualmachinenetworkconfigs$/ };
const CONFIG_UPDATE: Meant = { method: "PUT", path: /\/virtualmachinenetworkconfigs\/web$/ };

/** A note of somebody else on an object, so that its resourceVersion is another. */
const NOTE = { metadata: { annotations: { "example.com/note": "mine" } } };

async function network(lab: Lab): Promise<void> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
}

/** Reconciles that failed, by queue. */
async function errors(lab: Lab): Promise<readonly string[]> {
  const text = await lab.controller.metrics();
  return text.match(/^vmdhcpcontroller_reconciles_total\{.*result="error".*$/gm) ?? [];
}

/** Which write is raced, how everything began, and what somebody else does just before it. */
const RACES: Readonly<
  Record<string, {
    readonly write: Meant;
    readonly prepare?: (lab: Lab) => Promise<unknown>;
    readonly meanwhile: (lab: Lab) => Promise<unknown>;
    /** What of the other's work must be left. */
    readonly kept: (lab: Lab) => Promise<Readonly<Record<string, string>> | undefined>;
  }>
> = {
  "the record of a pool": {
    write: POOL_STATUS,
    meanwhile: (lab) => lab.patch(IPPOOLS, "default/net-48", NOTE),
    kept: async (lab) => (await lab.pool("default/net-48")).metadata.annotations,
  },
  "the finalizer of a pool": {
    write: POOL_FINALIZER,
    meanwhile: (lab) =>
      lab.patch(IPPOOLS, "default/net-48", {
        metadata: { ...NOTE.metadata, finalizers: ["example.com/backup"] },
      }),
    kept: async (lab) => {
      const { annotations, finalizers } = (await lab.pool("default/net-48")).metadata;
      assert.deepEqual(finalizers, ["example.com/backup", IPPOOL_FINALIZER]);
      return annotations;
    },
  },
  "the status of an object": {
    write: CONFIG_STATUS,
    meanwhile: (lab) => lab.patch(VMNETCFGS, "default/web", NOTE),
    kept: async (lab) => (await lab.config("default/web")).metadata.annotations,
  },
  "the finalizer of a reservation": {
    write: CONFIG_FINALIZER,
    prepare: async (lab) => {
      await lab.delete(VIRTUAL_MACHINES, "default/web");
      await lab.create(VMNETCFGS, reservation("default/web", [{ macAddress: mac(1) }]));
    },
    meanwhile: (lab) =>
      lab.patch(VMNETCFGS, "default/web", {
        metadata: { ...NOTE.metadata, finalizers: ["example.com/backup"] },
      }),
    kept: async (lab) => {
      const { annotations, finalizers } = (await lab.config("default/web")).metadata;
      assert.deepEqual(finalizers, ["example.com/backup", VMNETCFG_FINALIZER]);
      return annotations;
    },
  },
  "the object of a VM, which a person just made": {
    write: CONFIG_CREATE,
    meanwhile: async (lab) => {
      await lab.create(
        VMNETCFGS,
        reservation("default/web", [{ macAddress: mac(1), ipAddress: "192.168.48.88" }]),
      );
      await lab.patch(VMNETCFGS, "default/web", NOTE);
    },
    kept: async (lab) => {
      assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.88"]);
      return (await lab.config("default/web")).metadata.annotations;
    },
  },
  "the adoption of a reservation": {
    write: CONFIG_UPDATE,
    prepare: (lab) =>
      lab.create(
        VMNETCFGS,
        reservation("default/web", [{ macAddress: mac(1), ipAddress: "192.168.48.88" }]),
      ),
    meanwhile: (lab) => lab.patch(VMNETCFGS, "default/web", NOTE),
    kept: async (lab) => {
      assert.deepEqual(await lab.addresses("default/web"), ["192.168.48.88"]);
      return (await lab.config("default/web")).metadata.annotations;
    },
  },
};

for (const [what, { write, prepare, meanwhile, kept }] of Object.entries(RACES)) {
  Deno.test(`${what}: a write that somebody else's overtakes is done again at once, with theirs kept`, async () => {
    await using lab = new Lab();
    await network(lab);
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
    await prepare?.(lab);
    const seen = raced(lab.rest(), write, () => meanwhile(lab));
    lab.start({ rest: seen.rest });
    const began = lab.clock.monotonic();
    await lab.settle();
    assert.ok(seen.count > 0);
    assert.equal((await kept(lab))?.["example.com/note"], "mine");
    assert.equal((await lab.addresses("default/web")).length, 1);
    assert.deepEqual(await errors(lab), []);
    assert.ok(lab.clock.monotonic() - began < 1_000, "nobody waited for a back-off");
  });
}

/** Which write finds its object gone, and what somebody else deletes just before it. */
const GONE: Readonly<Record<string, readonly [Meant, (lab: Lab) => Promise<unknown>]>> = {
  "the record of a pool": [POOL_STATUS, async (lab) => {
    await lab.patch(IPPOOLS, "default/net-48", { metadata: { finalizers: null } });
    await lab.delete(IPPOOLS, "default/net-48");
  }],
  "the finalizer of a pool": [POOL_FINALIZER, (lab) => lab.delete(IPPOOLS, "default/net-48")],
  "the status of an object": [CONFIG_STATUS, async (lab) => {
    await lab.delete(VIRTUAL_MACHINES, "default/web");
    await lab.patch(VMNETCFGS, "default/web", { metadata: { finalizers: null } })
      .catch(() => undefined); // The collector was there already.
  }],
};

for (const [what, [write, remove]] of Object.entries(GONE)) {
  Deno.test(`${what}: a write whose object is gone is no error`, async () => {
    await using lab = new Lab();
    await network(lab);
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
    const seen = raced(lab.rest(), write, () => remove(lab));
    lab.start({ rest: seen.rest });
    await lab.settle();
    assert.equal(seen.count, 1);
    assert.deepEqual(await errors(lab), []);
  });
}

Deno.test("an object whose status is refused is tried again ever less often, and shown when it is accepted", async () => {
  let isRefusing = true;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...CONFIG_STATUS, code: 422 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const first = seen.count;
  assert.ok(first >= 1 && first < 5, `${first} writes at once`);
  assert.match(lab.controller.failures.get("configs default/web") ?? "", /it is refused/);
  await lab.pass(60_000);
  assert.ok(seen.count - first < 20, `${seen.count - first} writes in a minute`);
  isRefusing = false;
  await lab.pass(60_000);
  assert.equal((await lab.addresses("default/web")).length, 1);
  assert.equal(lab.controller.failures.size, 0);
});

Deno.test("a pool whose record is refused says so on itself and on every NIC, and heals", async () => {
  let isRefusing = false;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...POOL_STATUS, code: 422 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.settle();
  const before = await lab.config("default/db");
  isRefusing = true;
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [nic] = (await lab.config("default/web")).status?.networkConfig ?? [];
  assert.equal(nic?.state, "Pending");
  assert.equal(nic?.reason, "PoolNotWritten");
  assert.match(nic?.message ?? "", /^IPPool default\/net-48 could not be written: .*it is refused/);
  assert.deepEqual(await lab.config("default/db"), before);
  const told = (await lab.events("net-48")).filter(({ reason }) => reason === "WriteRefused");
  assert.deepEqual(told.map(({ type, count }) => [type, count ?? 1]), [["Warning", 1]]);
  isRefusing = false;
  await lab.pass(60_000);
  assert.equal((await lab.addresses("default/web")).length, 1);
});

Deno.test("a pool that cannot be written for a moment is no refusal: its owner is told nothing", async () => {
  let isRefusing = true;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...POOL_STATUS, code: 500 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.equal(
    (await lab.config("default/web")).status?.networkConfig?.[0]?.reason,
    "PoolNotWritten",
  );
  assert.deepEqual(
    (await lab.events("net-48")).filter(({ reason }) => reason === "WriteRefused"),
    [],
  );
  isRefusing = false;
  await lab.pass(60_000);
  assert.equal((await lab.addresses("default/web")).length, 1);
});

Deno.test("a deleted object does not wait for a pool whose record the server refuses", async () => {
  let isRefusing = false;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...POOL_STATUS, code: 422 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  isRefusing = true;
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.pass(10_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
});

Deno.test("a deleted object waits for a pool that cannot be written for a moment", async () => {
  let isRefusing = false;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...POOL_STATUS, code: 503 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  isRefusing = true;
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.pass(10_000);
  assert.notEqual(await lab.get(VMNETCFGS, "default/web"), undefined);
  isRefusing = false;
  await lab.pass(60_000);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  assert.deepEqual(await lab.allocations("default/net-48"), {});
});

Deno.test("a VM whose object the server refuses is told why, once, and gets it when it is accepted", async () => {
  let isRefusing = true;
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...CONFIG_CREATE, code: 422 }, () => isRefusing);
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(60_000);
  const told = (await lab.events("web")).filter(({ reason }) => reason === "WriteRefused");
  assert.deepEqual(told.map(({ type, count }) => [type, count ?? 1]), [["Warning", 1]]);
  assert.match(told[0]?.message ?? "", /VirtualMachineNetworkConfig cannot be written: .*refused/);
  isRefusing = false;
  await lab.pass(60_000);
  assert.equal((await lab.addresses("default/web")).length, 1);
  assert.equal(lab.controller.failures.size, 0);
});

Deno.test("a VM whose object cannot be written for a moment is not told that it is refused", async () => {
  await using lab = new Lab();
  await network(lab);
  const seen = refusing(lab.rest(), { ...CONFIG_CREATE, code: 503 });
  lab.start({ rest: seen.rest });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(30_000);
  const told = (await lab.events("web")).map(({ reason }) => reason);
  assert.equal(told.includes("WriteRefused"), false);
});

Deno.test("what nobody changes is not written, whatever the controller looks at again", async () => {
  await using lab = new Lab();
  await network(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  lab.start();
  await lab.pass(10_000); // Events take their time.
  const before = lab.api.resourceVersion;
  await lab.pass(1_300_000);
  assert.equal(lab.api.resourceVersion, before);
});

Deno.test("whoever changes something of a big pool again and again has its record written no more often than its size allows", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  const exclude = Array.from({ length: 2_500 }, (_, at) => `10.48.${at >> 8}.${at & 255}`);
  const range = { start: "10.48.0.0", end: "10.48.99.0", exclude };
  const config = { cidr: "10.0.0.0/8", serverIP: "10.0.0.1", pool: range };
  await lab.create(IPPOOLS, pool("default/net-48", config));
  lab.start();
  await lab.create(
    VMNETCFGS,
    reservation("default/c", [{ macAddress: mac(1) }]),
  );
  await lab.settle();
  const written = async () => (await lab.writes())["update ippools/status 200"] ?? 0;
  const before = await written();
  for (let turn = 1; turn <= 250; turn++) {
    await lab.patch(VMNETCFGS, "default/c", { spec: { paused: turn % 2 === 1 } });
    await lab.clock.advance(20);
  }
  const count = await written() - before;
  assert.ok(count >= 5 && count <= 50, `${count} writes in 5 s of a record of 100 KB`);
  await lab.settle();
  assert.equal((await lab.addresses("default/c")).length, 1);
});
