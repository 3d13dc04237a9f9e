import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DeclinedAddress } from "../../api/agent/agent_report.ts";
import type { IPPool } from "../../api/types.ts";
import {
  claimOf,
  HOUR,
  macOf,
  MINUTE,
  NOW,
  plan,
  poolOf,
  results,
  written,
} from "../testing/fixture.ts";
import { MAX_CONFLICTS_PER_MAC } from "./limits.ts";
import { planPool } from "./plan_pool.ts";

const A = "10.0.0.12";
/** A machine that the pool does not know. */
const STRANGER = "52:54:00:00:00:99";
const POOL = poolOf({ allocated: { [A]: macOf(1) } });

function declined(parts: Partial<DeclinedAddress> = {}): { declined: readonly DeclinedAddress[] } {
  return {
    declined: [{
      address: A,
      macAddress: macOf(1),
      usedBy: STRANGER,
      at: "2026-01-01T00:00:00Z",
      ...parts,
    }],
  };
}

Deno.test("rule 49: a declined address becomes CONFLICT, is noted, and its VM gets another one", () => {
  const { ipv4, notes, outcomes, wakeAt } = plan(POOL, [claimOf(1)], declined());
  const next = outcomes.get("vm-1")?.address ?? "";
  strictEqual(next === A, false);
  deepStrictEqual(ipv4, {
    allocated: { [A]: "CONFLICT", [next]: macOf(1) },
    used: 1,
    available: 8,
    conflicts: {
      [A]: { macAddress: macOf(1), usedBy: STRANGER, until: "2026-01-01T01:00:00Z" },
    },
  });
  deepStrictEqual(notes, [
    {
      type: "Warning",
      reason: "AddressDeclined",
      message: "MAC address 52:54:00:00:00:01 declined 10.0.0.12, which 52:54:00:00:00:99 has",
    },
    {
      type: "Warning",
      reason: "AddressesInUse",
      message: "Address 10.0.0.12 is used by 52:54:00:00:00:99",
    },
  ]);
  strictEqual(wakeAt, NOW + HOUR);
});

Deno.test("rule 49: the same report, which comes again and again, moves the VM only once", () => {
  const first = plan(POOL, [claimOf(1)], declined());
  const later = plan(written(POOL, first), [claimOf(1)], { ...declined(), now: NOW + 59 * MINUTE });
  strictEqual(later.changed, false);
});

Deno.test("rule 49: a VM that is made again before its DECLINE was seen does not get the declined address again", () => {
  const released = { [A]: { macAddress: macOf(1), until: "2026-01-01T01:00:00Z" } };
  const pool = poolOf({ ipv4: { released } });
  for (const parts of [{}, { previous: A }]) {
    const { ipv4, outcomes } = plan(pool, [claimOf(1, parts)], declined());
    strictEqual(ipv4.allocated?.[A], "CONFLICT");
    strictEqual(ipv4.released, undefined);
    strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
  }
  const pinned = plan(pool, [claimOf(1, { requested: A })], declined());
  strictEqual(pinned.outcomes.get("vm-1")?.reason, "AddressConflict");
  strictEqual(pinned.ipv4.conflicts?.[A]?.until, "2026-01-01T00:10:00Z");
});

Deno.test("rule 51: what a VM that is made again had declined rests for an hour, whether it had it before or its MAC address leads there", () => {
  const home = plan(poolOf(), [claimOf(1)]).outcomes.get("vm-1")?.address ?? "";
  for (const parts of [{}, { previous: home }]) {
    const { ipv4 } = plan(poolOf(), [claimOf(1, parts)], declined({ address: home }));
    deepStrictEqual(ipv4.conflicts, {
      [home]: { macAddress: macOf(1), usedBy: STRANGER, until: "2026-01-01T01:00:00Z" },
    });
  }
});

Deno.test("rule 49: an address that a VM declined may go to another VM that does not decline it", () => {
  const { ipv4 } = plan(poolOf(), [claimOf(2, { previous: A })], declined());
  strictEqual(ipv4.allocated?.[A], macOf(2));
});

const IGNORED: readonly (readonly [sentence: string, parts: Partial<DeclinedAddress>])[] = [
  ["of an address that the VM does not have", { address: "10.0.0.13" }],
  ["of somebody else", { macAddress: macOf(2) }],
  ["that only its own client answers for", { usedBy: macOf(1) }],
  ["of which it is not said who has the address", { usedBy: "" }],
  ["without an address", { address: "" }],
  ["without a MAC address", { macAddress: "" }],
  ["without a time", { at: "just now" }],
  ["that is an hour old", { at: "2025-12-31T23:00:00Z" }],
];

for (const [sentence, parts] of IGNORED) {
  Deno.test(`rule 50: a DECLINE ${sentence} changes nothing`, () => {
    strictEqual(plan(POOL, [claimOf(1)], declined(parts)).changed, false);
  });
}

Deno.test("rule 50: a DECLINE of an address that nobody claims changes nothing", () => {
  strictEqual(plan(POOL, [], declined()).changed, false);
});

Deno.test("rule 49: the last of several reports counts, however its MAC address is written", () => {
  const reports = [
    ...declined({ at: "2025-12-31T22:00:00Z" }).declined,
    ...declined({ at: "2025-12-31T23:30:00Z", macAddress: "52-54-00-00-00-01" }).declined,
  ];
  const { ipv4 } = plan(POOL, [claimOf(1)], { declined: reports });
  strictEqual(ipv4.conflicts?.[A]?.until, "2026-01-01T00:30:00Z");
});

Deno.test("rule 51: the time of an agent whose clock is ahead is taken for the present", () => {
  const { ipv4 } = plan(POOL, [claimOf(1)], declined({ at: "2026-01-02T00:00:00Z" }));
  strictEqual(ipv4.conflicts?.[A]?.until, "2026-01-01T01:00:00Z");
});

Deno.test("rule 51: a conflict is over after an hour, and the address is free again", () => {
  const first = plan(POOL, [claimOf(1)], declined());
  const over = plan(written(POOL, first), [claimOf(1)], { ...declined(), now: NOW + HOUR });
  deepStrictEqual(results(over), results(first));
  deepStrictEqual([over.ipv4.available, over.ipv4.conflicts], [9, undefined]);
});

Deno.test("rule 51: a pinned address rests for 10 minutes and then is its owner's again", () => {
  const claims = [claimOf(1, { requested: A })];
  const first = plan(POOL, claims, declined());
  deepStrictEqual(first.ipv4, {
    allocated: { [A]: "CONFLICT" },
    used: 0,
    available: 9,
    conflicts: {
      [A]: { macAddress: macOf(1), usedBy: STRANGER, until: "2026-01-01T00:10:00Z" },
    },
  });
  deepStrictEqual(first.outcomes.get("vm-1"), {
    claim: claims[0],
    reason: "AddressConflict",
    message:
      "Address 10.0.0.12 was declined by 52:54:00:00:00:01 and is used by 52:54:00:00:00:99; it rests until 2026-01-01T00:10:00Z",
  });
  strictEqual(first.wakeAt, NOW + 10 * MINUTE);
  const pool = written(POOL, first);
  strictEqual(plan(pool, claims, { ...declined(), now: NOW + 10 * MINUTE - 1 }).changed, false);
  const over = plan(pool, claims, { ...declined(), now: NOW + 10 * MINUTE });
  deepStrictEqual(over.ipv4, { allocated: { [A]: macOf(1) }, used: 1, available: 9 });
});

Deno.test("T3: who declined the last address of a pool keeps being offered it, rather than none, and nobody else gets it", () => {
  const config = { pool: { start: A, end: A } };
  const pool = poolOf({ config, allocated: { [A]: macOf(1) } });
  const kept = plan(pool, [claimOf(1), claimOf(2)], declined());
  deepStrictEqual(kept.ipv4.allocated, { [A]: macOf(1) });
  deepStrictEqual(results(kept), { "vm-1": `AddressConflict ${A}`, "vm-2": "PoolExhausted" });
  strictEqual(
    kept.outcomes.get("vm-1")?.message,
    "MAC address 52:54:00:00:00:01 declined 10.0.0.12 and keeps it: no other address is left",
  );
  strictEqual(kept.wakeAt, NOW + HOUR);
  const over = plan(pool, [claimOf(1), claimOf(2)], { ...declined(), now: NOW + HOUR });
  deepStrictEqual(results(over), { "vm-1": A, "vm-2": "PoolExhausted" });
});

Deno.test("T3: a VM that is made again gets back what it declined, rather than none, and nobody else does", () => {
  const config = { pool: { start: A, end: A } };
  const conflicts = { [A]: { macAddress: macOf(1), until: "2026-01-01T01:00:00Z" } };
  const pool = poolOf({ config, allocated: { [A]: "CONFLICT" }, ipv4: { conflicts } });
  deepStrictEqual(results(plan(pool, [claimOf(2)])), { "vm-2": "PoolExhausted" });
  const { ipv4, outcomes } = plan(pool, [claimOf(1), claimOf(2)], declined());
  deepStrictEqual(ipv4, { allocated: { [A]: macOf(1) }, used: 1, available: 0 });
  strictEqual(outcomes.get("vm-1")?.reason, "AddressConflict");
  strictEqual(outcomes.get("vm-2")?.reason, "PoolExhausted");
});

Deno.test("rule 51: in a paused pool, a DECLINE changes nothing", () => {
  const pool = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  strictEqual(plan(pool, [claimOf(1)], declined()).changed, false);
});

Deno.test("rule 51: a conflict outlives its VM, and no release cuts it short", () => {
  const first = plan(POOL, [claimOf(1)], declined());
  const { ipv4 } = plan(written(POOL, first), [claimOf(1, { state: "releasing" })]);
  deepStrictEqual(ipv4.allocated, { [A]: "CONFLICT" });
});

Deno.test("T3: a decline that no other machine answers for moves nobody, as an agent that does not ask reports it", () => {
  const [report] = declined().declined;
  const { usedBy: _, ...rumour } = report ?? {};
  strictEqual(plan(POOL, [claimOf(1)], { declined: [rumour as DeclinedAddress] }).changed, false);
});

Deno.test("T3: a guest that declines whatever it is offered moves five times, and then keeps being offered its last address", () => {
  let pool: IPPool = POOL;
  let offered = A;
  const seen: string[] = [];
  for (let round = 0; round < 10; round++) {
    seen.push(offered);
    const now = NOW + round * MINUTE;
    const report = declined({ address: offered, at: new Date(now).toISOString() });
    const result = planPool({ pool, claims: [claimOf(1)], ...report, now });
    pool = written(pool, result);
    offered = result.outcomes.get("vm-1")?.address ?? "none";
  }
  strictEqual(new Set(seen).size, MAX_CONFLICTS_PER_MAC + 1);
  strictEqual(seen.at(-1), offered);
  strictEqual(pool.status?.ipv4?.available, 4);
  const report = declined({ address: offered, at: "2026-01-01T00:09:00Z" });
  const later = plan(pool, [claimOf(1)], { ...report, now: NOW + 10 * MINUTE });
  strictEqual(later.changed, false);
  deepStrictEqual(results(later), { "vm-1": `AddressConflict ${offered}` });
  strictEqual(
    later.outcomes.get("vm-1")?.message,
    `MAC address 52:54:00:00:00:01 declined ${offered} and keeps it: it declined ${
      seen.slice(0, 5).toSorted().join(", ")
    } too, and gets no other address before 2026-01-01T01:00:00Z`,
  );
  strictEqual(later.wakeAt, NOW + HOUR);
  const over = plan(pool, [claimOf(1)], { now: NOW + 10 * MINUTE });
  deepStrictEqual(results(over), { "vm-1": offered });
});

Deno.test("T3: a guest that had declined more than it may keeps to its bound also when the record of it was lost", () => {
  const reports = [11, 12, 13, 14, 15, 16].flatMap((n) =>
    declined({ address: `10.0.0.${n}` }).declined
  );
  const pool = poolOf({ config: { pool: { start: "10.0.0.11", end: "10.0.0.16" } } });
  const { ipv4, outcomes } = plan(pool, [claimOf(1)], { declined: reports });
  strictEqual(Object.keys(ipv4.conflicts ?? {}).length, MAX_CONFLICTS_PER_MAC);
  strictEqual(outcomes.get("vm-1")?.reason, "AddressConflict");
  strictEqual(typeof outcomes.get("vm-1")?.address, "string");
});

Deno.test("a mark CONFLICT without an end, as an administrator may set it, ends after an hour", () => {
  const pool = poolOf({ allocated: { [A]: "CONFLICT" } });
  const { ipv4 } = plan(pool);
  deepStrictEqual(ipv4.conflicts, { [A]: { until: "2026-01-01T01:00:00Z" } });
});

Deno.test("a conflict without its mark gets the mark again", () => {
  const conflicts = { [A]: { macAddress: macOf(1), until: "2026-01-01T01:00:00Z" } };
  const { ipv4 } = plan(poolOf({ ipv4: { conflicts } }));
  deepStrictEqual(ipv4.allocated, { [A]: "CONFLICT" });
});

Deno.test("a conflict on an address that somebody was given is over", () => {
  const conflicts = { [A]: { macAddress: macOf(2), until: "2026-01-01T01:00:00Z" } };
  const pool = poolOf({ allocated: { [A]: macOf(1) }, ipv4: { conflicts } });
  deepStrictEqual(plan(pool, [claimOf(1)]).ipv4, {
    allocated: { [A]: macOf(1) },
    used: 1,
    available: 9,
  });
});

Deno.test("an address in conflict that is excluded meanwhile becomes EXCLUDED when the conflict is over", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: [A] } };
  const conflicts = { [A]: { until: "2026-01-01T01:00:00Z" } };
  const pool = poolOf({ config, allocated: { [A]: "CONFLICT" }, ipv4: { conflicts } });
  strictEqual(plan(pool).changed, false);
  deepStrictEqual(plan(pool, [], { now: NOW + HOUR }).ipv4.allocated, { [A]: "EXCLUDED" });
});

Deno.test("what rests in a pool that gave way does not come again for who declined it", () => {
  const released = { [A]: { macAddress: macOf(1), until: "2026-01-01T00:45:00Z" } };
  const formerPools = [{
    ...poolOf({ ipv4: { released } }),
    metadata: { namespace: "tenant-a", name: "former" },
  }];
  const { ipv4 } = plan(poolOf(), [claimOf(1, { previous: A })], { formerPools, ...declined() });
  deepStrictEqual([ipv4.allocated?.[A], ipv4.released], ["CONFLICT", undefined]);
});

Deno.test("who declined the last address gets it again, but for one that rests for another one who is there", () => {
  const until = "2026-01-01T00:45:00Z";
  const pool = poolOf({
    config: { pool: { start: A, end: A } },
    allocated: { [A]: "CONFLICT" },
    ipv4: {
      released: { [A]: { macAddress: macOf(1), until } },
      conflicts: { [A]: { macAddress: macOf(2), usedBy: STRANGER, until } },
    },
  });
  deepStrictEqual(results(plan(pool, [claimOf(1, { previous: A }), claimOf(2)])), {
    "vm-1": "PoolExhausted",
    "vm-2": "PoolExhausted",
  });
  deepStrictEqual(results(plan(pool, [claimOf(2)])), { "vm-2": A });
});
