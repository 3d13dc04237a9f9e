import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ClusterModel, type Step } from "../testing/cluster_model.ts";
import { HOUR, MINUTE } from "../testing/fixture.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { checkPlan } from "../testing/plan_checks.ts";

const VMS = 8;
const vm = fc.nat(VMS - 1);
const address = fc.constantFrom(
  ...["10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.13", "10.0.1.1", "?"],
);
const usable = fc.constantFrom("10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
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
    do: fc.constantFrom(...["request", "note"] as const),
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
  fc.record({ do: fc.constantFrom(...["use", "leave"] as const), address: usable, vm }),
  fc.record({ do: fc.constant("pausePool" as const), paused: fc.boolean() }),
  fc.record({ do: fc.constant("serve" as const), isServed: fc.boolean() }),
  fc.record({
    do: fc.constant("wait" as const),
    ms: fc.constantFrom(1000, MINUTE, 11 * MINUTE, 61 * MINUTE),
  }),
  { weight: 8, arbitrary: fc.constant<Step>({ do: "plan" }) },
  fc.constantFrom<Step>({ do: "planAndCrash" }, { do: "restart" }),
);

/** From room for one client that is told something of its own to room for all. */
const clientBytes = fc.constantFrom(90, 150, 300, 10_000);

/** Beside that: NICs that get other MAC addresses, also such as others have, restores, and what clients are told. */
const anything: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: step },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("move" as const), vm, mac: fc.nat(VMS + 4) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "restore" }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("tell" as const),
      vm,
      options: fc.option(
        fc.constantFrom({ mtu: 1400 }, { router: "10.9.9.9" }, { mtu: 1, wpad: "" }, {
          bootFileName: "x".repeat(60),
        }),
        { nil: undefined },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("names" as const), hostnames: fc.boolean() }),
  },
);

Deno.test("planPool: no sequence of events gives two MACs one address, loses one, or moves a MAC without a reason", () => {
  fc.assert(
    fc.property(
      fc.array(anything, { minLength: 10, maxLength: 60 }),
      maxEntries,
      clientBytes,
      (steps, maxEntries, clientBytes) => {
        const cluster = new ClusterModel(checkPlan, { warnEntries: 3, maxEntries, clientBytes });
        for (const step of steps) cluster.take(step);
      },
    ),
    { numRuns: 1000 },
  );
});

/** What fills a small record and empties a small range: many VMs, holds and declined addresses. */
const crowding: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("create" as const), vm }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom(...["decline", "delete", "forget"] as const), vm }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("request" as const), vm, address }),
  },
  { weight: 1, arbitrary: anything },
  { weight: 6, arbitrary: fc.constant<Step>({ do: "plan" }) },
);

Deno.test("planPool: in a record that is full, in a range that is used up, the next plan of the same world says the same", () => {
  fc.assert(
    fc.property(
      fc.array(crowding, { minLength: 15, maxLength: 80, size: "max" }),
      fc.integer({ min: 2, max: 9 }),
      (steps, maxEntries) => {
        const cluster = new ClusterModel(checkPlan, { warnEntries: 3, maxEntries });
        for (const step of steps) cluster.take(step);
      },
    ),
    { numRuns: 500 },
  );
});

/** What the property above found, as small as it goes. */
const FOUND: Readonly<Record<string, readonly [maxEntries: number, steps: readonly Step[]]>> = {
  "who declined what rests for one that is gone, and whose hold has no room": [7, [
    { do: "create", vm: 0 },
    { do: "create", vm: 4 },
    { do: "create", vm: 7 },
    { do: "plan" },
    { do: "create", vm: 2 },
    { do: "create", vm: 6 },
    { do: "delete", vm: 0 },
    { do: "plan" },
    { do: "create", vm: 1 },
    { do: "delete", vm: 6 },
    { do: "decline", vm: 0 },
    { do: "plan" },
  ]],
  "in which somebody gets another address than one that rests, and so fills it": [7, [
    { do: "create", vm: 2 },
    { do: "request", vm: 2, address: "10.0.0.13" },
    { do: "plan" },
    { do: "request", vm: 2, address: "10.0.0.3" },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "decline", vm: 2 },
    { do: "create", vm: 5 },
    { do: "plan" },
    { do: "create", vm: 3 },
    { do: "create", vm: 4 },
    { do: "forget", vm: 2 },
    { do: "plan" },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "decline", vm: 0 },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "plan" },
    { do: "request", vm: 0, address: "10.0.0.1" },
    { do: "plan" },
    { do: "create", vm: 0 },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "plan" },
  ]],
  "whose guest declined what its owner asks for": [2, [
    { do: "create", vm: 1 },
    { do: "plan" },
    { do: "decline", vm: 1 },
    { do: "forget", vm: 1 },
    { do: "create", vm: 1 },
    { do: "request", vm: 1, address: "10.0.0.4" },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "pausePool", paused: true },
    { do: "plan" },
  ]],
  "that asks for what is used, and whose hold has no room": [3, [
    { do: "create", vm: 0 },
    { do: "create", vm: 3 },
    { do: "plan" },
    { do: "request", vm: 3, address: "10.0.0.4" },
    { do: "use", address: "10.0.0.4", vm: 2 },
    { do: "request", vm: 0, address: "10.0.0.5" },
    { do: "plan" },
    { do: "decline", vm: 0 },
    { do: "plan" },
    { do: "plan" },
  ]],
  "that has the MAC address of a NIC which is gone, and not what that one had": [5, [
    { do: "create", vm: 4 },
    { do: "request", vm: 4, address: "10.0.0.6" },
    { do: "plan" },
    { do: "delete", vm: 4 },
    { do: "move", vm: 4, mac: 6 },
    { do: "create", vm: 0 },
    { do: "create", vm: 7 },
    { do: "plan" },
    { do: "request", vm: 0, address: "10.0.0.5" },
    { do: "decline", vm: 0 },
    { do: "create", vm: 6 },
    { do: "delete", vm: 7 },
    { do: "plan" },
  ]],
  "that uses what another one has just given back": [4, [
    { do: "create", vm: 6 },
    { do: "plan" },
    { do: "delete", vm: 6 },
    { do: "create", vm: 0 },
    { do: "use", address: "10.0.0.5", vm: 0 },
    { do: "plan" },
  ]],
  "whose former MAC address and address were another NIC's, too, which gives them back": [2, [
    { do: "create", vm: 2 },
    { do: "create", vm: 3 },
    { do: "create", vm: 0 },
    { do: "plan" },
    { do: "move", vm: 2, mac: 2 },
    { do: "plan" },
    { do: "delete", vm: 3 },
    { do: "plan" },
  ]],
  "whose address a namesake notes, and that uses it": [4, [
    { do: "use", address: "10.0.0.3", vm: 0 },
    { do: "create", vm: 1 },
    { do: "plan" },
    { do: "plan" },
    { do: "restore" },
    { do: "create", vm: 0 },
    { do: "plan" },
  ]],
};

for (const [whose, [maxEntries, steps]] of Object.entries(FOUND)) {
  Deno.test(`planPool: the next plan says the same of a client ${whose}`, () => {
    const cluster = new ClusterModel(checkPlan, { warnEntries: 3, maxEntries });
    for (const step of steps) cluster.take(step);
  });
}

Deno.test("planPool: whatever happened, every address comes back when every VM is gone, and every hold ends", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cluster = new ClusterModel(checkPlan);
      for (const step of steps) cluster.take(step);
      cluster.take({ do: "leaveAll" });
      cluster.take({ do: "range", range: { start: "10.0.0.3", end: "10.0.0.12" } });
      cluster.take({ do: "pausePool", paused: false });
      cluster.take({ do: "serve", isServed: true });
      for (let vm = 0; vm < VMS; vm++) cluster.take({ do: vm % 3 ? "delete" : "forget", vm });
      cluster.take({ do: "plan" });
      cluster.take({ do: "wait", ms: ORPHAN_AGE_MS });
      cluster.take({ do: "plan" });
      strictEqual(cluster.pool.status?.ipv4?.used, 0);
      cluster.take({ do: "wait", ms: HOUR + 2 * MINUTE });
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
      cluster.take({ do: "leaveAll" });
      cluster.take({ do: "range", range: { start: "10.0.0.3", end: "10.0.0.14" } });
      cluster.take({ do: "pausePool", paused: false });
      cluster.take({ do: "serve", isServed: true });
      for (let vm = 0; vm < VMS; vm++) {
        cluster.take({ do: "create", vm });
        cluster.take({ do: "resume", vm });
        cluster.take({ do: vm < 4 && vm % 2 ? "stop" : "start", vm });
        cluster.take({ do: "request", vm, address: undefined });
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
