import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4, parseMac } from "../../net/mod.ts";
import type { Claim } from "../types.ts";
import { claimOf, HOUR, macOf, NOW, plan, poolOf, written } from "../testing/fixture.ts";

const A = "10.0.0.12";
const STRANGER = "52:54:00:00:00:99";
const UNTIL = "2026-01-01T01:00:00Z";

/** A machine that answers for an address of the range. */
function used(address = A, mac = STRANGER): { readonly inUse: ReadonlyMap<number, number> } {
  return { inUse: new Map([[parseIPv4(address), parseMac(mac)]]) };
}

Deno.test("a free address that another machine has becomes CONFLICT, and the owner of the pool is told who has it", () => {
  const { ipv4, notes, wakeAt } = plan(poolOf(), [], used());
  deepStrictEqual(ipv4, {
    allocated: { [A]: "CONFLICT" },
    used: 0,
    available: 9,
    conflicts: { [A]: { usedBy: STRANGER, until: UNTIL } },
  });
  deepStrictEqual(notes, [{
    type: "Warning",
    reason: "AddressesInUse",
    message: "Address 10.0.0.12 is used by 52:54:00:00:00:99",
  }]);
  strictEqual(wakeAt, NOW + HOUR);
});

Deno.test("an address that another machine has is given to nobody, though it would be the next, or was asked for", () => {
  const home = plan(poolOf(), [claimOf(1)]).outcomes.get("vm-1")?.address ?? "";
  const { outcomes } = plan(poolOf(), [claimOf(1), claimOf(2, { requested: home })], used(home));
  strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
  strictEqual(outcomes.get("vm-1")?.address === home, false);
  deepStrictEqual(
    [outcomes.get("vm-2")?.reason, outcomes.get("vm-2")?.message],
    [
      "AddressConflict",
      `Address ${home} is used by 52:54:00:00:00:99; it rests until 2026-01-01T01:00:00Z`,
    ],
  );
  const config = { pool: { start: A, end: A } };
  const last = plan(poolOf({ config }), [claimOf(1)], used()).outcomes.get("vm-1");
  strictEqual(last?.reason, "PoolExhausted");
});

Deno.test("T3: what is said of an address that somebody has by the record changes nothing", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  strictEqual(plan(pool, [claimOf(1)], used()).changed, false);
});

Deno.test("rule 51: a conflict stands for an hour after nobody says so any more, and else begins anew in the same plan", () => {
  const pool = written(poolOf(), plan(poolOf(), [], used()));
  strictEqual(plan(pool, [], { ...used(), now: NOW + HOUR - 1 }).changed, false);
  const again = plan(pool, [claimOf(1, { requested: A })], { ...used(), now: NOW + HOUR });
  strictEqual(again.ipv4.conflicts?.[A]?.until, "2026-01-01T02:00:00Z");
  strictEqual(again.outcomes.get("vm-1")?.reason, "AddressConflict");
  strictEqual(plan(pool, [], { now: NOW + HOUR - 1 }).changed, false);
  const over = plan(pool, [claimOf(1, { requested: A })], { now: NOW + HOUR });
  strictEqual(over.outcomes.get("vm-1")?.reason, "Allocated");
});

Deno.test("rule 51: a declined address that still answers for somebody else stays in conflict", () => {
  const start = poolOf({ allocated: { [A]: macOf(1) } });
  const declined = [{
    address: A,
    macAddress: macOf(1),
    usedBy: STRANGER,
    at: "2026-01-01T00:00:00Z",
  }];
  const pool = written(start, plan(start, [claimOf(1)], { declined, ...used() }));
  const later = plan(pool, [claimOf(1)], { declined, ...used(), now: NOW + HOUR });
  deepStrictEqual(later.ipv4.conflicts, {
    [A]: { usedBy: STRANGER, until: "2026-01-01T02:00:00Z" },
  });
});

Deno.test("rule 51: a pinned address is its owner's again after ten minutes, whoever uses it", () => {
  const start = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [claimOf(1, { requested: A })];
  const declined = [{
    address: A,
    macAddress: macOf(1),
    usedBy: STRANGER,
    at: "2026-01-01T00:00:00Z",
  }];
  const pool = written(start, plan(start, claims, { declined, ...used() }));
  strictEqual(pool.status?.ipv4?.conflicts?.[A]?.until, "2026-01-01T00:10:00Z");
  const over = plan(pool, claims, { declined, ...used(), now: NOW + 10 * 60_000 });
  strictEqual(over.ipv4.allocated?.[A], macOf(1));
});

Deno.test("a VM that goes on using the address which it gave back is no stranger to it, but others do not get it", () => {
  const released = { [A]: { macAddress: macOf(1), until: UNTIL } };
  strictEqual(plan(poolOf({ ipv4: { released } }), [], used(A, macOf(1))).changed, false);
  // The hold is over, and the VM runs on, paused: nobody else gets the address.
  const paused = [claimOf(1, { state: "releasing" })];
  const marked = plan(poolOf(), paused, used(A, macOf(1)));
  strictEqual(marked.ipv4.allocated?.[A], "CONFLICT");
  // It comes back, and has it again.
  for (const wanted of [{ previous: A }, { requested: A }]) {
    const back = plan(written(poolOf(), marked), [claimOf(1, wanted)], used(A, macOf(1)));
    deepStrictEqual([back.ipv4.allocated, back.ipv4.conflicts], [{ [A]: macOf(1) }, undefined]);
    strictEqual(
      plan(poolOf(), [claimOf(1, wanted)], used(A, macOf(1))).ipv4.allocated?.[A],
      macOf(1),
    );
  }
});

Deno.test("who had an address before another VM was given it, which declined it as that one's machine uses it, gets it back", () => {
  const given = poolOf({ allocated: { [A]: macOf(2), "10.0.0.20": macOf(3) } });
  const owner = { namespace: "a", name: "vm-1", uid: "vm-1" };
  const declined = [{
    address: A,
    macAddress: macOf(2),
    usedBy: macOf(1),
    at: "2026-01-01T00:00:00Z",
  }];
  const paused = claimOf(1, { state: "releasing" });
  const after = (mine: Partial<Claim>, its: Partial<Claim> = {}, perNamespace = 10) => {
    const before = { ...given, spec: { ...given.spec, limits: { perNamespace } } };
    const others = [claimOf(2, its), claimOf(3, { owner: { ...owner, uid: "vm-3" } })];
    const pool = written(before, plan(before, [paused, ...others], { declined }));
    strictEqual(pool.status?.ipv4?.allocated?.[A], "CONFLICT");
    const claims = [claimOf(1, mine), ...others];
    const back = plan(pool, claims, { declined });
    strictEqual(plan(written(pool, back), claims, { declined }).changed, false);
    return back.ipv4.allocated?.[A];
  };
  strictEqual(after({ noted: A }), macOf(1));
  // Nobody takes an address by using it, nor by asking for it.
  strictEqual(after({}), "CONFLICT");
  strictEqual(after({ requested: A }), "CONFLICT");
  // It rests on where that one may have none.
  const compatriot = { owner: { ...owner, name: "vm-2", uid: "vm-2" } };
  strictEqual(after({ noted: A, owner }, compatriot, 1), "CONFLICT");
  strictEqual(after({ noted: A, owner }, compatriot), macOf(1));
  // A tenant may note anything, and takes nothing from another one.
  strictEqual(after({ noted: A, owner }), "CONFLICT");
  // It is its owner's that asks for it by name, also while that one is away.
  strictEqual(after({ noted: A }, { requested: A }), "CONFLICT");
  const conflicts = {
    [A]: { macAddress: macOf(2), usedBy: macOf(1), until: "2099-01-01T00:00:00Z" },
  };
  const resting = poolOf({
    ipv4: { allocated: { [A]: "CONFLICT" }, used: 0, available: 9, conflicts },
  });
  const away = claimOf(2, { state: "releasing", requested: A });
  strictEqual(plan(resting, [claimOf(1, { noted: A }), away]).ipv4.allocated?.[A], "CONFLICT");
});

Deno.test("a VM without an address gets the free one that it uses already, known before or in the same plan", () => {
  const own = used(A, macOf(1));
  const pool = written(poolOf(), plan(poolOf(), [], own));
  for (const [before, input] of [[pool, own], [pool, {}], [poolOf(), own]] as const) {
    const { outcomes, ipv4, notes } = plan(before, [claimOf(1), claimOf(2)], input);
    strictEqual(outcomes.get("vm-1")?.address, A);
    strictEqual(outcomes.get("vm-2")?.address === A, false);
    deepStrictEqual([ipv4.conflicts, notes], [undefined, []]);
  }
  const both = new Map([...own.inUse, ...used("10.0.0.11", macOf(1)).inUse]);
  const { outcomes, ipv4 } = plan(poolOf(), [claimOf(1)], { inUse: both });
  strictEqual(outcomes.get("vm-1")?.address, "10.0.0.11");
  deepStrictEqual(ipv4.conflicts, { [A]: { usedBy: macOf(1), until: UNTIL } });
});

Deno.test("what a VM uses before it has an address is nobody else's, and gives way to what it had or asks for", () => {
  const own = used(A, macOf(1));
  const other = plan(poolOf(), [claimOf(1), claimOf(2, { requested: A })], own).outcomes;
  strictEqual(other.get("vm-2")?.reason, "AddressTaken");
  const asks = plan(poolOf(), [claimOf(1, { requested: "10.0.0.13" })], own).outcomes;
  strictEqual(asks.get("vm-1")?.address, "10.0.0.13");
  const had = plan(poolOf(), [claimOf(1, { previous: "10.0.0.14" })], own).outcomes;
  strictEqual(had.get("vm-1")?.address, "10.0.0.14");
});

Deno.test("a VM that uses a second address beside its own makes that one a conflict", () => {
  const pool = poolOf({ allocated: { "10.0.0.13": macOf(1) } });
  const claims = [claimOf(1, { previous: A })];
  strictEqual(plan(pool, claims, used(A, macOf(1))).ipv4.allocated?.[A], "CONFLICT");
});

Deno.test("what is in use outside the range, excluded or reserved is no conflict", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: [A] } };
  deepStrictEqual(plan(poolOf({ config }), [], used()).ipv4.allocated, { [A]: "EXCLUDED" });
  strictEqual(plan(poolOf(), [], used("10.0.0.99")).ipv4.allocated, undefined);
});

Deno.test("planPool 10: addresses in use do not make the record bigger than one object may be", () => {
  const inUse = new Map([11, 12, 13, 14, 15].map((n) => [parseIPv4(`10.0.0.${n}`), n]));
  const limits = { warnEntries: 100, maxEntries: 6 };
  const { ipv4 } = plan(poolOf(), [], { inUse, limits });
  strictEqual(Object.keys(ipv4.conflicts ?? {}).length, 2);
});

Deno.test("what rests for a paused VM of another namespace is not for who uses it: each gets its own, and the rest outlasts the mark", () => {
  const [mine, its] = ["a", "b"].map((namespace, n) => ({
    owner: { namespace, name: `vm-${n + 1}`, uid: `vm-${n + 1}` },
    vm: { namespace, name: `vm-${n + 1}`, running: true },
  }));
  const before = poolOf({ allocated: { [A]: macOf(1) } });
  const paused = claimOf(1, { ...mine, state: "releasing" });
  const conflicts = { [A]: { usedBy: macOf(2), until: UNTIL } };
  const marked = written(poolOf(), plan(poolOf(), [], used(A, macOf(2))));
  deepStrictEqual(marked.status?.ipv4?.conflicts, conflicts);
  const started = [
    // It rests when the machine answers, when it is freed, and when agents tell that it was lost.
    [written(before, plan(before, [paused])), {}],
    [before, {}],
    [poolOf(), { lost: used(A, macOf(1)).inUse }],
    [marked, { lost: used(A, macOf(1)).inUse }],
  ] as const;
  for (const [pool, input] of started) {
    for (const parts of [{}, { noted: A }, { previous: A }, { previous: A, holds: true }]) {
      const other = claimOf(2, { ...its, ...parts });
      const given = plan(pool, [paused, other], { ...used(A, macOf(2)), ...input });
      strictEqual(given.outcomes.get("vm-2")?.reason, "Allocated");
      strictEqual(given.ipv4.allocated?.[A], "CONFLICT");
      deepStrictEqual(given.ipv4.conflicts, conflicts);
      strictEqual(given.ipv4.released?.[A]?.macAddress, macOf(1));
      // The other machine goes on using it for a while, then stops.
      const rested = written(pool, given);
      const back = claimOf(1, { ...mine, previous: A });
      const early = plan(rested, [back, other], used(A, macOf(2)));
      strictEqual(early.outcomes.get("vm-1")?.address === A, false);
      const later = plan(rested, [back, other], { now: NOW + HOUR });
      strictEqual(later.outcomes.get("vm-1")?.address, A);
    }
  }
  // Who has nothing else to go to gets what rests, as anybody would that does not use it.
  const config = { pool: { start: A, end: A } };
  const small = poolOf({ config, allocated: { [A]: macOf(1) } });
  for (const inUse of [undefined, used(A, macOf(2))]) {
    const { outcomes } = plan(small, [paused, claimOf(2, its)], inUse);
    strictEqual(outcomes.get("vm-2")?.address, A);
  }
});

Deno.test("what rests goes on resting when who asks for it by name declines it, but not for who declined it", () => {
  const released = { [A]: { macAddress: macOf(1), until: UNTIL } };
  const pool = poolOf({ ipv4: { released } });
  const of = (mac: string) => [{
    address: A,
    macAddress: mac,
    usedBy: STRANGER,
    at: "2026-01-01T00:00:00Z",
  }];
  const paused = claimOf(1, { state: "releasing" });
  const other = plan(pool, [paused, claimOf(2, { requested: A })], { declined: of(macOf(2)) });
  deepStrictEqual([other.ipv4.allocated?.[A], other.ipv4.released], ["CONFLICT", released]);
  const own = plan(pool, [claimOf(1)], { declined: of(macOf(1)) });
  deepStrictEqual([own.ipv4.allocated?.[A], own.ipv4.released], ["CONFLICT", undefined]);
});

Deno.test("planPool 10: in a record that is full, what there is no room to keep after a restore is not written again and again", () => {
  const conflicts = {
    [A]: { usedBy: STRANGER, until: UNTIL },
    "10.0.0.13": { usedBy: STRANGER, until: UNTIL },
  };
  const pool = poolOf({
    allocated: { [A]: "CONFLICT", "10.0.0.13": "CONFLICT" },
    ipv4: { conflicts, available: 8 },
  });
  const lost = new Map([14, 15].map((n) => [parseIPv4(`10.0.0.${n}`), parseMac(macOf(n))]));
  const { ipv4 } = plan(pool, [], { lost, limits: { warnEntries: 100, maxEntries: 8 } });
  strictEqual(Object.keys(ipv4.released ?? {}).length, 1);
});

Deno.test("planPool 10: in a record that is full, the mark of what its user had, which rests for who lost it, is as it was", () => {
  const pool = poolOf({
    allocated: { "10.0.0.15": macOf(2), [A]: "CONFLICT" },
    ipv4: { used: 1, available: 8, conflicts: { [A]: { usedBy: macOf(1), until: UNTIL } } },
  });
  const claims = [claimOf(1, { previous: A, holds: false }), claimOf(2)];
  const lost = new Map([[parseIPv4(A), parseMac(macOf(3))]]);
  const world = { ...used(A, macOf(1)), lost, limits: { maxEntries: 4 } };
  for (const now of [NOW, NOW + HOUR - 1]) {
    const { changed, outcomes } = plan(pool, claims, { ...world, now });
    deepStrictEqual([changed, outcomes.get("vm-1")?.reason], [false, "PoolFull"]);
  }
  const over = plan(pool, claims, { ...world, now: NOW + HOUR });
  strictEqual(over.ipv4.conflicts?.[A]?.until, "2026-01-01T02:00:00Z");
});

Deno.test("what a VM uses that may have no more stays in conflict, whatever it asks for or notes: nobody else is given it", () => {
  const owner = { namespace: "a", name: "vm", uid: "vm" };
  const config = { pool: { start: "10.0.0.11", end: A } };
  const given = poolOf({ config, allocated: { "10.0.0.11": macOf(2) } });
  const has = claimOf(2, { owner, previous: "10.0.0.11", holds: true });
  for (const wish of [{ requested: A }, { noted: A }, { previous: A, holds: false }, {}]) {
    const claims = [claimOf(1, { owner, ...wish }), has, claimOf(3)];
    const limited = { ...given, spec: { ...given.spec, limits: { perNamespace: 1 } } };
    const { ipv4, outcomes } = plan(limited, claims, used(A, macOf(1)));
    deepStrictEqual(ipv4.conflicts?.[A], { usedBy: macOf(1), until: UNTIL });
    strictEqual(outcomes.get("vm-1")?.reason, "NamespaceLimit");
    strictEqual(outcomes.get("vm-3")?.reason, "PoolExhausted");
    const marked = written(limited, plan(limited, claims, used(A, macOf(1))));
    const open = { ...marked, spec: given.spec };
    strictEqual(plan(open, claims, used(A, macOf(1))).outcomes.get("vm-1")?.address, A);
  }
});

Deno.test("the same holds for a VM that has moved too often: the address stays in conflict until it may have it", () => {
  const until = "2026-01-01T00:30:00Z";
  const left = Array.from({ length: 8 }, (_, n) => `10.0.0.${40 + n}`);
  const released = Object.fromEntries(left.map((at) => [at, { macAddress: macOf(1), until }]));
  const config = { pool: { start: A, end: A } };
  const pool = poolOf({ config, allocated: { "10.0.0.30": macOf(1) }, ipv4: { released } });
  const claims = [claimOf(1, { requested: A }), claimOf(3)];
  const refused = plan(pool, claims, used(A, macOf(1)));
  strictEqual(refused.ipv4.allocated?.[A], "CONFLICT");
  strictEqual(refused.outcomes.get("vm-1")?.reason, "MovedTooOften");
  strictEqual(refused.outcomes.get("vm-3")?.reason, "PoolExhausted");
  const later = { ...used(A, macOf(1)), now: Date.parse(until) };
  strictEqual(plan(written(pool, refused), claims, later).outcomes.get("vm-1")?.address, A);
});

Deno.test("in a paused pool, what a VM asks for or had and uses is no conflict", () => {
  const pool = poolOf({ paused: true });
  for (const wish of [{ requested: A }, { noted: A }, { previous: A, holds: false }]) {
    const { ipv4 } = plan(pool, [claimOf(1, wish)], used(A, macOf(1)));
    strictEqual(ipv4.conflicts, undefined);
  }
});
