import { deepStrictEqual } from "node:assert/strict";
import { type RestClient, toRestClient } from "../../../kube/mod.ts";
import { mac } from "../../controller/objects.ts";
import type { Deed } from "../deeds/deeds.ts";
import type { Scenario } from "../deeds/scenario.ts";
import { simulate } from "../simulate.ts";

function scenario(
  deeds: readonly (readonly [seconds: number, deed: Deed])[],
  options: Partial<Scenario> = {},
): Scenario {
  return {
    seed: 1,
    tenancy: "shared",
    untilMs: 60_000,
    ...options,
    deeds: deeds.map(([seconds, deed]) => ({ at: seconds * 1_000, deed })),
  };
}

Deno.test("the judge lets agents go whose pool is gone, though another pool takes its broken network over", async () => {
  const nics = [{ network: "tenant-a/net-50", mac: "52:54:00:00:00:10" }];
  const { violations } = await simulate(
    scenario([
      [1, { do: "foreign pool", pool: 1, of: "tenant-b", isThere: true }],
      [2, { do: "create pool", pool: 1 }],
      [3, { do: "create vm", vm: "tenant-a/vm-1", nics }],
      [20, { do: "break network", pool: 1, how: "text" }],
      [30, { do: "force pool away", pool: 1 }],
    ]),
    { restMs: 0 },
  );
  deepStrictEqual(violations, []);
});

Deno.test("the judge lets agents of another namespace go that nobody has an address of, where the network is gone which said that they may", async () => {
  const { violations } = await simulate(
    scenario([
      [0.5, { do: "create network", pool: 1 }],
      [1, { do: "allow namespaces", pool: 1, namespaces: "*" }],
      [2, { do: "foreign pool", pool: 1, of: "tenant-b", isThere: true }],
      [30, { do: "delete network", pool: 1 }],
    ], { tenancy: "isolated" }),
    { restMs: 0 },
  );
  deepStrictEqual(violations, []);
});

Deno.test("the judge lets nobody serve a pool of a namespace that may not use its network any more, and that has given nothing", async () => {
  const { violations } = await simulate(
    scenario([
      [0.5, { do: "create network", pool: 1 }],
      [1, { do: "foreign pool", pool: 1, of: "tenant-b", isThere: true }],
      [20, { do: "allow namespaces", pool: 1, namespaces: "tenant-a" }],
    ], { tenancy: "isolated" }),
  );
  deepStrictEqual(violations, []);
});

/** A controller that takes from who may not use a network what it is to keep. */
function taking(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  return toRestClient((request) => {
    const text = JSON.stringify(request.bodyJson ?? {});
    if (request.method !== "PUT" || !/keeps 10\.50\.0\./.test(text)) {
      return rest.performRequest(request);
    }
    const taken = text.replace(`"10.50.0.40":"${mac(1)}"`, "").replace('"used":1', '"used":0');
    return rest.performRequest({ ...request, bodyJson: JSON.parse(taken) });
  });
}

Deno.test("the judge lets nobody who may not use a network any more lose the last address of its pool", async () => {
  const nics = [{ network: "tenant-a/net-50", mac: mac(1) }];
  const { violations } = await simulate(
    scenario([
      [0.5, { do: "create network", pool: 1 }],
      [1, { do: "foreign pool", pool: 1, of: "tenant-b", isThere: true }],
      [3, { do: "create vm", vm: "tenant-b/vm-1", nics }],
      [4, { do: "static address", vm: "tenant-b/vm-1", address: "10.50.0.40" }],
      [20, { do: "allow namespaces", pool: 1, namespaces: "tenant-a" }],
    ], { tenancy: "isolated" }),
    { restMs: 0, tamper: taking },
  );
  deepStrictEqual(violations.map(({ rule, what }) => `${rule}: ${what}`), [
    `what is recorded stays: 10.50.0.40 of tenant-b/of-tenant-a-net-50 is taken from ${
      mac(1)
    } of VM tenant-b/vm-1, which wants it`,
  ]);
});

Deno.test("the judge lets who asks by name have at once what another one gave back, whose lease is not over", async () => {
  const vm = (n: number): Deed => ({
    do: "create vm",
    vm: `default/vm-${n}`,
    nics: [{ network: "default/net-48", mac: mac(n) }],
  });
  const { violations } = await simulate(
    scenario([
      [1, { do: "create pool", pool: 0 }],
      [3, vm(1)],
      [4, vm(2)],
      [30, { do: "static address", vm: "default/vm-2", address: "192.168.48.84" }],
      [40, { do: "pause config", vm: "default/vm-1", paused: true }],
      ...[42, 47].map((at) => [at, { do: "restart client", whom: 1, releases: false }] as const),
    ], { untilMs: 90_000 }),
    { restMs: 0 },
  );
  deepStrictEqual(violations, []);
});

Deno.test("the judge lets a pool that was made again not know whom agents told since, which had not heard of that", async () => {
  const vm = (n: number, address: number): Deed => ({
    do: "create vm",
    vm: `default/vm-${n}`,
    nics: [{ network: "default/net-48", mac: mac(address) }],
  });
  const { violations } = await simulate(
    scenario([
      [1, { do: "create pool", pool: 0 }],
      [3, vm(1, 4)],
      [20, { do: "api away", mode: "refused", forMs: 25_000 }],
      [21, { do: "restore pool", pool: 0 }],
      [24, { do: "opt out", vm: "default/vm-1", out: true }],
      [26, { do: "restart client", whom: 0, releases: false }],
      // Its MAC address begins at the same address of the range.
      [40, vm(2, 6)],
    ], { untilMs: 90_000 }),
    { restMs: 0 },
  );
  deepStrictEqual(violations, []);
});

Deno.test("the judge lets a NIC that comes to a VM with an address to have move there", async () => {
  const nics = (n: number) => [{ network: "tenant-a/net-50", mac: mac(n) }];
  const vm = "tenant-a/vm-1";
  const { violations } = await simulate(
    scenario([
      [1, { do: "create pool", pool: 1 }],
      [3, { do: "create vm", vm, nics: nics(1) }],
      // No controller hears what comes between.
      ...[0, 1].map((whom) => [20, { do: "link", whom, mode: "silent", forMs: 20_000 }] as const),
      [22, { do: "edit nics", vm, nics: nics(2) }],
      [24, { do: "static address", vm, address: "10.50.0.30" }],
      [26, { do: "edit nics", vm, nics: nics(1) }],
    ], { untilMs: 90_000 }),
    { restMs: 0 },
  );
  deepStrictEqual(violations, []);
});

/** A controller that moves the first VM as soon as the third one has an address. */
function moving(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  return toRestClient((request) => {
    const isRecord = request.method === "PUT" && /\/ippools\/[^/]+\/status$/.test(request.path);
    const text = JSON.stringify(request.bodyJson ?? {});
    if (!isRecord || !text.includes(mac(3))) return rest.performRequest(request);
    const moved = text.replaceAll(`"192.168.48.95":"${mac(1)}"`, `"192.168.48.90":"${mac(1)}"`);
    return rest.performRequest({ ...request, bodyJson: JSON.parse(moved) });
  });
}

/** What is said of a VM that is moved two minutes after something was done about its address. */
async function movedAfter(
  ...deeds: readonly (readonly [number, Deed])[]
): Promise<readonly string[]> {
  const vm = "default/vm-1";
  const nics = (n: number) => [{ network: "default/net-48", mac: mac(n) }];
  const { violations } = await simulate(
    scenario([
      [1, { do: "create pool", pool: 0 }],
      [3, { do: "create vm", vm, nics: nics(1) }],
      [20, { do: "static address", vm, address: "192.168.48.95" }],
      [30, { do: "static address", vm, address: null }],
      ...deeds,
      [160, { do: "create vm", vm: "default/vm-3", nics: nics(3) }],
    ], { untilMs: 170_000 }),
    { restMs: 0, tamper: moving },
  );
  return violations.slice(0, 2).map(({ rule }) => rule);
}

Deno.test("the judge forgets after a while that a VM asked for an address by name: it keeps what it has", async () => {
  deepStrictEqual(await movedAfter(), ["no change", "a NIC keeps its address"]);
});

Deno.test("the judge lets no VM lose an address that a machine used which nobody found", async () => {
  const said = await movedAfter(
    [15, { do: "foreign host", pool: 0, last: 95, forMs: 100 }],
    [100, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
  );
  deepStrictEqual(said, ["no change", "a NIC keeps its address"]);
});

/** What is said where a server that nobody asked to be there gives the second VM an address of its own, who asks for half a minute whether somebody uses it. */
async function givenTwice(
  ...deeds: readonly (readonly [number, Deed])[]
): Promise<readonly string[]> {
  const { violations } = await simulate(
    scenario([
      ...deeds,
      [30, { do: "weather", pool: 0, lost: 0, doubled: 0, delayMs: 15_000, forMs: 90_000 }],
      [30, foreignServer(90_000)],
      [31, vmOfNet48(2)],
    ], { untilMs: 120_000 }),
    { restMs: 0 },
  );
  return violations.map(({ rule, what }) => `${rule}: ${what}`);
}

function foreignServer(forMs: number): Deed {
  return { do: "foreign server", pool: 0, lateMs: 0, isAuthoritative: false, forMs };
}

function vmOfNet48(n: number): Deed {
  const nics = [{ network: "default/net-48", mac: mac(n) }];
  return { do: "create vm", vm: `default/vm-${n}`, nics };
}

Deno.test("the judge lets other DHCP servers give an address twice that no agent ever gave", async () => {
  deepStrictEqual(await givenTwice([1, foreignServer(20_000)], [3, vmOfNet48(1)]), []);
});

Deno.test("the judge lets nobody use what an agent gave to another one", async () => {
  const said = await givenTwice(
    [1, { do: "create pool", pool: 0 }],
    [2, { do: "edit pool", pool: 0, edit: { end: 220 } }],
    [3, { do: "edit pool", pool: 0, edit: { start: 200 } }],
    [4, vmOfNet48(1)],
    [5, { do: "static address", vm: "default/vm-1", address: "192.168.48.200" }],
    [10, { do: "restart client", whom: 0, releases: false }],
    [25, { do: "edit pool", pool: 0, edit: { paused: true } }],
  );
  const [one, other] = [mac(2), mac(1)].map((each) => `client ${each}`);
  deepStrictEqual(said, [
    `one user: 192.168.48.200 of default/net-48 is used by ${one} and ${other}`,
  ]);
});

Deno.test("the judge lets a controller whose clock is behind see so much later that a hold is over", async () => {
  const nics = [{ network: "default/net-48", mac: mac(1) }];
  const { violations } = await simulate(
    scenario([
      [1, { do: "create pool", pool: 0 }],
      [1.5, { do: "edit pool", pool: 0, edit: { leaseTime: 300 } }],
      [2, { do: "create vm", vm: "default/vm-1", nics }],
      [100, { do: "delete vm", vm: "default/vm-1" }],
      ...[0, 1].map((whom) => [110, { do: "clock", whom, ms: -600_000 }] as const),
    ], { untilMs: 150_000 }),
    { restsLong: true },
  );
  deepStrictEqual(violations, []);
});

/** A controller that lets rest for the 27th VM what rests for the third. */
function renaming(process: string, rest: RestClient): RestClient {
  if (!process.startsWith("controller")) return rest;
  return toRestClient((request) => {
    const isRecord = request.method === "PUT" && /\/ippools\/[^/]+\/status$/.test(request.path);
    if (!isRecord) return rest.performRequest(request);
    const text = JSON.stringify(request.bodyJson);
    const renamed = text.replaceAll(`"macAddress":"${mac(3)}"`, `"macAddress":"${mac(27)}"`);
    return rest.performRequest({ ...request, bodyJson: JSON.parse(renamed) });
  });
}

/** What is said where the 27th VM is given what the third one had by a restored record, and what was done between the backup and the restore, and then to the third. */
async function givenAfterRestore(
  since: readonly (readonly [number, Deed])[],
  then: Deed,
): Promise<readonly string[]> {
  const { violations } = await simulate(
    scenario([
      [2, { do: "create pool", pool: 0 }],
      [4, vmOfNet48(3)],
      [20, { do: "backup" }],
      [22, { do: "delete vm", vm: "default/vm-3" }],
      ...since,
      [50, { do: "restore" }],
      [70, then],
      [80, vmOfNet48(27)],
    ], { untilMs: 90_000 }),
    { restMs: 0, tamper: renaming },
  );
  return violations.map(({ rule, what }) => `${rule}: ${what}`);
}

Deno.test("the judge lets a restored record's address go back to nobody but who was given it since the backup, and from nobody who is there", async () => {
  const early = `what is recorded stays: 192.168.48.96 of default/net-48 is given to ${
    mac(27)
  } while it rests, and others are free`;
  const given: readonly (readonly [number, Deed])[] = [
    // It rests for the third, and nothing else is free.
    [24, { do: "edit pool", pool: 0, edit: { start: 96 } }],
    [26, { do: "edit pool", pool: 0, edit: { end: 96 } }],
    [32, vmOfNet48(27)],
    [45, { do: "delete vm", vm: "default/vm-27" }],
  ];
  const gone: Deed = { do: "delete vm", vm: "default/vm-3" };
  const moved: Deed = { do: "static address", vm: "default/vm-3", address: "192.168.48.90" };
  deepStrictEqual(await givenAfterRestore(given, gone), []);
  deepStrictEqual(await givenAfterRestore(given, moved), [early]);
  deepStrictEqual(await givenAfterRestore([], gone), [early]);
});
