import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { RecordChange } from "../api/ippool_history.ts";
import type { IPPool } from "../api/types.ts";
import { planPool } from "../ipam/plan/plan_pool.ts";
import { ClusterModel, type Planned, type Step } from "../ipam/testing/cluster_model.ts";
import { claimOf, HOUR, macOf, MINUTE, NOW, poolOf, written } from "../ipam/testing/fixture.ts";
import type { Claim, PlanInput } from "../ipam/types.ts";
import { parseIPv4, parseMac, readMac } from "../net/mod.ts";
import { recordChanges } from "./record_change.ts";

/** A pool from plan to plan, as the controller leads it. */
class Life {
  pool: IPPool;
  #holders: ReadonlyMap<string, Claim> | undefined;
  #sightings: ReadonlyMap<string, number> | undefined;

  constructor(pool: IPPool = poolOf()) {
    this.pool = pool;
  }

  /** Plans and commits; answers what changed, as `event address number-of-VM why`. */
  step(claims: readonly Claim[], more: Partial<PlanInput> = {}): readonly string[] {
    return this.rows(claims, more).map(({ event, address, from, macAddress, why }) =>
      [event, address, ...(from === undefined ? [] : ["from", from]), macAddress.slice(-2), why]
        .join(" ")
    );
  }

  rows(claims: readonly Claim[], more: Partial<PlanInput> = {}): readonly RecordChange[] {
    const input: PlanInput = {
      pool: this.pool,
      claims,
      now: NOW,
      ...(this.#holders && { holders: this.#holders }),
      ...(this.#sightings && { sightings: this.#sightings }),
      ...more,
    };
    const plan = planPool(input);
    const before = this.pool.status?.ipv4;
    this.pool = written(this.pool, plan);
    this.#holders = plan.holders;
    this.#sightings = plan.sightings;
    return recordChanges({ input, plan, before, after: this.pool.status?.ipv4 });
  }

  restart(): void {
    this.#holders = undefined;
    this.#sightings = undefined;
  }
}

const STRANGER = "52:54:00:99:99:99";

Deno.test("recordChanges: an address that is given names the VM, its UID, when and why", () => {
  deepStrictEqual(new Life().rows([claimOf(1, { requested: "10.0.0.15" })]), [{
    at: "2026-01-01T00:00:00Z",
    event: "given",
    address: "10.0.0.15",
    macAddress: macOf(1),
    vm: "default/vm-1",
    uid: "uid-1",
    why: "Requested",
  }]);
});

Deno.test("recordChanges: a plan that changes nothing is no change, nor are marks that follow the spec", () => {
  const life = new Life(poolOf({ config: { pool: { exclude: ["10.0.0.12"] } } }));
  strictEqual(life.step([claimOf(1)]).length, 1);
  deepStrictEqual(life.step([claimOf(1)]), []);
  deepStrictEqual(life.step([claimOf(1)], { now: NOW + HOUR }), []);
});

Deno.test("recordChanges: an address is released with the VM that had it, also where that is gone from the claim", () => {
  const life = new Life();
  life.step([claimOf(1, { requested: "10.0.0.15" })]);
  const { vm: _, ...gone } = claimOf(1, { state: "releasing", previous: "10.0.0.15" });
  deepStrictEqual(life.rows([gone]), [{
    at: "2026-01-01T00:00:00Z",
    event: "released",
    address: "10.0.0.15",
    macAddress: macOf(1),
    vm: "default/vm-1",
    uid: "uid-1",
    why: "Released",
  }]);
  // The hold of a released address ends unseen.
  deepStrictEqual(life.step([], { now: NOW + 2 * HOUR }), []);
});

Deno.test("recordChanges: after a restart of the controller a release still names the VM that its object names", () => {
  const life = new Life();
  life.step([claimOf(1)]);
  life.restart();
  const { vm: _, ...gone } = claimOf(1, { state: "releasing", vmName: "web" });
  deepStrictEqual(life.rows([gone]).map(({ vm, why }) => [vm, why]), [["default/web", "Released"]]);
});

Deno.test("recordChanges: a VM that comes back gets its former address, and it is told so", () => {
  const life = new Life();
  const [given] = life.step([claimOf(1)]);
  const address = given?.split(" ")[1] ?? "";
  life.step([claimOf(1, { state: "releasing" })]);
  deepStrictEqual(life.step([claimOf(1)]), [`given ${address} 01 FormerAddress`]);
});

Deno.test("recordChanges: what nobody claims is released as an orphan", () => {
  const life = new Life();
  life.step([claimOf(1, { requested: "10.0.0.15" })]);
  deepStrictEqual(life.step([], { now: NOW + MINUTE }), []);
  deepStrictEqual(life.step([], { now: NOW + 3 * MINUTE }), [
    "released 10.0.0.15 01 OrphanReleased",
  ]);
});

Deno.test("recordChanges: a NIC that gets another address moves, in one row", () => {
  const life = new Life();
  life.step([claimOf(1, { requested: "10.0.0.15" })]);
  deepStrictEqual(life.step([claimOf(1, { requested: "10.0.0.16", previous: "10.0.0.15" })]), [
    "moved 10.0.0.16 from 10.0.0.15 01 Requested",
  ]);
});

Deno.test("recordChanges: a declined address is told with who had it, then where its NIC went, then that it is free again", () => {
  const life = new Life();
  const claim = claimOf(1);
  const [given] = life.step([claim]);
  const address = given?.split(" ")[1] ?? "";
  const declined = [{
    address,
    macAddress: macOf(1),
    usedBy: STRANGER,
    at: new Date(NOW).toISOString(),
  }];
  const told = life.step([{ ...claim, previous: address, holds: true }], { declined });
  strictEqual(told.length, 2);
  strictEqual(told[0], `declined ${address} 01 AddressDeclined`);
  ok(told[1]?.startsWith("moved 10.0.0."), told[1]);
  ok(told[1]?.endsWith(`from ${address} 01 AddressDeclined`), told[1]);
  const next = told[1]?.split(" ")[1] ?? "";
  const later = { ...claim, previous: next, holds: true };
  deepStrictEqual(life.step([later], { now: NOW + 2 * HOUR }), [
    `freed ${address} 01 ConflictEnded`,
  ]);
});

Deno.test("recordChanges: an address that a stranger uses is held under the stranger's MAC address, and freed", () => {
  const life = new Life();
  const inUse = new Map([[parseIPv4("10.0.0.13"), parseMac(STRANGER)]]);
  deepStrictEqual(life.step([], { inUse }), ["held 10.0.0.13 99 AddressesInUse"]);
  deepStrictEqual(life.step([], { now: NOW + 2 * HOUR }), ["freed 10.0.0.13 99 ConflictEnded"]);
});

Deno.test("recordChanges: an address that was given in a time that is lost is held for who got it", () => {
  const life = new Life();
  const lost = new Map([[parseIPv4("10.0.0.13"), parseMac(macOf(1))]]);
  deepStrictEqual(life.step([], { lost }), ["held 10.0.0.13 01 AddressesLost"]);
  deepStrictEqual(life.step([], { lost }), []);
  deepStrictEqual(life.step([claimOf(1)]), ["given 10.0.0.13 01 FormerAddress"]);
});

Deno.test("recordChanges: a NIC with another MAC address adopts its address: nobody released it", () => {
  const life = new Life();
  const claim = claimOf(1, { requested: "10.0.0.15" });
  life.step([claim]);
  const { requested: _, ...left } = claim;
  const told = life.step([
    { ...left, id: "left", state: "releasing", previous: "10.0.0.15", holds: true },
    { ...left, macAddress: macOf(9), noted: "10.0.0.15" },
  ]);
  deepStrictEqual(told, ["adopted 10.0.0.15 09 MacAddressChanged"]);
});

Deno.test("recordChanges: what a pool takes over from one that gave way is adopted", () => {
  const former = poolOf({ allocated: { "10.0.0.17": macOf(1) } });
  const life = new Life();
  const claim = claimOf(1, { previous: "10.0.0.17", holds: true });
  deepStrictEqual(life.step([claim], { formerPools: [former] }), [
    "adopted 10.0.0.17 01 RecordTakenOver",
  ]);
});

Deno.test("recordChanges: what rests in a pool that gave way is held by the one that takes over", () => {
  const released = { "10.0.0.17": { macAddress: macOf(1), until: "2026-01-01T00:30:00Z" } };
  const former = poolOf({ ipv4: { released } });
  const life = new Life();
  deepStrictEqual(life.step([], { formerPools: [former] }), ["held 10.0.0.17 01 RecordTakenOver"]);
  deepStrictEqual(life.step([], { formerPools: [former] }), []);
});

Deno.test("recordChanges: a MAC address that was recorded twice keeps one address, and the other is released", () => {
  const life = new Life(poolOf({ allocated: { "10.0.0.15": macOf(1), "10.0.0.16": macOf(1) } }));
  deepStrictEqual(life.step([claimOf(1, { previous: "10.0.0.16", holds: true })]), [
    "released 10.0.0.15 01 InvalidRecord",
  ]);
});

Deno.test("recordChanges: who went and who came in one plan is told in that order", () => {
  const life = new Life();
  life.step([claimOf(1, { requested: "10.0.0.15" })]);
  deepStrictEqual(
    life.step([claimOf(1, { state: "releasing" }), claimOf(2, { requested: "10.0.0.15" })]),
    ["released 10.0.0.15 01 Released", "given 10.0.0.15 02 Requested"],
  );
});

Deno.test("recordChanges: a name of any length that somebody wrote does not push the other rows out of the history", () => {
  const { vm: _, ...claim } = claimOf(1, { vmName: "x".repeat(600_000) });
  const [row] = new Life().rows([claim]);
  strictEqual(row?.event, "given");
  ok(row?.vm?.startsWith("default/xxx"));
  ok(JSON.stringify(row).length < 1_000);
});

const vm = fc.nat(7);
const address = fc.constantFrom("10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("create" as const), vm }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...["delete", "forget", "pause", "resume", "start", "stop", "decline"] as const,
      ),
      vm,
    }),
  },
  fc.record({ do: fc.constantFrom(...["request", "note"] as const), vm, address }),
  fc.record({ do: fc.constant("move" as const), vm, mac: fc.nat(12) }),
  fc.record({ do: fc.constantFrom(...["use", "leave"] as const), address, vm }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1000, MINUTE, HOUR + MINUTE) }),
  { weight: 8, arbitrary: fc.constant<Step>({ do: "plan" }) },
  fc.constantFrom<Step>({ do: "planAndCrash" }, { do: "restart" }, { do: "restore" }),
);

/** Addresses with a MAC address, and those in conflict. */
function stateOf(allocated: Readonly<Record<string, string>> = {}): Map<string, string> {
  return new Map(
    Object.entries(allocated).filter(([, value]) => readMac(value) >= 0 || value === "CONFLICT"),
  );
}

/** Lets rows happen, and refuses those that cannot. */
function replay(state: Map<string, string>, rows: readonly RecordChange[]): void {
  for (const { event, address, macAddress, from, why } of rows) {
    const now = state.get(address);
    const said = `${event} ${address} ${macAddress}: ${now}`;
    switch (event) {
      case "given":
      case "moved":
      case "adopted":
        // Who declined it has it no more.
        if (from !== undefined && state.get(from) === macAddress) state.delete(from);
        ok(now === undefined || now === "CONFLICT" || event === "adopted", said);
        state.set(address, macAddress);
        break;
      case "released":
        strictEqual(now, macAddress, said);
        state.delete(address);
        break;
      case "declined":
      case "held":
        if (why !== "AddressesLost") state.set(address, "CONFLICT");
        break;
      case "freed":
        strictEqual(now, "CONFLICT", said);
        state.delete(address);
        break;
      default:
        event satisfies never;
    }
  }
}

Deno.test("recordChanges: whatever happens, the rows one after the other lead from each record to the next", () => {
  const check = ({ input, plan }: Planned) => {
    const before = input.pool.status?.ipv4;
    const state = stateOf(before?.allocated);
    replay(state, recordChanges({ input, plan, before, after: plan.ipv4 }));
    const sorted = (map: Map<string, string>) => [...map].sort();
    deepStrictEqual(sorted(state), sorted(stateOf(plan.ipv4.allocated)));
  };
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const cluster = new ClusterModel(check);
      for (const step of steps) cluster.take(step);
    }),
    { numRuns: 500 },
  );
});
