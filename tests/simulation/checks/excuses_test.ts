import { deepStrictEqual } from "node:assert/strict";
import { mac } from "../../controller/objects.ts";
import type { Deed } from "../deeds/deeds.ts";
import type { Scenario } from "../deeds/scenario.ts";
import { play } from "../play.ts";

const NETWORK = "default/net-48";
const SECONDS = 1_000;

/** Seconds from the beginning, and what is done then. */
type Timed = readonly [number, Deed];

function vm(name: string, n: number): Deed {
  return { do: "create vm", vm: name, nics: [{ network: NETWORK, mac: mac(n) }] };
}

/** What the judge says of what people did. */
async function judged(
  deeds: readonly Timed[],
  other: Partial<Pick<Scenario, "world" | "seed" | "tenancy">> = {},
): Promise<readonly string[]> {
  const { violations } = await play({
    seed: 1,
    tenancy: "shared",
    untilMs: (Math.max(...deeds.map(([at]) => at)) + 40) * SECONDS,
    deeds: deeds.map(([at, deed]) => ({ at: at * SECONDS, deed })),
    ...other,
  });
  return violations.map(({ rule, what }) => `${rule}: ${what}`);
}

Deno.test("an object that is put back halfway is deleted: another VM with its MAC address may have its place", async () => {
  const network = "tenant-b/net-60";
  const nics = (n: number) => [{ network, mac: mac(n) }];
  const said = await judged([
    [2, { do: "create pool", pool: 2 }],
    [4, { do: "create vm", vm: "tenant-b/vm-1", nics: nics(1) }],
    [5, { do: "create vm", vm: "tenant-a/vm-2", nics: nics(2) }],
    [20, { do: "borrow mac", vm: "tenant-a/vm-2", of: "tenant-b/vm-1", address: "192.168.48.36" }],
    [90, { do: "restore config", vm: "tenant-b/vm-1" }],
  ], { world: "standalone" });
  deepStrictEqual(said, []);
});

Deno.test("what was given back rests no more where other CustomResourceDefinitions drop it", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-1", 1)],
    [10, vm("default/vm-3", 3)],
    [30, { do: "delete vm", vm: "default/vm-3" }],
    [32, { do: "old CRDs", forMs: 60 * SECONDS }],
    // They look at what is served as they start.
    [33, { do: "kill", whom: 0 }],
    [33.1, { do: "kill", whom: 0 }],
    [70, vm("default/vm-4", 4)],
    // It is given the same address as the third, where both are free.
    [75, vm("default/vm-27", 27)],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("who wants the offer of a server that is gone is answered by nobody", async () => {
  const clients = Array.from({ length: 8 }, (_, n) => n);
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    ...clients.map((n): Timed => [4 + n / 10, vm(`default/vm-${n}`, n)]),
    [20, { do: "foreign server", pool: 0, lateMs: 0, isAuthoritative: false, forMs: 20 * SECONDS }],
    ...clients.map((): Timed => [25, { do: "restart client", whom: 0, releases: true }]),
    ...clients.map((whom): Timed => [
      28.01,
      { do: "habit", whom, habit: "slow", restarts: false, forMs: 10 * SECONDS },
    ]),
    [240, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.1" } }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("a wrong count may reach a server that stood still after a right one", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-1", 1)],
    [20, { do: "suspend", whom: 0, forMs: 20 * SECONDS }],
    // It changes the pool, and no count.
    [22, { do: "spoil record", pool: 0, last: 110 }],
    [25, { do: "miscount", pool: 0, by: 1 }],
  ], { world: "standalone" });
  deepStrictEqual(said, []);
});

Deno.test("a restore brings a wrong count back, and it stays until somebody leads again", async () => {
  const away: Deed = { do: "api away", mode: "silent", forMs: 20 * SECONDS };
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-1", 1)],
    [20, { do: "miscount", pool: 0, by: 1 }],
    [20.002, { do: "backup" }],
    // It is counted anew, twice.
    [22, vm("default/vm-2", 2)],
    [24, vm("default/vm-3", 3)],
    [40, { do: "restore" }],
    [40.001, away],
    [42, { do: "exclude", pool: 0, last: [98] }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("an object that goes with its namespace gives its place to another VM with its MAC address", async () => {
  const nics = (n: number) => [{ network: "tenant-a/net-50", mac: mac(n) }];
  const said = await judged([
    [2, { do: "create pool", pool: 1 }],
    [4, { do: "create vm", vm: "tenant-a/vm-1", nics: nics(1) }],
    [5, { do: "create vm", vm: "tenant-a/vm-2", nics: nics(2) }],
    [20, { do: "borrow mac", vm: "tenant-a/vm-2", of: "tenant-a/vm-1", address: "10.50.0.37" }],
    [90, { do: "delete namespace", namespace: "tenant-a", forMs: 10 * SECONDS }],
  ], { seed: 2 });
  deepStrictEqual(said, []);
});

Deno.test("a NIC has its address also where a restore gives it its former MAC address back", async () => {
  const edited: Deed = {
    do: "edit nics",
    vm: "default/vm-1",
    nics: [{ network: NETWORK, mac: mac(2) }],
  };
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-1", 1)],
    [20, { do: "backup" }],
    [22, edited],
    [40, { do: "restore" }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("a NIC whose object and whose pool's record are both gone has nothing to keep", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    [6, vm("default/vm-27", 27)],
    [20, { do: "static address", vm: "default/vm-27", address: "192.168.48.96" }],
    [40, { do: "delete config", vm: "default/vm-3" }],
    [40.1, { do: "restore pool", pool: 0 }],
    [50, { do: "restart client", whom: 1, releases: false }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("whose namespace may not use a network any more has nothing to keep where the pool is made again", async () => {
  const nics = (n: number) => [{ network: "tenant-a/net-50", mac: mac(n) }];
  const said = await judged([
    [2, { do: "create pool", pool: 1 }],
    [4, { do: "create vm", vm: "default/vm-3", nics: nics(3) }],
    [20, { do: "allow namespaces", pool: 1, namespaces: null }],
    [30, { do: "restore pool", pool: 1 }],
    // It is given the same address as the third, where both are free.
    [32, { do: "create vm", vm: "tenant-a/vm-27", nics: nics(27) }],
  ], { tenancy: "isolated" });
  deepStrictEqual(said, []);
});

Deno.test("whose namespace may use a network again has nothing to keep that another one was given meanwhile", async () => {
  const nics = (n: number) => [{ network: "tenant-a/net-50", mac: mac(n) }];
  const said = await judged([
    [2, { do: "create pool", pool: 1 }],
    [4, { do: "create vm", vm: "default/vm-3", nics: nics(3) }],
    [20, { do: "allow namespaces", pool: 1, namespaces: null }],
    [30, { do: "restore pool", pool: 1 }],
    [32, { do: "create vm", vm: "tenant-a/vm-27", nics: nics(27) }],
    // Before its machine is told.
    [34, { do: "allow namespaces", pool: 1, namespaces: "*" }],
  ], { tenancy: "isolated" });
  deepStrictEqual(said, []);
});

Deno.test("what a restored record gives to somebody is not kept for who got it since", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    [20, { do: "backup" }],
    [22, { do: "delete vm", vm: "default/vm-3" }],
    // It knows nothing of what rests.
    [26, { do: "restore pool", pool: 0 }],
    [32, vm("default/vm-27", 27)],
    [50, { do: "restore" }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what was given since a backup goes back to who got it, once who has it by the restored record is gone", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    [20, { do: "backup" }],
    [22, { do: "delete vm", vm: "default/vm-3" }],
    // It rests for the third, and nothing else is free.
    [24, { do: "edit pool", pool: 0, edit: { start: 96 } }],
    [26, { do: "edit pool", pool: 0, edit: { end: 96 } }],
    [32, vm("default/vm-27", 27)],
    [45, { do: "delete vm", vm: "default/vm-27" }],
    [50, { do: "restore" }],
    [70, { do: "delete vm", vm: "default/vm-3" }],
    [80, vm("default/vm-27", 27)],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what a restored record gives to somebody stays so with another MAC address", async () => {
  const edited: Deed = {
    do: "edit nics",
    vm: "default/vm-3",
    nics: [{ network: NETWORK, mac: mac(5) }],
  };
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    [20, { do: "backup" }],
    [22, { do: "delete vm", vm: "default/vm-3" }],
    // It knows nothing of what rests.
    [26, { do: "restore pool", pool: 0 }],
    [32, vm("default/vm-27", 27)],
    [50, { do: "restore" }],
    // Its machine does not ask with the former one.
    [50.1, edited],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what a restored record gives to a NIC's former MAC address may still be used with the other one by a machine that does not hear it", async () => {
  const edited: Deed = {
    do: "edit nics",
    vm: "default/vm-3",
    nics: [{ network: NETWORK, mac: mac(5) }],
  };
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    [20, { do: "backup" }],
    [22, edited],
    [40, { do: "halves", pool: 0, halves: 4, forMs: 80 * SECONDS }],
    [50, { do: "restore" }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what agents gave is forgotten where nobody can hear those that a restore ends", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [3, { do: "create pool", pool: 1 }],
    [4, vm("default/vm-1", 1)],
    [20, { do: "backup" }],
    // Other pods than those of the backup.
    [22, { do: "evict pod", whom: 0 }],
    [42, { do: "evict pod", whom: 0 }],
    [62, vm("default/vm-3", 3)],
    [79, { do: "trouble", part: 1, forMs: 20 * SECONDS }],
    [80, { do: "restore" }],
    // Their successors come too late to find out who uses what.
    [80.1, { do: "break network", pool: 1, how: "text" }],
    [101, vm("default/vm-27", 27)],
    [126, { do: "break network", pool: 1, how: null }],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what an agent that slept tells a machine that is gone takes nothing from who has the address now", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [4, vm("default/vm-3", 3)],
    // The one that answers: what its client asks now waits for it.
    [20, { do: "suspend", whom: 4, forMs: 25 * SECONDS }],
    [20.1, { do: "restart client", whom: 0, releases: false }],
    [32, { do: "delete vm", vm: "default/vm-3" }],
    [33, { do: "restore pool", pool: 0 }],
    // It is given the same address as the third, where both are free.
    [34, vm("default/vm-27", 27)],
  ]);
  deepStrictEqual(said, []);
});

Deno.test("what a pool that was made again does not know may be given to who does not hear its user through a switch that broke in two", async () => {
  const said = await judged([
    [2, { do: "create pool", pool: 0 }],
    [3, { do: "backup" }],
    [4, vm("default/vm-3", 3)],
    [20, { do: "halves", pool: 0, halves: 3, forMs: 80 * SECONDS }],
    // The machine of the VM that it knows nothing of goes on.
    [22, { do: "restore" }],
    [40, { do: "restore pool", pool: 0 }],
    [45, vm("default/vm-27", 27)],
  ]);
  deepStrictEqual(said, []);
});

const APART: readonly Deed[] = [
  { do: "halves", pool: 0, halves: 4, forMs: 80 * SECONDS },
  { do: "move network", pool: 0, vlan: 2 },
  { do: "weather", pool: 0, lost: 0.3, doubled: 0, delayMs: 1, forMs: 80 * SECONDS },
  { do: "weather", pool: 0, lost: 0, doubled: 0, delayMs: 2_000, forMs: 80 * SECONDS },
];

for (const [number, apart] of APART.entries()) {
  Deno.test(`a NIC takes its address along to a MAC address that does not hear the copy of its former one: ${apart.do}, ${number}`, async () => {
    const nics = [{ network: NETWORK, mac: mac(5) }];
    const said = await judged([
      [2, { do: "create pool", pool: 0 }],
      [4, vm("default/vm-3", 3)],
      [20, { do: "copy station", whom: 0, forMs: 100 * SECONDS }],
      [30, apart],
      [40, { do: "edit nics", vm: "default/vm-3", nics }],
    ]);
    deepStrictEqual(said, []);
  });
}
