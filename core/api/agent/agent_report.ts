/**
 * What an agent tells the controller, in the annotation {@linkcode AGENT_REPORT_ANNOTATION} of its own Lease: the
 * agent may write nothing else, so the controller derives `AgentReady`, `agentPodRef` and `CONFLICT` from it.
 *
 * @module
 */
import type { PodReference } from "../types.ts";

/** Why a pool is, or is not, served; best first: of several agents the best tells how the pool is. */
export const POOL_SERVING_REASONS = [
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
] as const;

/** One of {@linkcode POOL_SERVING_REASONS}. */
export type PoolServingReason = (typeof POOL_SERVING_REASONS)[number];

/** An address that a guest declined (RFC 2131 section 4.3.3) because another machine has it. */
export interface DeclinedAddress {
  /** The declined IPv4 address. */
  readonly address: string;
  /** MAC address of the client that declined it. */
  readonly macAddress: string;
  /**
   * MAC address of the machine that answers for it by ARP. Without it, the decline is a rumour, as anybody on the network can send
   * one, and changes nothing.
   */
  readonly usedBy?: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Another DHCP server on a network. */
export interface ForeignServerReport {
  /** Its server identifier, an IPv4 address. */
  readonly address: string;
  /** The MAC address that its replies come from; absent where only a client was heard that names it. */
  readonly macAddress?: string;
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
  /** resourceVersion of the IPPool that is served, or was some seconds ago: alone it is no reason to write the report. */
  readonly resourceVersion?: string;
  /** Addresses declined within the last hour that other machines have. */
  readonly declined?: readonly DeclinedAddress[];
  /**
   * Free addresses of the range that machines have to which the pool did not give them: words of twenty hexadecimal digits,
   * eight of the address and twelve of the MAC address. Short, since many have to fit into an annotation.
   */
  readonly inUse?: string;
  /**
   * Addresses that were given and are not in the record any more, since the API server was put back to an earlier time, in the
   * form of {@linkcode inUse}: first, of those that nobody keeps yet, what was given, then what had been left; absent where it was not, empty where
   * nothing is missing.
   */
  readonly lost?: string;
  /** Other DHCP servers that were heard; absent while nothing can be said of it. */
  readonly foreignServers?: readonly ForeignServerReport[];
}

/** Everything an agent reports. */
export interface AgentReport {
  /** The agent's own pod. */
  readonly pod: PodReference;
  /** `namespace/name` of the IPPool -> its state. */
  readonly pools: Readonly<Record<string, PoolReport>>;
}
