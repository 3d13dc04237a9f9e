import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { claimOf, macOf, NOW, plan, poolOf, results, written } from "./fixture.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { planPool } from "./plan_pool.ts";
import type { Claim } from "./types.ts";

const LIMITS = { warnEntries: 3, maxEntries: 4 };
const claims = (...numbers: number[]): readonly Claim[] => numbers.map((number) => claimOf(number));

Deno.test("rule 10: a record that comes near its limit is noted", () => {
  deepStrictEqual(plan(poolOf(), claims(1, 2), { limits: LIMITS }).notes, []);
  deepStrictEqual(plan(poolOf(), claims(1, 2, 3), { limits: LIMITS }).notes, [{
    type: "Warning",
    reason: "PoolNearlyFull",
    message: "IPPool default/net has 3 entries of at most 4",
  }]);
});

Deno.test("rule 10: a record at its limit takes no more, dynamic or by name, and keeps what it has", () => {
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
  const wish = claimOf(1, { requested: "10.0.0.98" });
  const moved = plan(pool, [wish, ...claims(2, 3, 6)], { limits: LIMITS });
  strictEqual(results(moved)["vm-1"], "10.0.0.98");
  strictEqual(results(moved)["vm-6"], "10.0.0.99");
  const newcomer = claimOf(7, { requested: "10.0.0.98" });
  const late = plan(pool, [newcomer, ...claims(1, 2, 3, 6)], { limits: LIMITS });
  strictEqual(results(late)["vm-7"], "PoolFull");
});

Deno.test("rule 10: holds of freed addresses give way to the size of the record, those that end first", () => {
  const released = {
    "10.0.0.12": { macAddress: macOf(12), until: "2026-01-01T00:30:00Z" },
    "10.0.0.13": { macAddress: macOf(13), until: "2026-01-01T00:10:00Z" },
    "10.0.0.14": { macAddress: macOf(14), until: "2026-01-01T00:20:00Z" },
  };
  const pool = poolOf({ ipv4: { released } });
  const { ipv4 } = plan(pool, claims(1), { limits: { warnEntries: 9, maxEntries: 5 } });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.12", "10.0.0.14"]);
});

Deno.test("rule 10: the hold of a VM that moved away does not give way, since it may still use the address", () => {
  const released = {
    "10.0.0.12": { macAddress: macOf(1), until: "2026-01-01T00:10:00Z" },
    "10.0.0.13": { macAddress: macOf(13), until: "2026-01-01T00:30:00Z" },
  };
  const pool = poolOf({ allocated: { "10.0.0.15": macOf(1) }, ipv4: { released } });
  const { ipv4 } = plan(pool, claims(1), { limits: { warnEntries: 9, maxEntries: 3 } });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.12"]);
});

Deno.test("rule 10: a full pool stays below etcd's limit of 1.5 MiB by a fifth", () => {
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
  strictEqual(full.ipv4.used, DEFAULT_LIMITS.maxEntries - 2);
  strictEqual(JSON.stringify(full.ipv4).length < 1.2 * 1024 * 1024, true);
  const half = many.map((claim, index): Claim =>
    index % 2 ? claim : { ...claim, state: "releasing" }
  );
  const freed = planPool({ pool: written(poolOf({ config }), full), claims: half, now: NOW });
  strictEqual(JSON.stringify(freed.ipv4).length < 1.3 * 1024 * 1024, true);
});
