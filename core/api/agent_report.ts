/**
 * What an agent tells the controller, in the annotation {@linkcode AGENT_REPORT_ANNOTATION} of its own Lease: the
 * agent may write nothing else, so the controller derives `AgentReady`, `agentPodRef` and `CONFLICT` from it.
 *
 * @module
 */
import type { PodReference } from "./types.ts";

/** Why a pool is, or is not, served. */
export type PoolServingReason =
  | "Serving"
  | "Standby"
  | "NotSynced"
  | "Paused"
  | "PoolNotFound"
  | "InvalidPool"
  | "InterfaceMissing"
  | "SocketFailed"
  | "AddressMissing"
  | "AddressInUse";

/** An address that a guest declined (RFC 2131 section 4.3.3). */
export interface DeclinedAddress {
  /** The declined IPv4 address. */
  readonly address: string;
  /** MAC address of the client that declined it. */
  readonly macAddress: string;
  /** RFC 3339. */
  readonly at: string;
}

/** State of one pool in one agent. */
export interface PoolReport {
  /** Whether the agent answers for the pool, or would at once as the leader, and nothing is wrong with that. */
  readonly ready: boolean;
  /** Why, for programs. */
  readonly reason: PoolServingReason;
  /** Why, in words, with the values in it. */
  readonly message: string;
  /** Name of the network interface it listens on. */
  readonly interfaceName: string;
  /** resourceVersion of the IPPool that is served. */
  readonly resourceVersion?: string;
  /** Addresses declined within the last hour. */
  readonly declined?: readonly DeclinedAddress[];
}

/** Everything an agent reports. */
export interface AgentReport {
  /** The agent's own pod. */
  readonly pod: PodReference;
  /** `namespace/name` of the IPPool -> its state. */
  readonly pools: Readonly<Record<string, PoolReport>>;
}
