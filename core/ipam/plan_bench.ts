/**
 * The planner with a full /16, in milliseconds and beside what reading and writing such a record as JSON takes in the
 * same run; and the memory of a large range.
 *
 * `deno run --v8-flags=--expose-gc core/ipam/plan_bench.ts`; exits with an error where a goal is missed.
 *
 * @module
 */
import process from "node:process";
import { formatMac } from "../net/mod.ts";
import type { IPPool } from "../api/types.ts";
import { planPool } from "./plan_pool.ts";
import type { Claim, Plan, PlanInput } from "./types.ts";

const CLAIMS = 65_000;
const ROUNDS = 15;
const GOAL_FULL_MS = 100;
const GOAL_CHANGE_MS = 20;
const GOAL_MEGABYTES = 10;
const NOW = Date.parse("2026-01-01T00:00:00Z");
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

/** The pool as a watch hands it over: every object new. */
function received(json: string): IPPool {
  return JSON.parse(json) as IPPool;
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

const empty = poolOf("10.0.0.0/16");
const claims = claimsOf(CLAIMS);
const first = plan(empty, claims);
if (first.ipv4.used !== CLAIMS) {
  throw new Error(`Only ${first.ipv4.used} of ${CLAIMS} were allocated`);
}
const full = withRecord(empty, first);
const json = JSON.stringify(full);
const oneMore = [...claims, ...claimsOf(1, CLAIMS)];
const oneLess = claims.with(CLAIMS >> 1, { ...claims[CLAIMS >> 1], state: "releasing" } as Claim);

/** A pool that the planner has seen before, as the controller's own cache has it. */
function known(): IPPool {
  const pool = received(json);
  plan(pool, claims);
  return pool;
}

const rows: readonly (readonly [what: string, times: Times, goal: number])[] = [
  ["a full pool from nothing", time(() => empty, (pool) => plan(pool, claims)), GOAL_FULL_MS],
  ["one VM more", time(known, (pool) => plan(pool, oneMore)), GOAL_CHANGE_MS],
  ["one VM less", time(known, (pool) => plan(pool, oneLess)), GOAL_CHANGE_MS],
  ["nothing changed", time(known, (pool) => plan(pool, claims)), GOAL_CHANGE_MS],
  [
    "nothing changed, record new from the API server",
    time(() => received(json), (pool) => plan(pool, claims)),
    GOAL_FULL_MS,
  ],
  [
    "one VM more, record new from the API server",
    time(() => received(json), (pool) => plan(pool, oneMore)),
    GOAL_FULL_MS,
  ],
];
const parse = time(() => json, (text) => JSON.parse(text));

print(`${CLAIMS} claims on a /16`, ["best ms", "median ms", "of JSON.parse", "goal"]);
for (const [what, { best, median }, goal] of rows) {
  const ratio = (best / parse.best).toFixed(2);
  print(what, [best.toFixed(1), median.toFixed(1), ratio, `< ${goal}`]);
}
print("JSON.parse of the pool", [parse.best.toFixed(1), parse.median.toFixed(1), "1.00", ""]);

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
