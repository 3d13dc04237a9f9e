/**
 * What people, machines and chance do to a cluster: plain data, so that a failing scenario can be cut, kept and told.
 *
 * @module
 */
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { Random } from "../../runtime/clock.ts";
import { mac, type TestNic } from "../controller/objects.ts";
import { between, oneOf, streamOf } from "./engine/random.ts";
import type { LinkMode } from "./world/api_link.ts";

/** One thing that is done. `whom` is an index into what there is at that moment. */
export type Deed =
  | { readonly do: "create pool"; readonly pool: number }
  | { readonly do: "edit pool"; readonly pool: number; readonly edit: PoolEdit }
  | { readonly do: "delete pool"; readonly pool: number }
  | { readonly do: "restore pool"; readonly pool: number }
  | { readonly do: "create vm"; readonly vm: string; readonly nics: readonly TestNic[] }
  | { readonly do: "clone vm"; readonly vm: string; readonly of: string }
  | { readonly do: "forged decline"; readonly whom: number }
  | { readonly do: "delete vm"; readonly vm: string }
  | { readonly do: "edit nics"; readonly vm: string; readonly nics: readonly TestNic[] }
  | { readonly do: "static address"; readonly vm: string; readonly address: string | null }
  | { readonly do: "run vm"; readonly vm: string; readonly running: boolean }
  | { readonly do: "opt out"; readonly vm: string; readonly out: boolean }
  | { readonly do: "pause config"; readonly vm: string; readonly paused: boolean }
  | { readonly do: "delete config"; readonly vm: string }
  | { readonly do: "restart client"; readonly whom: number; readonly releases: boolean }
  | {
    readonly do: "foreign host";
    readonly pool: number;
    readonly last: number;
    readonly forMs: number;
  }
  | { readonly do: "kill"; readonly whom: number }
  | { readonly do: "stop"; readonly whom: number }
  | { readonly do: "freeze"; readonly whom: number; readonly forMs: number }
  | { readonly do: "clock"; readonly whom: number; readonly ms: number }
  | {
    readonly do: "link";
    readonly whom: number;
    readonly mode: LinkMode;
    readonly forMs: number;
  }
  | { readonly do: "api away"; readonly mode: LinkMode; readonly forMs: number }
  | { readonly do: "trouble"; readonly part: number; readonly forMs: number }
  | {
    readonly do: "weather";
    readonly pool: number;
    readonly lost: number;
    readonly doubled: number;
    readonly delayMs: number;
    readonly forMs: number;
  }
  | { readonly do: "cut agent"; readonly whom: number; readonly forMs: number }
  | { readonly do: "remake interface"; readonly whom: number }
  | { readonly do: "lose node"; readonly node: number; readonly forMs: number }
  | { readonly do: "evict pod"; readonly whom: number }
  | { readonly do: "backup" }
  | { readonly do: "restore" };

/** An edit of a pool. */
type PoolEdit =
  | { readonly leaseTime: number }
  | { readonly paused: boolean }
  | { readonly dns: string }
  | { readonly end: number };

/** A deed and its time, milliseconds from the beginning. */
export interface TimedDeed {
  readonly at: number;
  readonly deed: Deed;
}

/** Everything that a run follows from. */
export interface Scenario {
  readonly seed: number;
  readonly tenancy: Tenancy;
  /** When the faults stop, milliseconds from the beginning. */
  readonly untilMs: number;
  readonly deeds: readonly TimedDeed[];
}

/** Pools of every scenario: `namespace/name`, also of its network; the first two octets of its subnet; last octets of its range. */
export const POOLS = [
  { key: "default/net-48", prefix: "192.168.48", start: 81, end: 100, clusterNetwork: "mgmt" },
  { key: "tenant-a/net-50", prefix: "10.50.0", start: 10, end: 40, clusterNetwork: "mgmt" },
  { key: "tenant-b/net-60", prefix: "192.168.48", start: 20, end: 50, clusterNetwork: "other" },
] as const;

const VMS = 14;
const LEAST_GAP_MS = 200;

/** The scenario of a seed: so many milliseconds of a cluster's life. */
export function scenarioOf(seed: number, untilMs: number): Scenario {
  const random = streamOf(seed, "scenario");
  const deeds: TimedDeed[] = POOLS.map((_, pool) => ({
    at: 2_000 + pool * 500,
    deed: { do: "create pool", pool },
  }));
  const calm = random() < 0.15;
  const meanMs = oneOf(random, [2_000, 6_000, 15_000]);
  for (let n = 0; n < VMS / 2; n++) {
    deeds.push({
      at: 3_000 + n * 300,
      deed: { do: "create vm", vm: vmName(n), nics: nicsOf(n, random) },
    });
  }
  for (let at = 12_000; at < untilMs;) {
    at += LEAST_GAP_MS + -Math.log(1 - random()) * meanMs;
    const deed = calm || random() < 0.55 ? people(random) : fault(random, untilMs - at);
    if (at < untilMs) deeds.push({ at: Math.round(at), deed });
  }
  const tenancy = random() < 0.5 ? "shared" : "isolated";
  return { seed, tenancy, untilMs, deeds };
}

/** `namespace/name` of the n-th VM. */
function vmName(n: number): string {
  return `${oneOf(() => (n % 3) / 3, ["default", "tenant-a", "tenant-b"])}/vm-${n}`;
}

/** NICs of the n-th VM: a MAC address is one VM's. */
function nicsOf(n: number, random: Random): readonly TestNic[] {
  const own = POOLS[n % 3]?.key ?? "";
  const count = oneOf(random, [1, 1, 1, 2]);
  return Array.from({ length: count }, (_, nic) => ({
    network: nic === 0 ? own : oneOf(random, POOLS).key,
    // KubeVirt makes up what is not given.
    ...(n % 5 === 4 ? {} : { mac: mac(n * 16 + nic * 4 + (random() < 0.1 ? 1 : 0)) }),
  }));
}

function people(random: Random): Deed {
  const n = between(random, 0, VMS - 1);
  const vm = vmName(n);
  const pool = between(random, 0, POOLS.length - 1);
  const { prefix, start, end } = POOLS[n % 3] ?? POOLS[0];
  switch (between(random, 0, 16)) {
    case 16: {
      const namespace = oneOf(random, ["default", "tenant-a", "tenant-b"]);
      return { do: "clone vm", vm: `${namespace}/clone-${between(random, 1, 3)}`, of: vm };
    }
    case 0:
    case 1:
    case 2:
    case 3:
      return { do: "create vm", vm, nics: nicsOf(n, random) };
    case 4:
    case 5:
      return { do: "delete vm", vm };
    case 6:
      return { do: "edit nics", vm, nics: nicsOf(n, random) };
    case 7:
      return {
        do: "static address",
        vm,
        address: random() < 0.3 ? null : `${prefix}.${between(random, start, end)}`,
      };
    case 8:
      return { do: "run vm", vm, running: random() < 0.5 };
    case 9:
      return { do: "opt out", vm, out: random() < 0.4 };
    case 10:
      return { do: "pause config", vm, paused: random() < 0.3 };
    case 11:
      if (random() < 0.3) {
        return {
          do: "delete vm",
          vm: `${oneOf(random, ["default", "tenant-a", "tenant-b"])}/clone-${
            between(random, 1, 3)
          }`,
        };
      }
      return random() < 0.5 ? { do: "delete config", vm } : { do: "delete pool", pool };
    case 12:
      return { do: random() < 0.7 ? "create pool" : "restore pool", pool };
    case 13:
      return {
        do: "edit pool",
        pool,
        edit: oneOf<PoolEdit>(random, [
          { leaseTime: oneOf(random, [60, 120, 300]) },
          { paused: random() < 0.3 },
          { dns: `1.1.1.${between(random, 1, 9)}` },
          { end: (POOLS[pool]?.end ?? 0) + between(random, 0, 5) },
        ]),
      };
    default:
      return {
        do: "restart client",
        whom: between(random, 0, 99),
        releases: random() < 0.3,
      };
  }
}

function fault(random: Random, leftMs: number): Deed {
  const whom = between(random, 0, 99);
  const forMs = Math.round(
    Math.min(leftMs, 500 + -Math.log(1 - random()) * oneOf(random, [5_000, 40_000])),
  );
  const pool = between(random, 0, POOLS.length - 1);
  const mode: LinkMode = random() < 0.6 ? "silent" : "refused";
  switch (between(random, 0, 18)) {
    case 0:
    case 1:
    case 2:
      return { do: "kill", whom };
    case 3:
      return { do: "stop", whom };
    case 4:
    case 5:
      return { do: "freeze", whom, forMs };
    case 6:
      return { do: "clock", whom, ms: oneOf(random, [-600_000, -5_000, 5_000, 3_600_000]) };
    case 7:
    case 8:
      return { do: "link", whom, mode, forMs };
    case 9:
      return { do: "api away", mode, forMs };
    case 10:
    case 11:
      return { do: "trouble", part: oneOf(random, [0.02, 0.1, 0.3]), forMs };
    case 12:
      return {
        do: "weather",
        pool,
        lost: oneOf(random, [0, 0.05, 0.3]),
        doubled: oneOf(random, [0, 0.2]),
        delayMs: oneOf(random, [5, 200, 3_000]),
        forMs,
      };
    case 13:
      return { do: "cut agent", whom, forMs };
    case 14:
      return { do: "remake interface", whom };
    case 15:
      return random() < 0.5
        ? { do: "lose node", node: between(random, 0, 2), forMs }
        : { do: "evict pod", whom };
    case 16: {
      const { start, end } = POOLS[pool] ?? POOLS[0];
      return { do: "foreign host", pool, last: between(random, start, end), forMs: 10 * forMs };
    }
    case 17:
      return { do: "forged decline", whom };
    default:
      return { do: random() < 0.5 ? "backup" : "restore" };
  }
}
