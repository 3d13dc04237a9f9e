/**
 * What the agents say about one pool, as one answer.
 *
 * @module
 */
import {
  type AgentReport,
  type DeclinedAddress,
  type ForeignServerReport,
  POOL_SERVING_REASONS,
  type PoolReport,
} from "../api/agent/agent_report.ts";
import { parseAddresses } from "../api/agent/address_words.ts";
import type { PodReference } from "../api/types.ts";
import type { AgentReason, AgentTrouble } from "../reasons/reasons.ts";
import { releasedHoldMs } from "../record/released_hold.ts";

/** The report of one agent, and whether the agent is still there. */
export interface HeardReport {
  /** `namespace/name` of the Lease that carries it. */
  readonly lease: string;
  readonly report: AgentReport;
  /** Milliseconds since its Lease was last seen renewed; present where that is too long ago. */
  readonly silentMs?: number;
  /** Whether it is not to serve the pool any more: it only says what it gave. */
  readonly isFormer?: boolean;
}

/** What is known of the agents of one pool. */
export interface AgentView {
  readonly ready: boolean;
  readonly reason: AgentReason;
  readonly message: string;
  /** The pod that answers on the network. */
  readonly pod?: PodReference;
  /** Addresses that guests declined, as agents that are heard of report them. */
  readonly declined: readonly DeclinedAddress[];
  /** Free addresses that other machines have, as agents that are heard of report them: address -> MAC address, as numbers. */
  readonly inUse: ReadonlyMap<number, number>;
  /**
   * Addresses that were given before the record went back, as agents report them: address -> MAC address, as numbers. Who knew of them
   * and is silent may have been ended since, and nobody else knows.
   */
  readonly lost: ReadonlyMap<number, number>;
  /** Whether every agent that is heard of has looked for such. */
  readonly hasLooked: boolean;
  /** The newest version of the pool that an agent serves; absent where none says. */
  readonly newest?: number;
  /** Other DHCP servers that agents hear; absent while no agent can say. */
  readonly foreignServers?: readonly ForeignServerReport[];
}

/**
 * What is known of the agents of the pool `poolKey` (`namespace/name`). Where no agent is heard, why none of its pods runs comes
 * first.
 */
export function agentView(
  reports: readonly HeardReport[],
  { poolKey, trouble }: { readonly poolKey: string; readonly trouble?: AgentTrouble },
): AgentView {
  const all = reports.flatMap((heard) => {
    const pool = heard.report.pools[poolKey];
    return pool === undefined ? [] : [{ ...heard, pool }];
  });
  const about = all.filter(({ isFormer = false }) => !isFormer);
  const heard = about.filter(({ silentMs }) => silentMs === undefined);
  const neighbours = {
    ...neighboursOf(heard.map(({ pool }) => pool)),
    lost: lostOf(all),
  };
  const best = [...heard].sort((one, other) => rank(one.pool) - rank(other.pool))[0];
  if (best !== undefined) {
    const { ready, reason, message } = best.pool;
    const name = podName(best.report.pod, best.lease);
    const serving = ready && reason === "Serving";
    // Where the network moves to, pods are to follow: that they do not come is seen nowhere else.
    const others = trouble === undefined ? "" : `; others are to follow: ${trouble.message}`;
    return {
      ready: serving,
      reason,
      message: serving
        ? `${name} answers on ${best.pool.interfaceName}${others}`
        : `${name}: ${message}`,
      ...(answers(best.pool) ? { pod: best.report.pod } : {}),
      ...neighbours,
    };
  }
  if (trouble !== undefined) return { ready: false, ...trouble, ...neighbours };
  const [silent] = about;
  if (silent !== undefined) {
    const name = podName(silent.report.pod, silent.lease);
    const message = `${name} does not renew its Lease ${silent.lease}`;
    return { ready: false, reason: "AgentSilent", message, ...neighbours };
  }
  return {
    ready: false,
    reason: "NoAgent",
    message: `No agent reports IPPool ${poolKey}`,
    ...neighbours,
  };
}

/** What was given, the words of who is to serve before those of others: who was cut off may know less. */
function lostOf(
  reports: readonly (HeardReport & { readonly pool: PoolReport })[],
): ReadonlyMap<number, number> {
  const told = reports.filter(({ silentMs = 0 }) => silentMs < releasedHoldMs(undefined))
    .sort((a, b) => Number(a.isFormer === true) - Number(b.isFormer === true));
  const lost = new Map<number, number>();
  for (const { pool } of told) {
    for (const [address, mac] of parseAddresses(pool.lost ?? "")) {
      if (!lost.has(address)) lost.set(address, mac);
    }
  }
  return lost;
}

/** Whether an agent answers for a pool. */
export function answers({ ready, reason }: PoolReport): boolean {
  return ready && reason === "Serving" || reason === "AddressInUse";
}

type Neighbours = Pick<
  AgentView,
  "declined" | "inUse" | "hasLooked" | "newest" | "foreignServers"
>;

/** What agents say of others on the network. */
function neighboursOf(pools: readonly PoolReport[]): Neighbours {
  const servers = pools.flatMap(({ foreignServers }) => foreignServers ?? []);
  const newest = Math.max(...pools.map(({ resourceVersion = "" }) => Number(resourceVersion)));
  const isKnown = pools.some(({ foreignServers }) => foreignServers !== undefined);
  return {
    declined: pools.flatMap(({ declined }) => declined ?? []),
    inUse: new Map(pools.flatMap(({ inUse = "" }) => [...parseAddresses(inUse)])),
    hasLooked: pools.every(({ lost }) => lost !== undefined),
    ...(newest > 0 ? { newest } : {}),
    ...(isKnown ? { foreignServers: servers } : {}),
  };
}

/** What is said of a pool is what its best agent says. */
function rank({ ready, reason }: PoolReport): number {
  return ready && reason === "Serving" ? -1 : POOL_SERVING_REASONS.indexOf(reason);
}

function podName(pod: PodReference, lease: string): string {
  return pod.name === undefined
    ? `The agent of Lease ${lease}`
    : `Agent ${pod.namespace ?? ""}/${pod.name}`;
}
