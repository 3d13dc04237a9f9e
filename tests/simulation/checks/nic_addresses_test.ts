import { deepStrictEqual } from "node:assert/strict";
import type { Deed } from "../deeds/deeds.ts";
import { simulate } from "../simulate.ts";
import {
  BEGINNING,
  judged,
  judgedAll,
  MOVED,
  NETWORK,
  nic,
  SECONDS,
  type Timed,
  VM,
  vm,
} from "./vm_scene.ts";

Deno.test("a VM that asks for another address and takes that back at once may have it", async () => {
  const said = await judged(
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [20.03, { do: "static address", vm: VM, address: null }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that opts out and in again may have another address where the range has its own no more", async () => {
  const said = await judged(
    [80, { do: "opt out", vm: VM, out: true }],
    [90, { do: "edit pool", pool: 0, edit: { start: 95 } }],
    [100, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object is paused for a while may have another address where the range has its own no more", async () => {
  const said = await judged(
    [80, { do: "pause config", vm: VM, paused: true }],
    [90, { do: "edit pool", pool: 0, edit: { start: 95 } }],
    [100, { do: "pause config", vm: VM, paused: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that opts out has its address again, also after that has rested: its object notes it", async () => {
  const said = await judged(
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [30, { do: "static address", vm: VM, address: null }],
    [100, { do: "opt out", vm: VM, out: true }],
    [240, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that opts out and in again with another MAC address may have another address", async () => {
  const said = await judged(
    [30, { do: "opt out", vm: VM, out: true }],
    [50, nic(VM, 9)],
    [55, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM has nothing to keep of what another one had with its MAC address", async () => {
  const said = await judged(
    [20, { do: "clone vm", vm: "tenant-b/clone-1", of: VM }],
    [22, vm("default/vm-2", 2)],
    [30, { do: "borrow mac", vm: "default/vm-2", of: VM, address: null }],
    [40, { do: "delete vm", vm: VM }],
    [60, nic("default/vm-2", 2)],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that opts out has nothing to keep where another one has its MAC address and another address meanwhile, and leaves it", async () => {
  const said = await judged(
    [20, { do: "opt out", vm: VM, out: true }],
    [25, vm("default/vm-2", 2)],
    [30, { do: "borrow mac", vm: "default/vm-2", of: VM, address: "192.168.48.96" }],
    [40, { do: "delete vm", vm: "default/vm-2" }],
    [45, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

/** A VM that does not run has another MAC address for a while, and a copy of it, which does not run either, gets an address with its own. */
const WAS_COPIED: readonly Timed[] = [
  [20, { do: "run vm", vm: VM, running: false }],
  [25, { do: "clone vm", vm: "tenant-b/clone-1", of: VM }],
  [30, nic(VM, 9)],
  [40, nic(VM, 1)],
];

Deno.test("what a copy got with the MAC address that a VM did not have for a while is the copy's, also where it does not run", async () => {
  const said = await judged(
    ...WAS_COPIED,
    [45, { do: "run vm", vm: VM, running: true }],
    [50, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
  );
  deepStrictEqual(said, []);
});

Deno.test("what such a copy leaves behind is the VM's, which has nothing to keep of what it had before", async () => {
  const said = await judged(
    ...WAS_COPIED,
    [45, { do: "run vm", vm: VM, running: true }],
    [50, { do: "delete vm", vm: "tenant-b/clone-1" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC has the address again that it had when the API server was backed up", async () => {
  const said = await judged(
    [20, { do: "freeze", whom: 0, forMs: 20 * SECONDS }],
    [20, { do: "freeze", whom: 1, forMs: 20 * SECONDS }],
    [22, { do: "restore pool", pool: 0 }],
    [30, { do: "backup" }],
    [50, { do: "restart client", whom: 0, releases: true }],
    [51, { do: "foreign host", pool: 0, last: 84, forMs: 10 * SECONDS }],
    [80, { do: "delete vm", vm: VM }],
    [90, { do: "kill", whom: 4 }],
    [100, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC takes along what it got with the MAC address of a VM whose object was deleted", async () => {
  const said = await judged(
    [6, vm("default/vm-2", 2)],
    [30, { do: "borrow mac", vm: VM, of: "default/vm-2", address: null }],
    [50, { do: "delete config", vm: "default/vm-2" }],
    [70, nic(VM, 9)],
  );
  deepStrictEqual(said, []);
});

for (
  const [clusterNetwork, seeds] of [["mgmt", [1, 27, 32, 33]], ["other", [1, 21, 37, 38]]] as const
) {
  Deno.test(`a NIC has its address again where a restore took record, objects and agents, which were those of cluster network ${clusterNetwork}`, async () => {
    for (const seed of seeds) {
      const { violations } = await simulate({
        seed,
        tenancy: "shared",
        untilMs: 230 * SECONDS,
        deeds: [
          { at: 2_000, deed: vm(VM, 1) },
          { at: 2_001, deed: { do: "create pool", pool: 0 } },
          { at: 2_010, deed: { do: "backup" } },
          { at: 8_000, deed: { do: "label network", pool: 0, clusterNetwork } },
          { at: 20_000, deed: { do: "static address", vm: VM, address: "192.168.48.95" } },
          { at: 25_000, deed: { do: "static address", vm: VM, address: null } },
          { at: 142_000, deed: { do: "restore" } },
        ],
      }, { restMs: 0 });
      deepStrictEqual(violations.map(({ what }) => what), [], `seed ${seed}`);
    }
  });
}

Deno.test("a NIC may have another address where pool and object were lost before anybody wrote the record anew", async () => {
  const said = await judged(
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [25, { do: "static address", vm: VM, address: null }],
    [100, { do: "run vm", vm: VM, running: false }],
    [140, { do: "freeze", whom: 0, forMs: 40 * SECONDS }],
    [140, { do: "freeze", whom: 1, forMs: 40 * SECONDS }],
    [142, { do: "restore pool", pool: 0 }],
    [150, { do: "delete config", vm: VM }],
    [200, { do: "run vm", vm: VM, running: true }],
    [220, vm("default/vm-2", 2)],
  );
  deepStrictEqual(said, []);
});

Deno.test("who may not use a network has nothing to keep of a pool that is made again without its record", async () => {
  const said = await judgedAll([
    ...BEGINNING,
    [6, { do: "allow namespaces", pool: 0, namespaces: "tenant-b" }],
    [10, { do: "clone vm", vm: "tenant-b/clone-1", of: VM }],
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [25, { do: "static address", vm: VM, address: null }],
    [30, { do: "pause config", vm: VM, paused: true }],
    [40, { do: "delete vm", vm: VM }],
    [50, vm(VM, 1)],
    [60, { do: "delete network", pool: 0 }],
    [80, { do: "delete pool", pool: 0, isJudged: false }],
    [88, { do: "restore pool", pool: 0 }],
  ], "isolated");
  deepStrictEqual(said, []);
});

Deno.test("a VM that was gone, and is put back as it was before it had an address, has nothing to keep", async () => {
  const nics = [{ network: NETWORK }];
  const said = await judged(
    [20, { do: "freeze", whom: 0, forMs: 10 * SECONDS }],
    [20, { do: "freeze", whom: 1, forMs: 10 * SECONDS }],
    [22, { do: "create vm", vm: "default/vm-2", nics }],
    [24, { do: "backup" }],
    [60, { do: "delete vm", vm: "default/vm-2" }],
    [80, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object a restore took may have another address where its MAC address is made up anew", async () => {
  const said = await judged(
    [9, { do: "freeze", whom: 0, forMs: 10 * SECONDS }],
    [9, { do: "freeze", whom: 1, forMs: 10 * SECONDS }],
    [10, { do: "create vm", vm: "default/vm-4", nics: [{ network: NETWORK }] }],
    [12, { do: "backup" }],
    [60, { do: "run vm", vm: "default/vm-4", running: false }],
    [70, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a pool that is made again while it is paused gives back only what is in its range when it goes on", async () => {
  const said = await judged(
    [20, { do: "edit pool", pool: 0, edit: { paused: true } }],
    [30, { do: "restore pool", pool: 0 }],
    [50, { do: "edit pool", pool: 0, edit: { start: 95 } }],
    [120, { do: "edit pool", pool: 0, edit: { paused: false } }],
  );
  deepStrictEqual(said, []);
});

Deno.test("an address that a restore takes before any machine was told of it is nobody's to keep", async () => {
  const said = await judged(
    [20, { do: "freeze", whom: 0, forMs: 20 * SECONDS }],
    [20, { do: "freeze", whom: 1, forMs: 20 * SECONDS }],
    [22, { do: "restore pool", pool: 0 }],
    [30, { do: "backup" }],
    [35, { do: "exclude", pool: 0, last: [84] }],
    [43, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

/** A restore takes the object of a VM, and what its pool recorded of it. */
const FORGOTTEN: readonly Timed[] = [
  [20, { do: "freeze", whom: 0, forMs: 10 * SECONDS }],
  [20, { do: "freeze", whom: 1, forMs: 10 * SECONDS }],
  [21, vm("default/vm-2", 2)],
  [24, { do: "backup" }],
  [40, { do: "static address", vm: "default/vm-2", address: "192.168.48.95" }],
  [50, { do: "static address", vm: "default/vm-2", address: null }],
  [160, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
  [170, { do: "restore" }],
];

Deno.test("a VM whose object and entry a restore took may have another address where its pool is made again before agents tell", async () => {
  const said = await judged(
    ...FORGOTTEN,
    [170.2, { do: "restore pool", pool: 0 }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object and entry a restore took may have another address where its agents end before they hear of that", async () => {
  const said = await judged(
    [20, { do: "freeze", whom: 0, forMs: 10 * SECONDS }],
    [20, { do: "freeze", whom: 1, forMs: 10 * SECONDS }],
    [21, vm("default/vm-2", 2)],
    [24, { do: "backup" }],
    [40, { do: "static address", vm: "default/vm-2", address: "192.168.48.95" }],
    [50, { do: "static address", vm: "default/vm-2", address: null }],
    // Other pods than those of the backup.
    [60, { do: "evict pod", whom: 0 }],
    [80, { do: "evict pod", whom: 0 }],
    [165, { do: "api away", mode: "refused", forMs: 40 * SECONDS }],
    // It leads before any agent tells, and knows nothing of what was before.
    [165.5, { do: "kill", whom: 0 }],
    [170, { do: "restore" }],
    [174, { do: "link", whom: 0, mode: "refused", forMs: 0.5 * SECONDS }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose network is closed to it and that comes again with another MAC address may have another address", async () => {
  const name = "tenant-b/vm-1";
  const allowed = (namespaces: string): Deed => ({ do: "allow namespaces", pool: 0, namespaces });
  const said = await judgedAll([
    [2, { do: "create pool", pool: 0 }],
    [3, allowed("tenant-b")],
    [4, vm(name, 1)],
    [20, { do: "static address", vm: name, address: "192.168.48.95" }],
    [30, { do: "static address", vm: name, address: null }],
    [95, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
    [100, allowed("default")],
    [110, nic(name, 9)],
    [180, allowed("tenant-b")],
  ], "isolated");
  deepStrictEqual(said, []);
});

Deno.test("a NIC that came since the backup may have another address where no agent of its network was there as the restore came", async () => {
  const nics = [{ network: NETWORK }, { network: NETWORK }];
  const said = await judged(
    [10, { do: "create vm", vm: "default/vm-2", nics }],
    [20, { do: "backup" }],
    [30, { do: "edit nics", vm: "default/vm-2", nics: nics.slice(1) }],
    [40, { do: "edit nics", vm: "default/vm-2", nics }],
    [60, { do: "delete pool", pool: 0, isJudged: false }],
    [80, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that opts in again may have another address where its own rests for who had it since", async () => {
  const ask = (address: string): Deed => ({ do: "static address", vm: "default/vm-2", address });
  const said = await judged(
    [58, { do: "run vm", vm: VM, running: false }],
    [60, { do: "opt out", vm: VM, out: true }],
    [80, { do: "restore pool", pool: 0 }],
    [90, vm("default/vm-2", 2)],
    [91, { do: "run vm", vm: "default/vm-2", running: false }],
    [92, ask("192.168.48.84")],
    [120, ask("192.168.48.95")],
    [122, { do: "run vm", vm: VM, running: true }],
    [125, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("who opted out may have another address where its own is another's by name, which declined it as long as its machine used it", async () => {
  const said = await judged(
    [6, vm("default/vm-2", 2)],
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [30, { do: "static address", vm: VM, address: null }],
    [200, { do: "static address", vm: "default/vm-2", address: "192.168.48.95" }],
    [210, { do: "opt out", vm: VM, out: true }],
    [212, { do: "restart client", whom: 1, releases: false }],
    [230, { do: "opt out", vm: VM, out: false }],
  );
  deepStrictEqual(said, []);
});

Deno.test("who opted out has its own again from another one that was given it by another record, and declined it as its machine uses it", async () => {
  // Both are given the same address, where it is free.
  const said = await judgedAll([
    [2, { do: "create pool", pool: 0 }],
    [4, vm(VM, 4)],
    [20, { do: "opt out", vm: VM, out: true }],
    [30, { do: "force pool away", pool: 0 }],
    [35, { do: "create pool", pool: 0 }],
    [35.1, vm("default/vm-2", 6)],
    [55, { do: "opt out", vm: VM, out: false }],
  ], "shared");
  deepStrictEqual(said, []);
});

Deno.test("a NIC may have another address where a restore brings its former MAC address and no record, and agents tell of the later one", async () => {
  const said = await judged(
    // The pool is there again, and nothing is recorded yet.
    [20, { do: "restore pool", pool: 0 }],
    [21.01, { do: "backup" }],
    [60, nic(VM, 9)],
    [90, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC may have another address where its pool is made again and its MAC address edited before a controller sees that", async () => {
  const both = [0, 1];
  const said = await judged(
    [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
    [30, { do: "static address", vm: VM, address: null }],
    ...both.map((whom): Timed => [100, { do: "freeze", whom, forMs: 60 * SECONDS }]),
    [102, { do: "restore pool", pool: 0 }],
    [120, nic(VM, 9)],
    ...both.map((whom): Timed => [122, { do: "kill", whom }]),
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC that comes back to the MAC address that it had may have what is recorded for that one", async () => {
  const said = await judged(
    [19, { do: "strike", how: "freeze", of: "ippools", forMs: 30 * SECONDS }],
    [20, vm("default/vm-2", 2)],
    [22, nic("default/vm-2", 9)],
    [55, nic("default/vm-2", 2)],
  );
  deepStrictEqual(said, []);
});

Deno.test("who may use a network again may have another address where other CustomResourceDefinitions dropped that its own machine uses what is marked", async () => {
  const name = "tenant-b/vm-1";
  const allowed = (namespaces: string): Deed => ({ do: "allow namespaces", pool: 0, namespaces });
  const said = await judgedAll([
    [2, { do: "create pool", pool: 0 }],
    [3, allowed("tenant-b")],
    [4, vm(name, 1)],
    [20, { do: "static address", vm: name, address: "192.168.48.95" }],
    [30, { do: "static address", vm: name, address: null }],
    [150, allowed("default")],
    [152, { do: "restore pool", pool: 0 }],
    [190, { do: "old CRDs", forMs: 20 * SECONDS }],
    [192, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
    ...[0, 1, 2, 3, 4, 5].map((whom): Timed => [215, { do: "kill", whom }]),
    [235, allowed("tenant-b")],
  ], "isolated");
  deepStrictEqual(said, []);
});

Deno.test("a VM that took another one's MAC address for a while may have another address where the range has its own no more", async () => {
  const said = await judged(
    [6, vm("default/vm-2", 2)],
    [80, { do: "borrow mac", vm: VM, of: "default/vm-2", address: null }],
    [90, { do: "edit pool", pool: 0, edit: { start: 86 } }],
    [100, nic(VM, 1)],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM that took another one's MAC address for a while may have what still rests for its own, and not what a clock that was behind let rest for no time", async () => {
  const clocks = (at: number, ms: number) =>
    [0, 1].map((whom): Timed => [at, { do: "clock", whom, ms }]);
  const said = await judged(
    [5, { do: "edit pool", pool: 0, edit: { leaseTime: 300 } }],
    [6, vm("default/vm-2", 2)],
    ...MOVED,
    ...clocks(100, -600 * SECONDS),
    [110, { do: "borrow mac", vm: VM, of: "default/vm-2", address: null }],
    ...clocks(130, 600 * SECONDS),
    [140, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
    [150, nic(VM, 1)],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object was deleted may have another address where a controller has not seen yet that CustomResourceDefinitions keep what rests again", async () => {
  const said = await judged(
    ...MOVED,
    [160, { do: "old CRDs", forMs: 30 * SECONDS }],
    [161, { do: "kill", whom: 0 }],
    [161.1, { do: "kill", whom: 0 }],
    [191, { do: "delete config", vm: VM }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object and entry a restore took may have another address where its pool was made again before another restore", async () => {
  const said = await judged(
    ...FORGOTTEN,
    [175, { do: "restore pool", pool: 0 }],
    [180, { do: "restore" }],
  );
  deepStrictEqual(said, []);
});
