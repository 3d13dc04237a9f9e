/**
 * The planner with a full /16, in milliseconds and beside what reading and writing such a record as JSON takes in the
 * same run; and the memory of a large range.
 *
 * `deno run --v8-flags=--expose-gc core/ipam/plan/plan_bench.ts`; exits with an error where a goal is missed.
 *
 * @module
 */
import process from "node:process";
import { formatMac } from "../../net/mod.ts";
import type { IPPool } from "../../api/types.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { planPool } from "./plan_pool.ts";
import type { Claim, Plan, PlanInput } from "../types.ts";

/** Claims that fill a /16. */
const FULL = 65_000;
/** Claims at the product's limit. */
const MOST = DEFAULT_LIMITS.maxEntries;
const ROUNDS = 15;
const GOAL_FULL_MS = 150;
const GOAL_CHANGE_MS = 40;
const GOAL_NAMES_MS = 50;
const GOAL_MEGABYTES = 10;
const NOW = Date.parse("2026-01-01T00:00:00Z");
/** None, so that what is measured is never a refusal. */
const LIMITS = { warnEntries: Infinity, maxEntries: Infinity };

function poolOf(cidr: string): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "bench", namespace: "default", uid: "bench" },
    spec: { networkName: "default/bench", ipv4Config: { cidr } },
  };
}

/** Claims of VMs that were made within a minute, in no order of their addresses. */
function claimsOf(count: number, first = 0): Claim[] {
  return Array.from({ length: count }, (_, index): Claim => {
    const number = first + index;
    const uid = `6f6cc1b5-61a1-4b52-9d5c-${number.toString(16).padStart(12, "0")}`;
    const macAddress = formatMac(
      0x5254_0000_0000 + Math.imul(number, 2_654_435_761) % 2 ** 24 + 2 ** 24,
    );
    const name = `vm-${number}`;
    return {
      id: `${uid}/${macAddress}`,
      owner: { namespace: "default", name, uid },
      vm: { namespace: "default", name, uid, running: true },
      macAddress,
      createdAt: NOW - 60_000 + number % 60 * 1000,
      state: "wanted",
    };
  });
}

function plan(pool: IPPool, claims: readonly Claim[]): Plan {
  const input: PlanInput = { pool, claims, now: NOW, limits: LIMITS };
  return planPool(input);
}

function withRecord(pool: IPPool, { ipv4 }: Plan): IPPool {
  return { ...pool, status: { ipv4 } };
}

interface Times {
  readonly best: number;
  readonly median: number;
}

/** Milliseconds that `work` takes; what `prepare` does is not counted. */
function time<T>(prepare: () => T, work: (prepared: T) => unknown): Times {
  const times = Array.from({ length: ROUNDS + 5 }, () => {
    const prepared = prepare();
    const start = performance.now();
    work(prepared);
    return performance.now() - start;
  });
  const sorted = times.slice(5).sort((a, b) => a - b);
  return { best: sorted[0] ?? NaN, median: sorted[ROUNDS >> 1] ?? NaN };
}

function gc(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("Cannot measure: run with --v8-flags=--expose-gc");
  collect();
}

function megabytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** What a plan of a pool takes while it is made and kept, in megabytes; nothing is collected meanwhile. */
function memoryOf(cidr: string, count: number): number {
  const pool = poolOf(cidr);
  const claims = claimsOf(count);
  const sizes = Array.from({ length: 5 }, () => {
    gc();
    const before = megabytes();
    const first = plan(pool, claims);
    const second = plan(withRecord(pool, first), claims);
    const after = megabytes();
    if (second.changed || first.ipv4.used !== count) throw new Error("The plan is wrong");
    return after - before;
  });
  return sizes.sort((a, b) => a - b)[2] ?? NaN;
}

/** Fills an empty pool. */
function filled(pool: IPPool, claims: readonly Claim[]): IPPool {
  const first = plan(pool, claims);
  if (first.ipv4.used !== claims.length) throw new Error(`Only ${first.ipv4.used} were allocated`);
  return withRecord(pool, first);
}

const empty = poolOf("10.0.0.0/16");
const full = claimsOf(FULL);
filled(empty, full);
const claims = claimsOf(MOST);
const json = JSON.stringify(filled(empty, claims));
const oneMore = [...claims, ...claimsOf(1, MOST)];
const oneLess = claims.with(MOST >> 1, { ...claims[MOST >> 1], state: "releasing" } as Claim);

/** Plans the pool as a watch hands it over: every object new. */
function replan(claims: readonly Claim[], text = json): Times {
  return time(() => JSON.parse(text) as IPPool, (pool) => plan(pool, claims));
}

const named = claims.map((claim): Claim => ({ ...claim, vmName: claim.owner.name }));
const namingConfig = { ...empty.spec.ipv4Config, hostnames: true };
const naming = { ...empty, spec: { ...empty.spec, ipv4Config: namingConfig } };
const jsonOfNames = JSON.stringify(filled(naming, named));
/** Every hundredth NIC is told something of its own. */
const some = claims.map((claim, index): Claim =>
  index % 100 > 0 ? claim : { ...claim, options: { mtu: 1_400, dns: ["10.0.0.3"] } }
);
const jsonOfSome = JSON.stringify(filled(empty, some));

const rows: readonly (readonly [what: string, times: Times, goal: number])[] = [
  [`${FULL} claims on a /16 from nothing`, time(() => empty, (p) => plan(p, full)), GOAL_FULL_MS],
  [`one claim more at ${MOST} entries`, replan(oneMore), GOAL_CHANGE_MS],
  [`one claim less at ${MOST} entries`, replan(oneLess), GOAL_CHANGE_MS],
  [`nothing changed at ${MOST} entries`, replan(claims), GOAL_CHANGE_MS],
  ["the same, with options of every hundredth NIC", replan(some, jsonOfSome), GOAL_CHANGE_MS],
  ["the same, with host names", replan(named, jsonOfNames), GOAL_NAMES_MS],
];
const parse = time(() => json, (text) => JSON.parse(text));

print("", ["best ms", "median ms", "of JSON.parse", "goal"]);
for (const [what, { best, median }, goal] of rows) {
  const ratio = (best / parse.best).toFixed(2);
  print(what, [best.toFixed(1), median.toFixed(1), ratio, `< ${goal}`]);
}
print(`JSON.parse of ${MOST} entries`, [
  parse.best.toFixed(1),
  parse.median.toFixed(1),
  "1.00",
  "",
]);

const small = memoryOf("10.0.0.0/24", 250);
const large = memoryOf("10.0.0.0/8", 1000);
print("", []);
print("memory while a plan is made and kept", ["MB", "goal"]);
print("/24 with 250 leases", [small.toFixed(2), ""]);
print("/8 with 1,000 leases", [large.toFixed(2), `< ${(small + GOAL_MEGABYTES).toFixed(2)}`]);

const missed = rows.filter(([, { best }, goal]) => best >= goal).map(([what]) => what);
if (large - small >= GOAL_MEGABYTES) missed.push("memory of a large range");
if (missed.length > 0) {
  print(`Missed: ${missed.join(", ")}`, []);
  process.exitCode = 1;
}

function print(what: string, columns: readonly string[]): void {
  process.stdout.write(`${what.padEnd(50)}${columns.map((text) => text.padStart(14)).join("")}\n`);
}
