/**
 * Whether every pool that can be served is.
 *
 * @module
 */
import type { AgentReport, PoolReport } from "../core/api/agent/agent_report.ts";
import { parseIPPool } from "../core/api/ippool.ts";
import { networkOfPool } from "../core/api/network.ts";
import type { IPPool } from "../core/api/types.ts";
import { electPool } from "../core/ipam/mod.ts";
import { keyOf } from "../kube/objects/resources.ts";

/** Answered, or not to be waited for. */
const SETTLED: ReadonlySet<PoolReport["reason"]> = new Set([
  "Serving",
  "AddressInUse",
  "InterfaceMissing",
]);

/** What readiness is judged by. */
interface ReadinessFacts {
  readonly pools: Iterable<IPPool>;
  /** Whether there is a NetworkAttachmentDefinition of this `namespace/name`. */
  readonly hasAttachment: (key: string) => boolean;
  readonly report: AgentReport;
}

/**
 * Why not every valid, active pool whose interface exists answers packets, one sentence each; none: all do. A pool that
 * is invalid, paused, refused or going, and one whose network or interface is missing, is not waited for: its conditions
 * say so.
 */
export function notServed({ pools, hasAttachment, report }: ReadinessFacts): string[] {
  const valid = Map.groupBy(
    [...pools].filter((pool) => parseIPPool(pool).ok),
    (pool) => networkOfPool(pool) ?? "",
  );
  return [...valid].flatMap(([network, rivals]) => {
    const pool = electPool(rivals);
    if (pool === undefined || !hasAttachment(network)) return [];
    if (pool.spec.paused === true || pool.metadata.deletionTimestamp !== undefined) return [];
    const key = keyOf(pool);
    const state = report.pools[key];
    if (state === undefined) return [`IPPool ${key} is not known to the agent yet`];
    if (SETTLED.has(state.reason)) return [];
    return [`IPPool ${key} is not served: ${state.reason}: ${state.message}`];
  });
}
