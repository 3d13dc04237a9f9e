import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ClusterModel, type Step } from "./cluster_model.ts";
import { claimOf, HOUR, macOf, MINUTE, NOW, poolOf, written } from "./fixture.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { checkPlan } from "./plan_checks.ts";
import { planPool } from "./plan_pool.ts";
import type { Claim } from "./types.ts";

const VMS = 8;
const vm = fc.nat(VMS - 1);
const address = fc.constantFrom(
  ...["10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.13", "10.0.1.1", "?"],
);
const exclude = fc.subarray(["10.0.0.3", "10.0.0.4", "10.0.0.5"]);
const ends = fc.constantFrom(["10.0.0.3", "10.0.0.6"], ["10.0.0.3", "10.0.0.12"], [
  "10.0.0.5",
  "10.0.0.6",
], [
  "10.0.0.1",
  "10.0.0.4",
], ["10.0.0.6", "10.0.0.5"]);

/** From a record that is soon full to one that never is. */
const maxEntries = fc.constantFrom(4, 6, 9, 100);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("create" as const), vm }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...["delete", "forget", "pause", "resume", "start", "stop", "decline"] as const,
      ),
      vm,
    }),
  },
  fc.record({
    do: fc.constant("wish" as const),
    vm,
    address: fc.option(address, { nil: undefined }),
  }),
  fc.tuple(ends, exclude).map(([[start = "", end = ""], exclude]): Step => ({
    do: "range",
    range: { start, end, exclude },
  })),
  fc.record({
    do: fc.constant("server" as const),
    address: fc.constantFrom("10.0.0.1", "10.0.0.4"),
  }),
  fc.record({ do: fc.constant("pausePool" as const), paused: fc.boolean() }),
  fc.record({ do: fc.constant("serve" as const), isServed: fc.boolean() }),
  fc.record({
    do: fc.constant("wait" as const),
    ms: fc.constantFrom(1000, MINUTE, 11 * MINUTE, 61 * MINUTE),
  }),
  { weight: 8, arbitrary: fc.constant<Step>({ do: "plan" }) },
  fc.constantFrom<Step>({ do: "planAndCrash" }, { do: "restart" }),
);

Deno.test("planPool: no sequence of events gives two MACs one address, loses one, or moves a MAC without a reason", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 10, maxLength: 60 }),
      maxEntries,
      (steps, maxEntries) => {
        const cluster = new ClusterModel(checkPlan, { warnEntries: 3, maxEntries });
        for (const step of steps) cluster.take(step);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("planPool: whatever happened, every address comes back when every VM is gone, and every hold ends", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cluster = new ClusterModel(checkPlan);
      for (const step of steps) cluster.take(step);
      cluster.take({ do: "range", range: { start: "10.0.0.3", end: "10.0.0.12" } });
      cluster.take({ do: "pausePool", paused: false });
      cluster.take({ do: "serve", isServed: true });
      for (let vm = 0; vm < VMS; vm++) cluster.take({ do: vm % 3 ? "delete" : "forget", vm });
      cluster.take({ do: "plan" });
      cluster.take({ do: "wait", ms: ORPHAN_AGE_MS });
      cluster.take({ do: "plan" });
      strictEqual(cluster.pool.status?.ipv4?.used, 0);
      cluster.take({ do: "wait", ms: HOUR });
      cluster.take({ do: "plan" });
      const { allocated: _, ...rest } = cluster.pool.status?.ipv4 ?? {};
      const available = cluster.pool.spec.ipv4Config.serverIP === "10.0.0.4" ? 9 : 10;
      deepStrictEqual(rest, { used: 0, available });
    }),
    { numRuns: 300 },
  );
});

Deno.test("planPool: in a pool that is big enough, every VM has an address as soon as nothing is wrong", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cluster = new ClusterModel(checkPlan);
      for (const step of steps) cluster.take(step);
      cluster.take({ do: "range", range: { start: "10.0.0.3", end: "10.0.0.14" } });
      cluster.take({ do: "pausePool", paused: false });
      cluster.take({ do: "serve", isServed: true });
      for (let vm = 0; vm < VMS; vm++) {
        cluster.take({ do: "create", vm });
        cluster.take({ do: "resume", vm });
        cluster.take({ do: vm < 4 && vm % 2 ? "stop" : "start", vm });
        cluster.take({ do: "wish", vm, address: undefined });
      }
      cluster.take({ do: "wait", ms: 2 * HOUR });
      cluster.take({ do: "plan" });
      strictEqual(cluster.claims.every(({ previous }) => previous !== undefined), true);
      strictEqual(cluster.pool.status?.ipv4?.used, 6);
      const before = cluster.pool;
      cluster.take({ do: "wait", ms: MINUTE });
      cluster.take({ do: "plan" });
      deepStrictEqual(cluster.pool.status?.ipv4?.allocated, before.status?.ipv4?.allocated);
    }),
    { numRuns: 300 },
  );
});

Deno.test("planPool: with many claims, each change of a few of them gives what a plan from the start gives", () => {
  const change = fc.record({
    at: fc.nat(),
    what: fc.constantFrom(
      ...["add", "remove", "replace", "release", "unfit", "twin", "wish"] as const,
    ),
  });
  const changes = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(changes, (rounds) => {
      const base = poolOf({ config: { cidr: "10.0.0.0/16", pool: { start: "10.0.1.0" } } });
      let next = 200;
      let claims: readonly Claim[] = Array.from({ length: 100 }, (_, index) => claimOf(index + 1));
      const pool = written(base, planPool({ pool: base, claims, now: NOW }));
      const check = () => {
        const input = { pool, claims, now: NOW };
        deepStrictEqual(planPool(input), planPool({ ...input, pool: structuredClone(pool) }));
      };
      check();
      for (const round of rounds) {
        for (const { at, what } of round) {
          claims = edited(claims, { at: at % claims.length, what, next: next++ });
        }
        check();
      }
    }),
    { numRuns: 300 },
  );
});

function edited(
  claims: readonly Claim[],
  { at, what, next }: { readonly at: number; readonly what: string; readonly next: number },
): readonly Claim[] {
  const claim = claims[at] ?? claimOf(next);
  switch (what) {
    case "add":
      return claims.toSpliced(at, 0, claimOf(next));
    case "remove":
      return claims.toSpliced(at, 1);
    case "replace":
      return claims.with(at, { ...claim });
    case "release":
      return claims.with(at, {
        ...claim,
        state: claim.state === "wanted" ? "releasing" : "wanted",
      });
    case "unfit":
      return claims.with(at, {
        ...claim,
        macAddress: claim.macAddress === "?" ? macOf(next) : "?",
      });
    case "twin":
      return [...claims, claimOf(next, { macAddress: claim.macAddress })];
    default:
      return claims.with(at, { ...claim, requested: `10.0.1.${at}` });
  }
}
