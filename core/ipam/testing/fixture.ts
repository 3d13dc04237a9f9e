/**
 * Pools and claims for the tests of the planner.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readMac } from "../../net/mod.ts";
import type { IPPool, IPv4Config, IPv4Status } from "../../api/types.ts";
import { planPool } from "../plan/plan_pool.ts";
import type { Claim, Outcome, Plan, PlanInput } from "../types.ts";

/** When the tests happen. */
export const NOW: number = Date.parse("2026-01-01T00:00:00Z");
/** One minute. */
export const MINUTE = 60_000;
/** One hour. */
export const HOUR = 3_600_000;

/** What a test says about its pool. */
export interface PoolParts {
  /** In addition to, or instead of, 10.0.0.0/24 with the range .11 to .20, server .1 and router .2. */
  readonly config?: Partial<IPv4Config>;
  readonly paused?: boolean;
  readonly allocated?: Readonly<Record<string, string>>;
  /** In addition to {@linkcode allocated}. */
  readonly ipv4?: Partial<IPv4Status>;
}

/** A pool of 10 addresses. */
export function poolOf({ config, paused, allocated, ipv4 }: PoolParts = {}): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net", namespace: "default", uid: "pool" },
    spec: {
      networkName: "default/net",
      ...(paused === undefined ? {} : { paused }),
      ipv4Config: {
        cidr: "10.0.0.0/24",
        serverIP: "10.0.0.1",
        router: "10.0.0.2",
        pool: { start: "10.0.0.11", end: "10.0.0.20" },
        ...config,
      },
    },
    ...(allocated === undefined && ipv4 === undefined ? {} : {
      status: {
        ipv4: {
          ...(allocated === undefined ? {} : { allocated }),
          used: Object.values(allocated ?? {}).filter((text) => readMac(text) >= 0).length,
          available: 10 - Object.keys(allocated ?? {}).length,
          ...ipv4,
        },
      },
    }),
  };
}

/** The MAC address of the VM with a number. */
export function macOf(number: number): string {
  return `52:54:00:00:00:${number.toString(16).padStart(2, "0")}`;
}

/** The claim of the running VM with a number; the lower the number, the older. */
export function claimOf(number: number, parts: Partial<Claim> = {}): Claim {
  const name = `vm-${number}`;
  return {
    id: name,
    owner: { namespace: "default", name, uid: name },
    vm: { namespace: "default", name, uid: `uid-${number}`, running: true },
    macAddress: macOf(number),
    createdAt: NOW - HOUR + number,
    state: "wanted",
    ...parts,
  };
}

/** Plans at {@linkcode NOW}, and checks what holds for every plan. */
export function plan(
  pool: IPPool,
  claims: readonly Claim[] = [],
  more: Partial<PlanInput> = {},
): Plan {
  const input = { pool, claims, now: NOW, ...more };
  const before = structuredClone(input);
  const result = planPool(input);
  deepStrictEqual(structuredClone(input), before, "the input was changed");
  strictEqual(result.changed, result.ipv4 !== pool.status?.ipv4, "changed");
  checkOutcomes(input, result);
  checkStable(input, result);
  return result;
}

/** The pool with a plan's result written, as it comes back from the API server: with the keys of its maps sorted. */
export function written(pool: IPPool, { ipv4 }: Plan): IPPool {
  const status = {
    ...ipv4,
    ...(ipv4.allocated && { allocated: sorted(ipv4.allocated) }),
    ...(ipv4.released && { released: sorted(ipv4.released) }),
    ...(ipv4.conflicts && { conflicts: sorted(ipv4.conflicts) }),
    ...(ipv4.clients && { clients: sorted(ipv4.clients) }),
  };
  return structuredClone({ ...pool, status: { ...pool.status, ipv4: status } });
}

function sorted<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Reason and address of every claim, by its id. */
export function results({ outcomes }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries([...outcomes].map(([id, outcome]) => [id, resultOf(outcome)]));
}

function resultOf({ reason, address }: Outcome): string {
  return reason === "Allocated" ? address ?? "" : [reason, address ?? []].flat().join(" ");
}

/** Every claim has an outcome, and an address of an outcome is recorded for the claim's MAC address. */
function checkOutcomes({ claims }: PlanInput, { outcomes, ipv4, notes }: Plan): void {
  deepStrictEqual(new Set(outcomes.keys()), new Set(claims.map(({ id }) => id)));
  for (const { message } of [...outcomes.values(), ...notes]) {
    strictEqual(/^[A-Z].*[^.]$/.test(message), true, message);
  }
  for (const { claim, address, reason } of outcomes.values()) {
    if (reason === "Allocated") {
      strictEqual(typeof address, "string", "Allocated without an address");
    }
    if (address === undefined) continue;
    strictEqual(readMac(ipv4.allocated?.[address] ?? ""), readMac(claim.macAddress), address);
  }
}

/** Planning again changes nothing and says the same, in whatever order the claims come. */
function checkStable(input: PlanInput, result: Plan): void {
  const { sightings, holders } = result;
  const again = planPool({ ...input, pool: written(input.pool, result), sightings, holders });
  strictEqual(again.changed, false, `planned again: ${JSON.stringify([result.ipv4, again.ipv4])}`);
  deepStrictEqual(again.outcomes, result.outcomes);
  strictEqual(again.wakeAt, result.wakeAt);
  const reversed = planPool({ ...input, claims: [...input.claims].reverse() });
  deepStrictEqual(reversed.ipv4, result.ipv4);
  deepStrictEqual(reversed.outcomes, result.outcomes);
}
