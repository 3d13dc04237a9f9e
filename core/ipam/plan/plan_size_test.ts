import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { claimOf, macOf, MINUTE, NOW, plan, poolOf, results, written } from "../testing/fixture.ts";
import { planPool } from "./plan_pool.ts";
import type { Claim } from "../types.ts";

const LIMITS = { warnEntries: 3, maxEntries: 4 };
const claims = (...numbers: number[]): readonly Claim[] => numbers.map((number) => claimOf(number));

Deno.test("planPool 10: a record that comes near its limit is noted", () => {
  deepStrictEqual(plan(poolOf(), claims(1, 2), { limits: LIMITS }).notes, []);
  deepStrictEqual(plan(poolOf(), claims(1, 2, 3), { limits: LIMITS }).notes, [{
    type: "Warning",
    reason: "PoolNearlyFull",
    message: "IPPool default/net has 3 entries of at most 4",
  }]);
});

Deno.test("planPool 10: a record at its limit takes no more, dynamic or by name, and keeps what it has", () => {
  const first = plan(poolOf(), [...claims(1, 2, 3, 4, 5), claimOf(6, { requested: "10.0.0.99" })], {
    limits: LIMITS,
  });
  strictEqual(first.ipv4.used, 4);
  deepStrictEqual(first.outcomes.get("vm-5"), {
    claim: claimOf(5),
    reason: "PoolFull",
    message: "IPPool default/net has the 4 entries that one can hold",
  });
  const pool = written(poolOf(), first);
  const mover = claimOf(1, { requested: "10.0.0.98" });
  const moved = plan(pool, [mover, ...claims(2, 3, 6)], { limits: LIMITS });
  strictEqual(results(moved)["vm-1"], "10.0.0.98");
  strictEqual(results(moved)["vm-6"], "10.0.0.99");
  const newcomer = claimOf(7, { requested: "10.0.0.98" });
  const late = plan(pool, [newcomer, ...claims(1, 2, 3, 6)], { limits: LIMITS });
  strictEqual(results(late)["vm-7"], "PoolFull");
});

Deno.test("planPool 10: holds of freed addresses give way to the size of the record, those that end first", () => {
  const released = {
    "10.0.0.12": { macAddress: macOf(12), until: "2026-01-01T00:30:00Z" },
    "10.0.0.13": { macAddress: macOf(13), until: "2026-01-01T00:10:00Z" },
    "10.0.0.14": { macAddress: macOf(14), until: "2026-01-01T00:20:00Z" },
  };
  const pool = poolOf({ ipv4: { released } });
  const { ipv4 } = plan(pool, claims(1), { limits: { warnEntries: 9, maxEntries: 5 } });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.12", "10.0.0.14"]);
});

Deno.test("planPool 10: holds of freed addresses last to their end while the record has room for them", () => {
  const until = "2026-01-01T00:30:00Z";
  const released = Object.fromEntries(
    [12, 13, 14, 15].map((n) => [`10.0.0.${n}`, { macAddress: macOf(n), until }]),
  );
  const pool = poolOf({ ipv4: { released } });
  for (const maxEntries of [9, 10, 11, 12, 100]) {
    const { ipv4 } = plan(pool, claims(1), { limits: { warnEntries: 99, maxEntries } });
    deepStrictEqual(ipv4.released, released, `at most ${maxEntries}`);
  }
});

Deno.test("planPool 10: the hold of a VM that moved away does not give way, since it may still use the address", () => {
  const released = {
    "10.0.0.12": { macAddress: macOf(1), until: "2026-01-01T00:10:00Z" },
    "10.0.0.13": { macAddress: macOf(13), until: "2026-01-01T00:30:00Z" },
  };
  const pool = poolOf({ allocated: { "10.0.0.15": macOf(1) }, ipv4: { released } });
  const { ipv4 } = plan(pool, claims(1), { limits: { warnEntries: 9, maxEntries: 3 } });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.12"]);
});

Deno.test("planPool 10: a declined address that fills the record and was the last of the range makes the pool full, not exhausted", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.12" } };
  const pool = poolOf({ config, allocated: { "10.0.0.11": macOf(9) }, ipv4: { available: 1 } });
  const result = plan(pool, claims(1, 9), {
    declined: [{
      address: "10.0.0.12",
      macAddress: macOf(1),
      usedBy: macOf(9),
      at: "2026-01-01T00:00:00Z",
    }],
    limits: { warnEntries: 99, maxEntries: 4 },
  });
  deepStrictEqual(results(result), { "vm-1": "PoolFull", "vm-9": "10.0.0.11" });
  strictEqual(result.notes.some(({ reason }) => reason === "PoolExhausted"), false);
});

Deno.test("planPool 10: no plan is asked for at the end of a hold that gave way to the size of the record", () => {
  const released = { "10.0.0.12": { macAddress: macOf(9), until: "2026-01-01T00:30:00Z" } };
  const pool = poolOf({ allocated: { "10.0.0.11": macOf(2) }, ipv4: { released } });
  const mover = claimOf(1, { requested: "10.0.0.12" });
  const result = plan(pool, [mover, claimOf(2)], { limits: { warnEntries: 99, maxEntries: 1 } });
  deepStrictEqual([results(result)["vm-1"], result.wakeAt], ["PoolFull", undefined]);
});

Deno.test("planPool 10: a full pool stays below etcd's limit of 1.5 MiB by a fifth", () => {
  const config = {
    cidr: "100.100.0.0/16",
    serverIP: "100.100.255.254",
    router: "100.100.255.253",
    pool: {},
  };
  const many = Array.from({ length: 40_000 }, (_, index): Claim => ({
    ...claimOf(1),
    id: `vm-${index}`,
    owner: { namespace: "default", name: `vm-${index}`, uid: `vm-${index}` },
    macAddress: (0x525400000000 + index).toString(16),
  }));
  const full = planPool({ pool: poolOf({ config }), claims: many, now: NOW });
  strictEqual(full.ipv4.used, 29_998);
  strictEqual(
    full.notes.find(({ reason }) => reason === "PoolNearlyFull")?.message,
    "IPPool default/net has 30000 entries of at most 30000",
  );
  strictEqual(JSON.stringify(full.ipv4).length < 1.2 * 1024 * 1024, true);
  const most = many.slice(0, 24_998);
  const { notes } = planPool({ pool: poolOf({ config }), claims: most, now: NOW });
  strictEqual(notes[0]?.message, "IPPool default/net has 25000 entries of at most 30000");
  const fewer = planPool({ pool: poolOf({ config }), claims: most.slice(1), now: NOW });
  deepStrictEqual(fewer.notes, []);
  const half = many.map((claim, index): Claim =>
    index % 2 ? claim : { ...claim, state: "releasing" }
  );
  const freed = planPool({ pool: written(poolOf({ config }), full), claims: half, now: NOW });
  strictEqual(JSON.stringify(freed.ipv4).length < 1.3 * 1024 * 1024, true);
});

Deno.test("planPool 10: a VM that asks for one address after another leaves eight that rest, and then keeps what it has until the first is free", () => {
  let pool = poolOf({ config: { leaseTime: 3600 } });
  const mover = (last: number) => claimOf(1, { requested: `10.0.0.${last}` });
  for (let last = 20; last <= 28; last++) {
    const result = plan(pool, [mover(last)]);
    strictEqual(results(result)["vm-1"], `10.0.0.${last}`);
    pool = written(pool, result);
  }
  const refused = plan(pool, [mover(29)]);
  strictEqual(refused.changed, false);
  deepStrictEqual(refused.outcomes.get("vm-1"), {
    claim: mover(29),
    reason: "MovedTooOften",
    message:
      "Address 10.0.0.29 is not given to 52:54:00:00:00:01: it left 8 others, which rest, and " +
      "gets no other address before 2026-01-01T01:02:00Z",
    address: "10.0.0.28",
  });
  strictEqual(refused.wakeAt, NOW + 62 * MINUTE);
  strictEqual(results(plan(pool, [mover(20)]))["vm-1"], "10.0.0.20", "what it left is its own");
  const later = plan(pool, [mover(29)], { now: NOW + 62 * MINUTE });
  strictEqual(results(later)["vm-1"], "10.0.0.29");
});

Deno.test("planPool 10: what VMs left that have moved fills the record as entries do, for newcomers and then for movers", () => {
  const until = "2026-01-01T00:30:00Z";
  const released = Object.fromEntries(
    [31, 32, 33, 34].map((n) => [`10.0.0.${n}`, { macAddress: macOf(1), until }]),
  );
  const pool = poolOf({ allocated: { "10.0.0.30": macOf(1) }, ipv4: { released } });
  const mover = claimOf(1, { requested: "10.0.0.35" });
  const outcomes = (maxEntries: number) =>
    results(plan(pool, [mover, claimOf(2)], { limits: { warnEntries: 99, maxEntries } }));
  deepStrictEqual(outcomes(12), { "vm-1": "10.0.0.35", "vm-2": "10.0.0.15" });
  deepStrictEqual(outcomes(9), { "vm-1": "10.0.0.35", "vm-2": "PoolFull" });
  deepStrictEqual(outcomes(8), { "vm-1": "PoolFull 10.0.0.30", "vm-2": "PoolFull" });
});
