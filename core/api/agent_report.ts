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
  readonly address: string;
  readonly macAddress: string;
  /** RFC 3339. */
  readonly at: string;
}

/** State of one pool in one agent. */
export interface PoolReport {
  readonly ready: boolean;
  readonly reason: PoolServingReason;
  readonly message: string;
  readonly interfaceName: string;
  /** resourceVersion of the IPPool that is served. */
  readonly resourceVersion?: string;
  /** Addresses declined within the last hour. */
  readonly declined?: readonly DeclinedAddress[];
}

/** Everything an agent reports. */
export interface AgentReport {
  readonly pod: PodReference;
  /** `namespace/name` of the IPPool -> its state. */
  readonly pools: Readonly<Record<string, PoolReport>>;
}
