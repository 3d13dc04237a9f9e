/**
 * What the agents say about one pool, as one answer.
 *
 * @module
 */
import type { AgentReport, DeclinedAddress, PoolReport } from "../../core/api/agent_report.ts";
import type { PodReference } from "../../core/api/types.ts";
import type { AgentTrouble } from "./agent_trouble.ts";
import type { AgentReason } from "./reasons.ts";

/** The report of one agent, and whether the agent is still there. */
export interface HeardReport {
  /** `namespace/name` of the Lease that carries it. */
  readonly lease: string;
  readonly report: AgentReport;
  /** Milliseconds since its Lease was last seen renewed; present where that is too long ago. */
  readonly silentMs?: number;
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
}

/** Best first: what is said of a pool is what its best agent says. */
const ORDER: readonly AgentReason[] = [
  "Serving",
  "Paused",
  "AddressInUse",
  "AddressMissing",
  "SocketFailed",
  "InterfaceMissing",
  "InvalidPool",
  "NotSynced",
  "Standby",
  "PoolNotFound",
];

/**
 * What is known of the agents of the pool `poolKey` (`namespace/name`). Where no agent is heard, why none of its pods runs comes
 * first.
 */
export function agentView(
  reports: readonly HeardReport[],
  { poolKey, trouble }: { readonly poolKey: string; readonly trouble?: AgentTrouble },
): AgentView {
  const about = reports.flatMap((heard) => {
    const pool = heard.report.pools[poolKey];
    return pool === undefined ? [] : [{ ...heard, pool }];
  });
  const heard = about.filter(({ silentMs }) => silentMs === undefined);
  const declined = heard.flatMap(({ pool }) => pool.declined ?? []);
  const best = heard.toSorted((one, other) => rank(one.pool) - rank(other.pool))[0];
  if (best !== undefined) {
    const { ready, reason, message } = best.pool;
    const name = podName(best.report.pod, best.lease);
    const serving = ready && reason === "Serving";
    const answers = serving || reason === "AddressInUse";
    return {
      ready: serving,
      reason,
      message: serving ? `${name} answers on ${best.pool.interfaceName}` : `${name}: ${message}`,
      ...(answers ? { pod: best.report.pod } : {}),
      declined,
    };
  }
  if (trouble !== undefined) return { ready: false, ...trouble, declined };
  const [silent] = about;
  if (silent !== undefined) {
    const name = podName(silent.report.pod, silent.lease);
    const message = `${name} does not renew its Lease ${silent.lease}`;
    return { ready: false, reason: "AgentSilent", message, declined };
  }
  return {
    ready: false,
    reason: "NoAgent",
    message: `No agent reports IPPool ${poolKey}`,
    declined,
  };
}

function rank(pool: PoolReport): number {
  const place = ORDER.indexOf(pool.reason);
  return pool.ready && pool.reason === "Serving" ? -1 : place < 0 ? ORDER.length : place;
}

function podName(pod: PodReference, lease: string): string {
  return pod.name === undefined
    ? `The agent of Lease ${lease}`
    : `Agent ${pod.namespace ?? ""}/${pod.name}`;
}
