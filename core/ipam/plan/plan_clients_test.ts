import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { ClientOptions, RecordedClient } from "../../api/client_options.ts";
import type { NetworkAccess } from "../../api/tenancy.ts";
import type { IPPool } from "../../api/types.ts";
import { claimOf, HOUR, macOf, NOW, plan, poolOf, results, written } from "../testing/fixture.ts";
import type { Claim, Plan } from "../types.ts";
import { clientBytes } from "./client_room.ts";
import { planPool } from "./plan_pool.ts";

const MTU = { mtu: 1400 };

/** A claim of a namespace with options. */
function ask(number: number, options?: ClientOptions, parts: Partial<Claim> = {}): Claim {
  return claimOf(number, {
    vmName: `vm-${number}`,
    ...(options && { options }),
    ...parts,
  });
}

function owned(number: number, namespace: string): Partial<Claim> {
  const name = `vm-${number}`;
  return {
    owner: { namespace, name, uid: name },
    vm: { namespace, name, uid: `uid-${number}`, running: true },
  };
}

function problems({ outcomes }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...outcomes].flatMap(([id, { optionsProblem }]) =>
      optionsProblem === undefined
        ? []
        : [[id, `${optionsProblem.reason}: ${optionsProblem.message}`]]
    ),
  );
}

Deno.test("planPool records what a NIC says of itself under its canonical MAC address, beside its address", () => {
  const spelled = { macAddress: macOf(1).toUpperCase().replaceAll(":", "-") };
  const result = plan(poolOf(), [ask(1, MTU, spelled), ask(2)]);
  deepStrictEqual(result.ipv4.clients, { [macOf(1)]: { options: MTU } });
  deepStrictEqual(result.outcomes.get("vm-1")?.options, MTU);
  strictEqual(result.outcomes.get("vm-2")?.options, undefined);
  deepStrictEqual(results(result), results(plan(poolOf(), [ask(1), ask(2)])));
});

Deno.test("planPool forgets what a NIC said with its options, its wish, or its claim's release", () => {
  const pool = written(poolOf(), plan(poolOf(), [ask(1, MTU), ask(2, MTU)]));
  for (const one of [ask(1), ask(1, MTU, { state: "releasing" })]) {
    const { ipv4 } = plan(pool, [one, ask(2, MTU)]);
    deepStrictEqual(Object.keys(ipv4.clients ?? {}), [macOf(2)]);
  }
  strictEqual("clients" in plan(pool, [ask(1), ask(2)]).ipv4, false);
});

Deno.test("planPool records nothing for a NIC that gets no address", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.11" } };
  const result = plan(poolOf({ config }), [ask(1, MTU), ask(2, MTU)]);
  strictEqual(results(result)["vm-2"], "PoolExhausted");
  deepStrictEqual(result.ipv4.clients, { [macOf(1)]: { options: MTU } });
  strictEqual(result.outcomes.get("vm-2")?.options, undefined);
});

Deno.test("planPool keeps what is recorded for an address that nobody claims, while it keeps the address", () => {
  const pool = written(poolOf(), plan(poolOf(), [ask(1, MTU)]));
  const first = plan(pool, []);
  strictEqual(first.ipv4, pool.status?.ipv4);
  const later = plan(pool, [], { sightings: first.sightings, now: NOW + HOUR });
  deepStrictEqual([later.ipv4.used, later.ipv4.clients], [0, undefined]);
});

Deno.test("planPool keeps what is recorded while the pool's spec is no network, or another pool serves it", () => {
  const pool = written(poolOf(), plan(poolOf(), [ask(1, MTU)]));
  const bad: IPPool = { ...pool, spec: { ...pool.spec, ipv4Config: { cidr: "?" } } };
  for (const other of [plan(bad, [ask(1)]), plan(pool, [ask(1)], { servedBy: "default/old" })]) {
    deepStrictEqual(other.ipv4.clients, { [macOf(1)]: { options: MTU } });
  }
});

Deno.test("planPool takes the word of a paused pool's NICs too", () => {
  const pool = written(poolOf(), plan(poolOf(), [ask(1, MTU)]));
  const paused: IPPool = { ...pool, spec: { ...pool.spec, paused: true } };
  deepStrictEqual(plan(paused, [ask(1, { mtu: 9000 })]).ipv4.clients, {
    [macOf(1)]: { options: { mtu: 9000 } },
  });
});

Deno.test("planPool leaves out what cannot be sent in the pool's network and names it with its value", () => {
  const result = plan(poolOf(), [ask(1, { router: "10.99.0.1", mtu: 1400 })]);
  deepStrictEqual(result.ipv4.clients, { [macOf(1)]: { options: MTU } });
  match(
    problems(result)["vm-1"] ?? "",
    /^InvalidOptions: Options of NIC 52:54:00:00:00:01: router: must be .*: "10\.99\.0\.1"$/,
  );
  const routes = [{ destination: "10.99.0.1/32", gateway: "0.0.0.0" }];
  const healed = plan(poolOf({ config: { routes } }), [
    ask(1, { router: "10.99.0.1", mtu: 1400 }),
  ]);
  deepStrictEqual(problems(healed), {});
});

Deno.test("T1: of two namespaces with one MAC address only the one that has the address is listened to", () => {
  const mine = ask(1, MTU, owned(1, "tenant-b"));
  const pool = written(poolOf(), plan(poolOf(), [mine]));
  const theirs = ask(1, { router: "", mtu: 68 }, {
    ...owned(7, "default"),
    id: "vm-7",
    createdAt: 0,
  });
  const held = { ...mine, previous: pool.status?.ipv4?.allocated?.["x"] ?? "", holds: true };
  const [address = ""] = Object.entries(pool.status?.ipv4?.allocated ?? {})
    .filter(([, mac]) => mac === macOf(1)).map(([key]) => key);
  const result = plan(pool, [{ ...held, previous: address }, theirs]);
  deepStrictEqual(result.ipv4.clients, { [macOf(1)]: { options: MTU } });
  strictEqual(result.outcomes.get("vm-7")?.options, undefined);
  strictEqual(results(result)["vm-7"], "DuplicateMAC");
});

Deno.test("planPool gives host names where the pool says so: the VM's name up to its first dot, as a label", () => {
  const config = { hostnames: true };
  const name = (number: number, vmName: string) => ask(number, undefined, { vmName });
  const long = `${"a".repeat(62)}-${"b".repeat(30)}`;
  const { ipv4 } = plan(poolOf({ config }), [
    name(1, "web"),
    name(2, "web.lab.example"),
    name(3, long),
    name(4, "-"),
    ask(5, MTU, { vmName: "5" }),
    claimOf(6),
  ]);
  deepStrictEqual(ipv4.clients, {
    [macOf(1)]: { hostName: "web" },
    [macOf(2)]: { hostName: "web" },
    [macOf(3)]: { hostName: "a".repeat(62) },
    [macOf(5)]: { hostName: "5", options: MTU },
  });
});

Deno.test("planPool puts a record right that was edited by hand", () => {
  const first = plan(poolOf(), [ask(1, MTU), ask(2)]);
  const edited: Readonly<Record<string, RecordedClient>> = {
    [macOf(1).replaceAll(":", "-")]: { options: MTU },
    [macOf(2)]: { hostName: "x" },
    [macOf(9)]: { options: MTU },
    "": {},
  };
  const pool = written(poolOf(), { ...first, ipv4: { ...first.ipv4, clients: edited } });
  deepStrictEqual(plan(pool, [ask(1, MTU), ask(2)]).ipv4.clients, first.ipv4.clients);
});

/** Options that take so many octets of JSON with key and comma, 100 at least. */
function sized(bytes: number): ClientOptions {
  const wpad = "x".repeat(bytes - clientBytes({ options: { wpad: "http://h/" } }));
  return { wpad: `http://h/${wpad}` };
}

const access: NetworkAccess = {
  network: "default/net",
  tenancy: "isolated",
  allowed: new Set(),
};

Deno.test("planPool leaves out what there is no room for: who is recorded stays, then the older; each is told, and the pool's owner", () => {
  const limits = { clientBytes: 402 };
  const room = { access, limits };
  const early = plan(poolOf(), [ask(3, sized(100)), ask(4, sized(200))], room);
  strictEqual(JSON.stringify(early.ipv4.clients).length, 301);
  const claims = [
    ask(1, sized(110)),
    ask(2, sized(100)),
    ask(3, sized(100)),
    ask(4, sized(200)),
    ask(5, sized(100)),
  ];
  const result = plan(written(poolOf(), early), claims, room);
  deepStrictEqual(Object.keys(result.ipv4.clients ?? {}).sort(), [2, 3, 4].map(macOf));
  strictEqual(JSON.stringify(result.ipv4.clients).length, 401);
  deepStrictEqual(Object.keys(problems(result)), ["vm-1", "vm-5"]);
  match(problems(result)["vm-5"] ?? "", /^OptionsLeftOut: IPPool default\/net has no room/);
  deepStrictEqual(result.notes, [{
    type: "Warning",
    reason: "OptionsLeftOut",
    message: "No room for the options of 52:54:00:00:00:01 of VM default/vm-1; " +
      "No room for the options of 52:54:00:00:00:05 of VM default/vm-5",
  }]);
  const freed = claims.with(3, ask(4, sized(200), { state: "releasing" }));
  const after = plan(written(poolOf(), result), freed, room);
  deepStrictEqual(Object.keys(after.ipv4.clients ?? {}).sort(), [1, 2, 3].map(macOf));
  deepStrictEqual(Object.keys(problems(after)), ["vm-5"]);
});

Deno.test("planPool keeps an entry as it is that grows beyond the room, and names what else is wrong with it", () => {
  const room = { access, limits: { clientBytes: 302 } };
  const first = plan(poolOf(), [ask(1, sized(150)), ask(2, sized(150))], room);
  const grown = { ...sized(160), router: "10.99.0.1" };
  const result = plan(written(poolOf(), first), [ask(1, grown), ask(2, sized(150))], room);
  deepStrictEqual(result.ipv4.clients, first.ipv4.clients);
  deepStrictEqual(result.outcomes.get("vm-1")?.options, sized(150));
  match(
    problems(result)["vm-1"] ?? "",
    /^OptionsLeftOut: Options of .*router: .*; IPPool .* no room .*: what was sent before is sent$/,
  );
  const others = ask(2, sized(150), { state: "releasing" });
  const alone = plan(written(poolOf(), result), [ask(1, grown), others], room);
  deepStrictEqual(alone.outcomes.get("vm-1")?.options, sized(160));
});

Deno.test("planPool does not keep another machine's word for an entry that grows beyond the room", () => {
  const room = { access, limits: { clientBytes: 302 } };
  const first = plan(poolOf(), [ask(1, sized(150)), ask(2, sized(150))], room);
  const other = ask(1, sized(160), { ...owned(3, "default"), id: "vm-3" });
  const result = plan(written(poolOf(), first), [other, ask(2, sized(150))], {
    ...room,
    holders: first.holders,
  });
  deepStrictEqual(Object.keys(result.ipv4.clients ?? {}), [macOf(2)]);
  match(problems(result)["vm-3"] ?? "", /: the pool's own options are sent$/);
});

Deno.test("a namespace has at most as much of the room as it leaves free, the network's own one three times as much, so that there is some for the next", () => {
  const config = { cidr: "10.0.0.0/24", pool: { start: "10.0.0.11", end: "10.0.0.250" } };
  const limits = { clientBytes: 8_002 };
  const of = (namespace: string, from: number, length = 60) =>
    Array.from(
      { length },
      (_, index) => ask(from + index, sized(100), owned(from + index, namespace)),
    );
  const count = ({ ipv4 }: Plan, from: number, length = 60) =>
    Object.keys(ipv4.clients ?? {}).map((mac) => parseInt(mac.slice(-2), 16))
      .filter((number) => number >= from && number < from + length).length;
  const greedy = plan(poolOf({ config }), of("tenant-a", 1), { limits });
  strictEqual(count(greedy, 1), 40);
  const pool = written(poolOf({ config }), greedy);
  const both = plan(pool, [...of("tenant-a", 1), ...of("tenant-b", 61)], { limits });
  deepStrictEqual([count(both, 1), count(both, 61)], [40, 20]);
  const own = plan(poolOf({ config }), of("default", 1, 70), { limits });
  strictEqual(count(own, 1, 70), 60);
  const open = { ...access, allowed: new Set(["tenant-a"]) };
  strictEqual(count(plan(poolOf({ config }), of("tenant-a", 1), { limits, access: open }), 1), 40);
});

Deno.test("the room is counted in octets of JSON, whatever characters there are", () => {
  const texts = ["a", "\u00e9", "\u20ac", "\u{1f600}", '"', "\n", "\u0001"];
  const clients = Object.fromEntries(texts.flatMap((text, at): [string, RecordedClient][] => [
    [macOf(at), { options: { bootFileName: text.repeat(7) } }],
    [macOf(at + 20), { hostName: "web", options: { bootFileName: text } }],
    [macOf(at + 40), { hostName: "web" }],
  ]));
  const counted = Object.values(clients).reduce((sum, one) => sum + clientBytes(one), 2);
  const octets = new TextEncoder().encode(JSON.stringify(clients)).length;
  strictEqual(counted, octets + 1); // the last entry has no comma
});

Deno.test("the room is counted as the API server stores it, with six octets for what could do harm in HTML", () => {
  for (const text of ["<", ">", "&", "\u2028", "\u2029"]) {
    const bytes = (bootFileName: string) => clientBytes({ options: { bootFileName } });
    strictEqual(bytes(text.repeat(7)) - bytes(""), 42, JSON.stringify(text));
  }
});

const WIDE = {
  cidr: "100.100.0.0/16",
  serverIP: "100.100.255.254",
  router: "100.100.255.253",
  pool: {},
  hostnames: true,
};

/** Claims of that many VMs, each with a name. */
function crowd(count: number, parts: Partial<Claim> = {}): readonly Claim[] {
  return Array.from({ length: count }, (_, index): Claim => ({
    ...ask(1),
    id: `vm-${index}`,
    owner: { namespace: "default", name: `vm-${index}`, uid: `vm-${index}` },
    vmName: `vm-${index}`,
    macAddress: (0x525400000000 + index).toString(16),
    ...parts,
  }));
}

Deno.test("the room for what clients are told is used, and of a pool that is full what its addresses leave of 1.2 MiB", () => {
  const pool = poolOf({ config: WIDE });
  const most = planPool({ pool, claims: crowd(22_000), now: NOW, access });
  const { length } = JSON.stringify(most.ipv4.clients);
  strictEqual(length <= 384 * 1024 && length > 383 * 1024, true, `${length}`);
  strictEqual(JSON.stringify(most.ipv4).length < 1.2 * 1024 * 1024, true);
  match(most.notes.map(({ message }) => message).join(), /No room for .* and \d+ more/);
  const full = planPool({ pool: written(pool, most), claims: crowd(30_000), now: NOW, access });
  strictEqual(full.ipv4.used, 29_998);
  const all = JSON.stringify(full.ipv4).length;
  strictEqual(all < 1.2 * 1024 * 1024 && all > 1.1 * 1024 * 1024, true, `${all}`);
  ok(Object.keys(full.ipv4.clients ?? {}).length > 1000);
});

Deno.test("a full pool whose addresses are freed stays below 1.2 MiB with what its clients are told, and the next plan says the same", () => {
  const pool = poolOf({ config: WIDE });
  const claims = crowd(30_000, { options: sized(900) });
  const full = planPool({ pool, claims, now: NOW, access });
  const half = claims.map((claim, index): Claim =>
    index % 2 ? { ...claim, state: "releasing" } : claim
  );
  const input = { claims: half, now: NOW, access };
  const freed = planPool({ ...input, pool: written(pool, full) });
  const { length } = JSON.stringify(freed.ipv4);
  strictEqual(length < 1.2 * 1024 * 1024, true, `${length}`);
  ok(Object.keys(freed.ipv4.clients ?? {}).length > 10);
  const backwards = planPool({
    ...input,
    claims: half.toReversed(),
    pool: written(pool, full),
  });
  deepStrictEqual(backwards.ipv4.clients, freed.ipv4.clients);
  const again = planPool({ ...input, pool: written(pool, freed) });
  deepStrictEqual(again.ipv4.clients, freed.ipv4.clients);
});
