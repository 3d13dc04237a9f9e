/**
 * The DHCP agent: answers the clients of its networks from their IPPools.
 *
 * @module
 */
export { runAgent } from "./agent.ts";
export * from "./datagram_port.ts";
export * from "./host_network.ts";
export * from "./types.ts";

export type {
  AgentReport,
  DeclinedAddress,
  PoolReport,
  PoolServingReason,
} from "../core/api/agent_report.ts";
export type { PodReference } from "../core/api/types.ts";
export type { Datagram, Destination, Reply, Verdict } from "../core/dhcp/mod.ts";
export type * from "../kube/seam.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export type { Logger, LogKeys, LogLevel } from "../runtime/log.ts";
export type * from "../runtime/metrics.ts";
