/**
 * What the planner is given and what it answers. Nothing that is handed in is changed, and what was handed in once must
 * not be changed by its owner either.
 *
 * @module
 */
import type { IPPool, IPv4Status } from "../api/types.ts";
import type { DeclinedAddress } from "../api/agent_report.ts";

/** The VirtualMachine behind a claim. */
export interface ClaimVm {
  /** `metadata.namespace`. */
  readonly namespace: string;
  /** `metadata.name`. */
  readonly name: string;
  /** `metadata.uid`. */
  readonly uid?: string;
  /** Whether the VM runs or is meant to run. A stopped VM may share its MAC address with another. */
  readonly running: boolean;
}

/** One NIC's claim on one pool. */
export interface Claim {
  /** Unique and stable among the claims on the pool, for example `<vmnetcfg uid>/<MAC address as written>`. */
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
  /** It has its address. */
  | "Allocated"
  /** It is `releasing`, and nothing is recorded for it any more. */
  | "Released"
  /** The pool is paused: nothing new is given. */
  | "PoolPaused"
  /** The pool's spec cannot be used: nothing new is given. */
  | "PoolInvalid"
  /** Another pool serves the network. */
  | "NetworkAlreadyServed"
  /** Every address of the range is in use. */
  | "PoolExhausted"
  /** The record has as many entries as one object can hold. */
  | "PoolFull"
  /** The MAC address cannot be read, or is not that of one station. */
  | "InvalidMacAddress"
  /** The wanted address cannot be read. */
  | "InvalidAddress"
  /** The wanted address is none that a host of the pool's subnet may have. */
  | "AddressOutsideNetwork"
  /** The wanted address is the server's or the router's. */
  | "AddressReserved"
  /** The wanted address is excluded. */
  | "AddressExcluded"
  /** Somebody else has the wanted address. */
  | "AddressTaken"
  /** The address was declined by a guest; it is not given out for a while. */
  | "AddressConflict"
  /** Another running VM has the same MAC address on this network, or shares it with another wanted address. */
  | "DuplicateMAC";

/** What became of a claim. */
export interface Outcome {
  /** The claim, as it was given. */
  readonly claim: Claim;
  /** Stable, for programs. */
  readonly reason: ClaimReason;
  /** In words, with the values in it. */
  readonly message: string;
  /**
   * Present where, and only where, `status.ipv4.allocated` of the plan gives this address to the claim's MAC and the
   * claim has a share in it. It may stand beside another reason than `Allocated`: a claim whose new wish cannot be met,
   * or whose pool is not usable now, keeps what it has.
   */
  readonly address?: string;
}

/** How many entries one pool's record may have: the API server takes no object over 1.5 MiB. */
export interface PlanLimits {
  /** From here on a plan carries the note `PoolNearlyFull`. */
  readonly warnEntries: number;
  /** From here on a claim without an address is refused with `PoolFull`. */
  readonly maxEntries: number;
}

/** Everything the planner looks at. */
export interface PlanInput {
  /** The pool; its `status.ipv4` is what is recorded. */
  readonly pool: IPPool;
  /** Everything that is claimed of the pool, in any order. */
  readonly claims: readonly Claim[];
  /** Addresses that guests declined, as the agents report them; one may be reported again and again. */
  readonly declined?: readonly DeclinedAddress[];
  /**
   * The last plan's {@linkcode Plan.sightings}; unset after a start. The keys are the planner's own.
   * Value: when (ms since the epoch) a recorded address was first seen without a claim.
   */
  readonly sightings?: ReadonlyMap<string, number>;
  /** Host names of `ntp`, resolved: what `status.ipv4.ntpServers` is to be. Unset keeps the recorded. */
  readonly ntpServers?: Readonly<Record<string, readonly string[]>>;
  /** `namespace/name` of the older pool that serves the same network, if there is one. */
  readonly servedBy?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Unset: {@linkcode DEFAULT_LIMITS}. */
  readonly limits?: PlanLimits;
}

/**
 * Something the plan did or saw that the pool's owner should hear about. A plan has at most one note of each reason;
 * one that tells of a state (all but `OrphanReleased` and `AddressDeclined`) comes again as long as the state lasts.
 */
export interface PlanNote {
  /** As in a Kubernetes Event. */
  readonly type: "Normal" | "Warning";
  /** Stable, for programs. */
  readonly reason:
    /** Recorded addresses that nobody claims were freed. */
    | "OrphanReleased"
    /** A guest declined its address. */
    | "AddressDeclined"
    /** An address that the spec excludes or reserves is in use; it is marked once its owner goes. */
    | "ExcludeDeferred"
    /** A recorded address lies outside the range, and nobody asked for it there; it stays until its owner goes. */
    | "OutOfRange"
    /** An entry of the record cannot be read and is left as it is, or a MAC address was recorded twice. */
    | "InvalidRecord"
    /** A claim got no address since none is left. */
    | "PoolExhausted"
    /** The record comes near the size that one object can have. */
    | "PoolNearlyFull";
  /** In words, with the values in it; it names the first few and counts the others. */
  readonly message: string;
}

/** The whole next state of one pool. */
export interface Plan {
  /** What `status.ipv4` is to be; the very object that is recorded where nothing changes. */
  readonly ipv4: IPv4Status;
  /** Whether `ipv4` differs from what is recorded. */
  readonly changed: boolean;
  /** By claim id. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What the pool's owner should hear about. */
  readonly notes: readonly PlanNote[];
  /** To be handed to the next plan. */
  readonly sightings: ReadonlyMap<string, number>;
  /** When (ms since the epoch) to plan again though nothing happened: a hold ends, an orphan is ripe. */
  readonly wakeAt?: number;
}
