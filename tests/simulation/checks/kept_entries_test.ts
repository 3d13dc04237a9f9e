import { deepStrictEqual } from "node:assert/strict";
import { networkAccess } from "../../../core/api/tenancy.ts";
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../../core/api/types.ts";
import type { World } from "../world/world.ts";
import { ClaimedNics } from "./claimed_nics.ts";
import { KeptEntries } from "./kept_entries.ts";

const MAC = "52:54:00:00:00:10";
const VM = {
  metadata: { namespace: "default", name: "vm-1", uid: "vm" },
  spec: {
    template: {
      spec: {
        domain: { devices: { interfaces: [{ name: "nic-1", macAddress: MAC }] } },
        networks: [{ name: "nic-1", multus: { networkName: "default/net-48" } }],
      },
    },
  },
} as unknown as VirtualMachine;

function pool(uid: string, allocated: Readonly<Record<string, string>>): IPPool {
  return {
    metadata: { namespace: "default", name: "net-48", uid },
    spec: { networkName: "default/net-48", ipv4Config: { leaseTime: 120 } },
    status: { ipv4: { allocated } },
  } as unknown as IPPool;
}

/** A cluster whose CustomResourceDefinitions were never others. */
const OWN_CRDS = { hasGoCrds: false, hadGoCrdsAt: -Infinity };

/** Who may use a network: everybody, or not the VM's namespace. */
const OPEN = networkAccess("default/net-48", { tenancy: "shared", nad: undefined });
const CLOSED = networkAccess("tenant-b/net-48", { tenancy: "isolated", nad: undefined });

function config(
  { paused = false, going = false, address }: {
    readonly paused?: boolean;
    readonly going?: boolean;
    /** What it shows. */
    readonly address?: string;
  } = {},
): VirtualMachineNetworkConfig {
  const nic = { networkName: "default/net-48", macAddress: MAC };
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: {
      namespace: "default",
      name: "vm-1",
      uid: "config",
      ...(going ? { deletionTimestamp: "2026-01-01T00:00:01Z" } : {}),
    },
    spec: { vmName: "vm-1", paused, networkConfig: [nic] },
    status: {
      networkConfig: address === undefined
        ? []
        : [{ ...nic, allocatedIPAddress: address, state: "Allocated" }],
    },
  };
}

/** A VM's object becomes what it is, then its pool is made again and records its address, then does so no more. */
function lost(becomes: VirtualMachineNetworkConfig, access = OPEN): readonly string[] {
  const timeline = { now: 0, wall: 0 };
  const world = {
    timeline,
    controllers: [],
    cluster: OWN_CRDS,
    hypervisor: { machine: () => undefined },
    accessTo: () => access,
  };
  const at = (now: number) => Object.assign(timeline, { now, wall: now });
  const sees = world as unknown as World;
  const nics = new ClaimedNics();
  const kept = new KeptEntries(nics);
  nics.onVm(sees, "default/vm-1", VM);
  nics.onConfig(sees, { before: undefined, after: config() });
  at(1_000);
  nics.onConfig(sees, { before: config(), after: becomes });
  at(2_000);
  const recorded = pool("again", { "192.168.48.81": MAC });
  kept.look(sees, { before: undefined, after: recorded });
  at(3_000);
  return kept.look(sees, { before: recorded, after: pool("again", {}) });
}

Deno.test("KeptEntries misses what a VM had that wants it, not what its object gave back before a pool was made again", () => {
  deepStrictEqual(lost(config()), [
    `192.168.48.81 of default/net-48 is taken from ${MAC} of VM default/vm-1, which wants it`,
  ]);
  deepStrictEqual(lost(config({ paused: true })), []);
  deepStrictEqual(lost(config({ going: true })), []);
});

Deno.test("KeptEntries misses what was given before a network was closed where the object was told of it, and nothing else", () => {
  const taken =
    `192.168.48.81 of default/net-48 is taken from ${MAC} of VM default/vm-1, which wants it`;
  deepStrictEqual(lost(config({ address: "192.168.48.81" }), CLOSED), [taken]);
  deepStrictEqual(lost(config({ address: "192.168.48.82" }), CLOSED), []);
  deepStrictEqual(lost(config(), CLOSED), []);
});

/** A VM with the MAC address that asks for an address by name. */
function asking(name: string, address: string): VirtualMachine {
  const annotations = { "static-ip.harvesterhci.io/nic-1": address };
  return { ...VM, metadata: { namespace: "default", name, uid: name, annotations } };
}

/** What is said where what rests is given to a MAC address that VMs ask for addresses with. */
function given(...asked: readonly string[]): readonly string[] {
  const world = {
    timeline: { now: 0, wall: 0 },
    controllers: [],
    cluster: OWN_CRDS,
    hypervisor: { machine: () => undefined },
  } as unknown as World;
  const nics = new ClaimedNics();
  for (const [i, address] of asked.entries()) {
    nics.onVm(world, `default/vm-${i}`, asking(`vm-${i}`, address));
  }
  const kept = new KeptEntries(nics);
  const [before, after] = ["52:54:00:00:00:20", MAC].map((mac) => {
    const one = pool("pool", { "192.168.48.81": mac });
    const range = { start: "192.168.48.81", end: "192.168.48.90" };
    return { ...one, spec: { ...one.spec, ipv4Config: { ...one.spec.ipv4Config, pool: range } } };
  }) as [IPPool, IPPool];
  return kept.look(world, { before, after });
}

Deno.test("KeptEntries lets who asks for an address by name have it while it rests, also where another VM with its MAC address asks for another", () => {
  const early =
    `192.168.48.81 of default/net-48 is given to ${MAC} while it rests, and others are free`;
  deepStrictEqual(given("192.168.48.81", "192.168.48.85"), []);
  deepStrictEqual(given("192.168.48.85", "192.168.48.86"), [early]);
});

/** What is said where an address that was given back goes to another MAC address a while after other CustomResourceDefinitions were served. */
function afterOldCrds(released: Readonly<Record<string, unknown>>, waitMs: number): string[] {
  const timeline = { now: 0, wall: 0 };
  const cluster = { hasGoCrds: true, hadGoCrdsAt: 0 };
  const world = { timeline, cluster, controllers: [], hypervisor: { machine: () => undefined } };
  const sees = world as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  const range = { start: "192.168.48.81", end: "192.168.48.90" };
  const recorded = (allocated: Readonly<Record<string, string>>): IPPool => {
    const { spec: { ipv4Config, ...spec }, ...one } = pool("pool", {});
    const ipv4 = { allocated, released };
    return {
      ...one,
      spec: { ...spec, ipv4Config: { ...ipv4Config, pool: range } },
      status: { ipv4 },
    } as IPPool;
  };
  const [had, none] = [recorded({ "192.168.48.81": MAC }), recorded({})];
  kept.look(sees, { before: undefined, after: had });
  Object.assign(timeline, { now: waitMs, wall: waitMs });
  cluster.hasGoCrds = false;
  kept.look(sees, { before: had, after: none });
  const after = recorded({ "192.168.48.81": "52:54:00:00:00:20" });
  return [...kept.look(sees, { before: none, after })];
}

Deno.test("KeptEntries lets be what a controller let rest in no record, as long as it may take other CustomResourceDefinitions to be served", () => {
  const early =
    "192.168.48.81 of default/net-48 is given to 52:54:00:00:00:20 while it rests, and others are free";
  const rests = { "192.168.48.81": { macAddress: MAC, until: "2026-01-01T00:03:00Z" } };
  deepStrictEqual(afterOldCrds({}, 60_000), []);
  deepStrictEqual(afterOldCrds(rests, 60_000), [early]);
  deepStrictEqual(afterOldCrds({}, 700_000), [early]);
});

/** What is said where what rests by the record goes to another MAC address, with a write in between that may not tell of it, a while after other CustomResourceDefinitions were served. */
function restingAfterOldCrds(isToldOf: boolean, waitMs: number): readonly string[] {
  const timeline = { now: 0, wall: 0 };
  const cluster = { ...OWN_CRDS };
  const world = { timeline, cluster, controllers: [], hypervisor: { machine: () => undefined } };
  const sees = world as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  const range = { start: "192.168.48.81", end: "192.168.48.90" };
  const hold = { "192.168.48.81": { macAddress: MAC, until: "1970-01-01T01:00:00Z" } };
  const recorded = (allocated: Readonly<Record<string, string>>, released: object): IPPool => {
    const { spec: { ipv4Config, ...spec }, ...one } = pool("pool", {});
    return {
      ...one,
      spec: { ...spec, ipv4Config: { ...ipv4Config, pool: range, leaseTime: 3_600 } },
      status: { ipv4: { allocated, released } },
    } as IPPool;
  };
  const [had, rests] = [recorded({ "192.168.48.81": MAC }, {}), recorded({}, hold)];
  kept.look(sees, { before: undefined, after: had });
  kept.look(sees, { before: had, after: rests });
  // Nothing is written while they are served.
  cluster.hadGoCrdsAt = 0;
  Object.assign(timeline, { now: waitMs, wall: waitMs });
  const written = recorded({}, isToldOf ? hold : {});
  kept.look(sees, { before: rests, after: written });
  const after = recorded({ "192.168.48.81": "52:54:00:00:00:20" }, {});
  return kept.look(sees, { before: written, after });
}

Deno.test("KeptEntries lets go what a controller no longer tells to rest, as long as it may take other CustomResourceDefinitions to be served", () => {
  const early =
    "192.168.48.81 of default/net-48 is given to 52:54:00:00:00:20 while it rests, and others are free";
  deepStrictEqual(restingAfterOldCrds(false, 1_000), []);
  deepStrictEqual(restingAfterOldCrds(true, 1_000), [early]);
  deepStrictEqual(restingAfterOldCrds(false, 700_000), [early]);
});

/** Whether who has an address has it early that rested by the word of the record alone, until that was dropped under such CustomResourceDefinitions. */
function isEarly(hasGoCrds: boolean): boolean {
  const sees = {
    timeline: { now: 0, wall: 0 },
    controllers: [],
    cluster: { hasGoCrds, hadGoCrdsAt: hasGoCrds ? 0 : -Infinity },
    hypervisor: { machine: () => undefined },
  } as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  const at = (allocated: object, released: object) =>
    ({ ...pool("pool", {}), status: { ipv4: { allocated, released } } }) as unknown as IPPool;
  const held = at({}, { "192.168.48.81": { macAddress: MAC, until: "1970-01-01T00:03:00Z" } });
  const [none, given] = [at({}, {}), at({ "192.168.48.81": OTHER }, {})];
  deepStrictEqual(kept.look(sees, { before: held, after: none }), []);
  deepStrictEqual(kept.look(sees, { before: none, after: given }), []);
  return kept.mayBeEarly("default/net-48", { address: "192.168.48.81", mac: OTHER }, 0);
}

Deno.test("KeptEntries: what agents told of after a restore is given early where other CustomResourceDefinitions dropped it from the record", () => {
  deepStrictEqual([isEarly(true), isEarly(false)], [true, false]);
});

/** What is said where an address goes to another MAC address as long after it was given back, while one that nobody saw given back rests for `other`. */
function givenAfter(ms: number, other: string, until: string): readonly string[] {
  const timeline = { now: 0, wall: 0 };
  const sees = {
    timeline,
    controllers: [],
    cluster: OWN_CRDS,
    hypervisor: { machine: () => undefined },
  } as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  const released = { "192.168.48.82": { macAddress: other, until } };
  const [had, none, given] = [{ "192.168.48.81": MAC }, {}, { "192.168.48.81": OTHER }]
    .map((allocated) => {
      const { spec: { ipv4Config, ...spec }, ...one } = pool("pool", {});
      const range = { start: "192.168.48.81", end: "192.168.48.82" };
      return {
        ...one,
        spec: { ...spec, ipv4Config: { ...ipv4Config, pool: range } },
        status: { ipv4: { allocated, released } },
      } as unknown as IPPool;
    }) as [IPPool, IPPool, IPPool];
  kept.look(sees, { before: had, after: none });
  Object.assign(timeline, { now: ms, wall: ms });
  return kept.look(sees, { before: none, after: given });
}

const OTHER = "52:54:00:00:00:20";
const THIRD = "52:54:00:00:00:30";
const EARLY =
  `192.168.48.81 of default/net-48 is given to ${OTHER} while it rests, and others are free`;

Deno.test("KeptEntries: an address rests until a lease is over that an agent renewed before it heard", () => {
  const over = "1970-01-01T00:00:00Z";
  deepStrictEqual(givenAfter(225_000, THIRD, over), [EARLY]);
  deepStrictEqual(givenAfter(235_000, THIRD, over), []);
});

Deno.test("KeptEntries takes what rests by the record to be free only for who had it, seen or not when it was given back", () => {
  const until = "1970-01-01T00:05:00Z";
  deepStrictEqual(givenAfter(60_000, THIRD, until), []);
  deepStrictEqual(givenAfter(60_000, OTHER, until), [EARLY]);
  deepStrictEqual(givenAfter(60_000, THIRD, "1970-01-01T00:00:30Z"), [EARLY]);
});

/** What is said where an address is taken from a VM that was made again so long after its namesake was gone. */
function takenFromNext(ms: number): readonly string[] {
  const timeline = { now: 0, wall: 0 };
  const sees = {
    timeline,
    controllers: [],
    cluster: OWN_CRDS,
    hypervisor: { machine: () => undefined },
    accessTo: () => OPEN,
  } as unknown as World;
  const at = (now: number) => Object.assign(timeline, { now, wall: now });
  const nics = new ClaimedNics();
  const kept = new KeptEntries(nics);
  nics.onVm(sees, "default/vm-1", VM);
  at(1_000);
  nics.onVm(sees, "default/vm-1", undefined);
  at(1_000 + ms);
  nics.onVm(sees, "default/vm-1", { ...VM, metadata: { ...VM.metadata, uid: "next" } });
  at(2_000 + ms);
  const recorded = pool("pool", { "192.168.48.81": MAC });
  kept.look(sees, { before: pool("pool", {}), after: recorded });
  at(3_000 + ms);
  return kept.look(sees, { before: recorded, after: pool("pool", {}) });
}

Deno.test("KeptEntries takes a VM that is made again for one that has its MAC address alone, when nobody takes its namesake to be there any more", () => {
  deepStrictEqual(takenFromNext(70_000), [
    `192.168.48.81 of default/net-48 is taken from ${MAC} of VM default/vm-1, which wants it`,
  ]);
  deepStrictEqual(takenFromNext(10_000), []);
});

/** What is said where a VM that was made again at once, and asks for an address by name, has another one and then that of `FIRST`. */
function movedTo(asked: string): readonly string[] {
  const timeline = { now: 0, wall: 0 };
  const sees = {
    timeline,
    controllers: [],
    cluster: OWN_CRDS,
    hypervisor: { machine: () => ({ uid: "next", nics: [] }) },
    accessTo: () => OPEN,
  } as unknown as World;
  const at = (now: number) => Object.assign(timeline, { now, wall: now });
  const nics = new ClaimedNics();
  const kept = new KeptEntries(nics);
  nics.onVm(sees, "default/vm-1", VM);
  at(1_000);
  nics.onVm(sees, "default/vm-1", undefined);
  at(2_000);
  nics.onVm(sees, "default/vm-1", asking("vm-1", asked));
  at(70_000);
  const before = pool("pool", { [SECOND]: MAC });
  kept.look(sees, { before: pool("pool", {}), after: before });
  at(71_000);
  return kept.look(sees, { before, after: pool("pool", { [FIRST]: MAC }) });
}

Deno.test("KeptEntries lets who has its MAC address as another one had it move to the address that it asks for itself", () => {
  deepStrictEqual(movedTo(FIRST), []);
  deepStrictEqual(movedTo("192.168.48.90"), [
    `${SECOND} of default/net-48 is taken from ${MAC} of VM default/vm-1, which wants it`,
  ]);
});

/** Follows records of a pool whose range has so many addresses, a second after each other; what is said of the last one. */
function followed(
  records: readonly Readonly<Record<string, string>>[],
  { last = 82, controllers = [] }: { last?: number; controllers?: readonly unknown[] } = {},
): { readonly said: readonly string[]; readonly kept: KeptEntries } {
  const timeline = { now: 0, wall: 0 };
  const sees = {
    timeline,
    controllers,
    cluster: OWN_CRDS,
    hypervisor: { machine: () => undefined },
  } as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  let before: IPPool | undefined;
  let said: readonly string[] = [];
  for (const allocated of records) {
    const { spec: { ipv4Config, ...spec }, ...one } = pool("pool", allocated);
    const range = { start: "192.168.48.81", end: `192.168.48.${last}` };
    const after = { ...one, spec: { ...spec, ipv4Config: { ...ipv4Config, pool: range } } };
    said = kept.look(sees, { before, after: after as IPPool });
    before = after as IPPool;
    timeline.now += 1_000;
    timeline.wall += 1_000;
  }
  return { said, kept };
}

const [FIRST, SECOND] = ["192.168.48.81", "192.168.48.82"];

Deno.test("KeptEntries: who had an address once has it no sooner than others while it rests for another", () => {
  const records = [{ [FIRST]: OTHER }, {}, { [SECOND]: OTHER }, { [SECOND]: OTHER, [FIRST]: MAC }];
  // Nothing else was free.
  deepStrictEqual(followed(records.slice(0, 4)).said, []);
  const { said } = followed([...records, {}, { [FIRST]: OTHER }], { last: 90 });
  deepStrictEqual(said, [EARLY]);
});

Deno.test("KeptEntries: the clock of who does not lead says nothing of times in the record", () => {
  const records = [{ [FIRST]: MAC }, {}, { [FIRST]: OTHER }];
  const controllers = (leading: boolean) => [
    { process: { clock: { now: () => 3_600_000 } }, election: { leading } },
  ];
  deepStrictEqual(followed(records, { controllers: controllers(false) }).said, [EARLY]);
  deepStrictEqual(followed(records, { controllers: controllers(true) }).said, []);
});

Deno.test("KeptEntries: what was given while it rested is an excuse only for what was told before", () => {
  const { kept } = followed([{ [FIRST]: MAC }, {}, { [FIRST]: OTHER }], { last: 81 });
  const given = { address: FIRST, mac: OTHER };
  deepStrictEqual(kept.mayBeEarly("default/net-48", given, 1_000), true);
  deepStrictEqual(kept.mayBeEarly("default/net-48", given, 3_000), false);
});

/** Whether who gets an address of a range of one, or of two, has it early, where it rests by the record alone until then. */
function isEarlyByRecord(until: string, { last }: { readonly last: number }): boolean {
  const { spec: { ipv4Config, ...spec }, ...one } = pool("pool", {});
  const range = { start: FIRST, end: `192.168.48.${last}` };
  const at = (allocated: object, released: object) =>
    ({
      ...one,
      spec: { ...spec, ipv4Config: { ...ipv4Config, pool: range } },
      status: { ipv4: { allocated, released } },
    }) as unknown as IPPool;
  const sees = {
    timeline: { now: 0, wall: 0 },
    controllers: [],
    cluster: { hasGoCrds: false },
    hypervisor: { machine: () => undefined },
  } as unknown as World;
  const kept = new KeptEntries(new ClaimedNics());
  const before = at({}, { [FIRST]: { macAddress: MAC, until } });
  deepStrictEqual(kept.look(sees, { before, after: at({ [FIRST]: OTHER }, {}) }), []);
  return kept.mayBeEarly("default/net-48", { address: FIRST, mac: OTHER }, 0);
}

Deno.test("KeptEntries: what rests by the record alone, as after a restore, is given early where nothing else is free", () => {
  const until = "1970-01-01T00:03:00Z";
  deepStrictEqual(isEarlyByRecord(until, { last: 81 }), true);
  deepStrictEqual(isEarlyByRecord(until, { last: 82 }), false);
  deepStrictEqual(isEarlyByRecord("1970-01-01T00:00:00Z", { last: 81 }), false);
});
