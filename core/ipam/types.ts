/**
 * What the planner is given and what it answers.
 *
 * @module
 */
import type { AddressHold, IPPool, IPv4Status } from "../api/types.ts";
import type { DeclinedAddress } from "../api/agent_report.ts";

/** The VirtualMachine behind a claim. */
export interface ClaimVm {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** Whether the VM runs or is meant to run. A stopped VM may share its MAC address with another. */
  readonly running: boolean;
}

/** One NIC's claim on one pool. */
export interface Claim {
  /** Unique and stable among the claims on the pool: `<vmnetcfg uid>/<MAC address as written>`. */
  readonly id: string;
  /** The VirtualMachineNetworkConfig that claims. */
  readonly owner: { readonly namespace: string; readonly name: string; readonly uid: string };
  /** Its VM; absent for a reservation. */
  readonly vm?: ClaimVm;
  /** As written in the object, in any spelling. */
  readonly macAddress: string;
  /** A wanted address, as written. */
  readonly requested?: string;
  /** The address its VirtualMachineNetworkConfig last showed for it. */
  readonly previous?: string;
  /** Milliseconds since the epoch; the older of two equal claims wins. */
  readonly createdAt: number;
  /** `releasing`: the NIC, its object or its VM is going, or paused: the address is to be freed. */
  readonly state: "wanted" | "releasing";
}

/** Why a claim has, or has not, an address. */
export type ClaimReason =
  | "Allocated"
  | "Released"
  | "PoolPaused"
  | "PoolInvalid"
  | "NetworkAlreadyServed"
  | "PoolExhausted"
  | "PoolFull"
  | "InvalidMacAddress"
  | "InvalidAddress"
  | "AddressOutsideNetwork"
  | "AddressReserved"
  | "AddressExcluded"
  | "AddressTaken"
  | "AddressConflict"
  | "DuplicateMAC";

/** What became of a claim. */
export interface Outcome {
  readonly claim: Claim;
  readonly reason: ClaimReason;
  /** In words, with the values in it. */
  readonly message: string;
  /** Present where, and only where, `status.ipv4.allocated` of the plan gives this address to the claim's MAC. */
  readonly address?: string;
}

/** Everything the planner looks at. */
export interface PlanInput {
  /** The pool; its `status.ipv4` is what is recorded. */
  readonly pool: IPPool;
  readonly claims: readonly Claim[];
  /** Addresses that guests declined, as the agents report them. */
  readonly declined?: readonly DeclinedAddress[];
  /** Recorded address -> when (ms since the epoch) it was first seen without a claim. From the last plan; kept in memory. */
  readonly sightings?: ReadonlyMap<string, number>;
  /** Host names of `ntp`, resolved: what `status.ipv4.ntpServers` is to be. Unset keeps the recorded. */
  readonly ntpServers?: Readonly<Record<string, readonly string[]>>;
  /** `namespace/name` of the older pool that serves the same network, if there is one. */
  readonly servedBy?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Something the plan did or saw that the pool's owner should hear about. */
export interface PlanNote {
  readonly type: "Normal" | "Warning";
  readonly reason:
    | "OrphanReleased"
    | "AddressDeclined"
    | "ExcludeDeferred"
    | "OutOfRange"
    | "InvalidRecord"
    | "PoolExhausted"
    | "PoolNearlyFull";
  readonly message: string;
}

/** The whole next state of one pool. */
export interface Plan {
  /** What `status.ipv4` is to be. Deep-equal to the recorded where nothing changes. */
  readonly ipv4: IPv4Status;
  /** Whether `ipv4` differs from what is recorded. */
  readonly changed: boolean;
  /** By claim id. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly notes: readonly PlanNote[];
  /** To be handed to the next plan. */
  readonly sightings: ReadonlyMap<string, number>;
  /** When (ms since the epoch) a plan of the same input would differ: a hold ends, an orphan is ripe. */
  readonly wakeAt?: number;
}

export type { AddressHold };
