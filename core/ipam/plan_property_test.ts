import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatIPv4, parseIPv4, readIPv4, readMac } from "../net/mod.ts";
import { ClusterModel, type Planned, type Step } from "./cluster_model.ts";
import { claimOf, HOUR, macOf, MINUTE, NOW, poolOf, written } from "./fixture.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { ownersOf } from "./owners.ts";
import { planPool } from "./plan_pool.ts";
import { poolNetwork } from "./pool_network.ts";
import type { Claim, PlanInput } from "./types.ts";

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

/** MAC address -> address, of those recorded; fails where a MAC address has two. */
function addressesByMac(
  allocated: Readonly<Record<string, string>> = {},
): ReadonlyMap<number, string> {
  const addresses = new Map<number, string>();
  for (const [address, text] of Object.entries(allocated)) {
    const mac = readMac(text);
    if (mac < 0) continue;
    ok(!addresses.has(mac), `${text} has ${addresses.get(mac)} and ${address}`);
    ok(readIPv4(address) >= 0, address);
    addresses.set(mac, address);
  }
  return addresses;
}

function claimsByMac(claims: readonly Claim[]): ReadonlyMap<number, readonly Claim[]> {
  return Map.groupBy(claims, ({ macAddress }) => readMac(macAddress));
}

function isFrozen({ pool, servedBy }: PlanInput): boolean {
  return pool.spec.paused === true || servedBy !== undefined || !poolNetwork(pool).ok;
}

/** Nobody loses an address, or is moved, without a reason. */
function checkKept({ input, plan }: Planned): void {
  const before = addressesByMac(input.pool.status?.ipv4?.allocated);
  const after = addressesByMac(plan.ipv4.allocated);
  const claims = claimsByMac(input.claims);
  for (const [mac, address] of before) {
    const { primary, releasing } = ownersOf(claims.get(mac) ?? []);
    if (primary === undefined) {
      const seen = [...input.sightings ?? []].find(([key]) => key.startsWith(`${address} `))?.[1];
      const isRipe = seen !== undefined && input.now - seen >= ORPHAN_AGE_MS;
      if (releasing.length === 0 && !isRipe) {
        strictEqual(after.get(mac), address, "an orphan went early");
      }
      if (releasing.length > 0) strictEqual(after.get(mac), undefined, "what was released stayed");
      continue;
    }
    const isDeclined = !isFrozen(input) &&
      input.declined?.some((report) =>
        report.address === address && readMac(report.macAddress) === mac
      );
    const isWish = primary.requested !== undefined && after.get(mac) === primary.requested;
    if (!isDeclined && !isWish) {
      strictEqual(after.get(mac), address, "moved or lost without a reason");
    }
  }
}

/** What is given anew is free, wished for or of the range, and nobody else's a moment ago unless nothing else is left. */
function checkGiven({ input, plan }: Planned): void {
  const before = addressesByMac(input.pool.status?.ipv4?.allocated);
  const claims = claimsByMac(input.claims);
  const network = poolNetwork(input.pool);
  const owners = new Map([...before].map(([mac, address]) => [address, mac]));
  for (const [mac, address] of addressesByMac(plan.ipv4.allocated)) {
    if (before.get(mac) === address) continue;
    ok(network.ok && !isFrozen(input), "a pool that is not served gave an address");
    const { range, reserved, excluded } = network.value;
    const number = parseIPv4(address);
    ok(!reserved.has(number) && !excluded.has(number), `${address} is not to be given`);
    const isWished = claims.get(mac)?.some(({ requested }) => requested === address) === true;
    ok(isWished || number >= range.start && number <= range.end, `${address} is outside the range`);
    const isHeld = isHeldFrom(mac, address, input);
    if ((isHeld || owners.has(address)) && !isWished) {
      const others = freeAddresses(plan.ipv4, range)
        .filter((one) => !isHeldFrom(mac, one, input) && !owners.has(one));
      deepStrictEqual(others, [], `${address} was given before its time`);
    }
    const held = readMac(input.pool.status?.ipv4?.released?.[address]?.macAddress ?? "");
    const movedAway = claims.get(held)?.some(({ state }) => state === "wanted") === true;
    if (isHeld && isWished && movedAway) throw new Error(`${address} may still be in use`);
  }
}

/** Whether an address is kept from a MAC address. */
function isHeldFrom(mac: number, address: string, { pool, now }: PlanInput): boolean {
  const hold = pool.status?.ipv4?.released?.[address];
  return hold !== undefined && Date.parse(hold.until) > now &&
    readMac(hold.macAddress ?? "") !== mac;
}

function freeAddresses(
  { allocated = {} }: { readonly allocated?: Readonly<Record<string, string>> },
  range: { readonly start: number; readonly end: number },
): readonly string[] {
  const size = range.end - range.start + 1;
  return Array.from({ length: size }, (_, index) => formatIPv4(range.start + index))
    .filter((address) => allocated[address] === undefined);
}

/** Marks follow the spec, and the counts follow the entries. */
function checkRecord({ input, plan }: Planned): void {
  const { ipv4 } = plan;
  strictEqual(ipv4.used, addressesByMac(ipv4.allocated).size, "used");
  const network = poolNetwork(input.pool);
  if (!network.ok) return;
  const { range, reserved, excluded } = network.value;
  strictEqual(ipv4.available, freeAddresses(ipv4, range).length, "available");
  for (let number = range.start; number <= range.end; number++) {
    const address = formatIPv4(number);
    const text = ipv4.allocated?.[address] ?? "";
    if (text.includes(":") || text.includes("-") || text === "CONFLICT") continue;
    strictEqual(text !== "", reserved.has(number) || excluded.has(number), `${address}: ${text}`);
  }
  for (const [address, text] of Object.entries(ipv4.allocated ?? {})) {
    strictEqual(
      ipv4.conflicts?.[address] !== undefined,
      text === "CONFLICT",
      `${address}: ${text}`,
    );
    strictEqual(ipv4.released?.[address], undefined, `${address} is held and recorded`);
  }
}

/** Outcomes say what the record says, no more and no less. */
function checkOutcomes({ input, plan }: Planned): void {
  const after = addressesByMac(plan.ipv4.allocated);
  const running = new Map<string, string>();
  strictEqual(plan.outcomes.size, input.claims.length);
  for (const { claim, reason, address } of plan.outcomes.values()) {
    const recorded = after.get(readMac(claim.macAddress));
    if (address !== undefined) strictEqual(address, recorded);
    if (reason === "Allocated") ok(claim.requested === undefined || claim.requested === address);
    if (reason === "Allocated") ok(address !== undefined && claim.state === "wanted");
    strictEqual(reason === "Released", claim.state === "releasing");
    if (reason === "PoolExhausted") strictEqual(plan.ipv4.available, 0);
    if (address === undefined || claim.vm?.running !== true) continue;
    strictEqual(running.get(address), undefined, `two running VMs have ${address}`);
    running.set(address, claim.id);
  }
}

/** Planning again changes nothing and says the same. */
function checkStable({ input, plan }: Planned): void {
  const { sightings } = plan;
  const again = planPool({ ...input, pool: written(input.pool, plan), sightings });
  strictEqual(again.changed, false, JSON.stringify([plan.ipv4, again.ipv4]));
  deepStrictEqual(again.outcomes, plan.outcomes);
  deepStrictEqual(again.sightings, plan.sightings);
  strictEqual(again.wakeAt, plan.wakeAt);
  ok(plan.wakeAt === undefined || plan.wakeAt > input.now);
  const backwards = planPool({ ...input, claims: input.claims.toReversed() });
  deepStrictEqual(backwards.ipv4, plan.ipv4);
  deepStrictEqual(backwards.outcomes, plan.outcomes);
}

/** What an earlier plan of the same record has left behind changes nothing. */
function checkCarried({ input, plan }: Planned): void {
  deepStrictEqual(planPool({ ...input, pool: structuredClone(input.pool) }), plan);
}

function checkAll(planned: Planned): void {
  checkCarried(planned);
  checkKept(planned);
  checkGiven(planned);
  checkRecord(planned);
  checkOutcomes(planned);
  checkStable(planned);
}

Deno.test("planPool: no sequence of events gives two MACs one address, loses one, or moves a MAC without a reason", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 10, maxLength: 60 }),
      maxEntries,
      (steps, maxEntries) => {
        const cluster = new ClusterModel(checkAll, { warnEntries: 3, maxEntries });
        for (const step of steps) cluster.take(step);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("planPool: whatever happened, every address comes back when every VM is gone, and every hold ends", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cluster = new ClusterModel(checkAll);
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
      const cluster = new ClusterModel(checkAll);
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
