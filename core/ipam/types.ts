/**
 * What the planner is given and what it answers. Nothing that is handed in is changed.
 *
 * @module
 */
import type { ClientOptions } from "../api/client_options.ts";
import type { IPPool, IPv4Status } from "../api/types.ts";
import type { DeclinedAddress } from "../api/agent/agent_report.ts";
import type { NetworkAccess } from "../api/tenancy.ts";
import type { PoolSpec } from "./pool/pool_network.ts";

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
  /** What it is to be told in place of its pool's words, as written. */
  readonly options?: ClientOptions;
  /** Name of the VM, there or still to come, from which the host's name is made. */
  readonly vmName?: string;
  /** The address its VirtualMachineNetworkConfig last showed for it. */
  readonly previous?: string;
  /** Whether that shows {@linkcode previous} as `Allocated`, rather than remembers it. */
  readonly holds?: boolean;
  /** Whether it would, if its pool were not gone or in trouble since: it gave nothing back. */
  readonly interrupted?: boolean;
  /**
   * The address that its VirtualMachineNetworkConfig notes for it, where the status shows none. Its owner may have written
   * anything there: it is given if it is free, and counts for nothing else.
   */
  readonly noted?: string;
  /** The MAC address that it had {@linkcode previous}, or {@linkcode noted}, with, by its object's note, where that is another one. */
  readonly notedMac?: string;
  /**
   * Whether somebody else had {@linkcode requested} when that was noted, in an earlier life of the object: it was restored, and
   * that other one may still be on its way.
   */
  readonly waited?: boolean;
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
  /** The pool's record went back to an earlier time: nothing new is given before the agents have said what they gave since. */
  | "AwaitingAgents"
  /** The pool's spec cannot be used: nothing new is given. */
  | "PoolInvalid"
  /** The network is not for the namespace that asks. */
  | "NamespaceNotAllowed"
  /** The namespace holds as many addresses of the pool as one may that is not the network's own. */
  | "NamespaceLimit"
  /** Another pool serves the network. */
  | "NetworkAlreadyServed"
  /** Every address of the range is in use. */
  | "PoolExhausted"
  /** The record has as many entries as one object can hold. */
  | "PoolFull"
  /** The MAC address cannot be read, or is none that one machine can have. */
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
  /** The MAC address left as many addresses lately as it may: each rests, since its guest may still use it. */
  | "MovedTooOften"
  /** Another machine has the address: it is not given out for a while, or it is the last that its guest may have. */
  | "AddressConflict"
  /**
   * Somebody else has the MAC address on this network: another running VM, another namespace, or one that shares it with
   * another wanted address.
   */
  | "DuplicateMAC";

/** Why a client is not told all that it is to be told in place of its pool's words. */
export type OptionsReason =
  /** Some of it cannot be sent; the rest is. */
  | "InvalidOptions"
  /** The record has no room for it, or its namespace has its share of that. */
  | "OptionsLeftOut";

/** What keeps a client from being told all that it is to be told in place of its pool's words. */
export interface OptionsProblem {
  /** Stable, for programs. */
  readonly reason: OptionsReason;
  /** In words, with the keys and values in it. */
  readonly message: string;
}

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
   * claim has a share in it. It may stand beside another reason than `Allocated`: a claim whose new request cannot be
   * met, or whose pool is not usable now, keeps what it has.
   */
  readonly address?: string;
  /** Who has the address that the claim had before, in words; present where it has another one for that reason. */
  readonly instead?: string;
  /** What `status.ipv4.clients` of the plan tells the claim's MAC in place of the pool's words, where the claim has a share in its address. */
  readonly options?: ClientOptions;
  /** Present where the claim is not told all that it asks to be told. */
  readonly optionsProblem?: OptionsProblem;
}

/** How many entries one pool's record may have: the API server takes no object over 1.5 MiB. */
export interface PlanLimits {
  /** From here on a plan carries the note `PoolNearlyFull`. */
  readonly warnEntries: number;
  /** From here on a claim without an address is refused with `PoolFull`. */
  readonly maxEntries: number;
  /** How many octets of JSON clients may be told beside their addresses. */
  readonly clientBytes: number;
}

/** Everything the planner looks at. */
export interface PlanInput {
  /** The pool; its `status.ipv4` is what is recorded. */
  readonly pool: IPPool;
  /** What its spec says, where that was read already. */
  readonly spec?: PoolSpec;
  /** Everything that is claimed of the pool, in any order. */
  readonly claims: readonly Claim[];
  /** Addresses that guests declined, as the agents report them; one may be reported again and again. */
  readonly declined?: readonly DeclinedAddress[];
  /**
   * Free addresses that machines have to which the pool did not give them, as the agents report them: address -> MAC address,
   * as numbers.
   */
  readonly inUse?: ReadonlyMap<number, number>;
  /**
   * Addresses that were given before the record was put back to an earlier time, and that it has not, as the agents report them:
   * address -> MAC address, as numbers.
   */
  readonly lost?: ReadonlyMap<number, number>;
  /** Until when (ms since the epoch) nothing new is given, as agents have not yet said what is lost; unset: they have. */
  readonly awaitingUntil?: number;
  /**
   * The last plan's {@linkcode Plan.sightings}; unset after a start. The keys are the planner's own.
   * Value: when (ms since the epoch) a recorded address was first seen without a claim, or a lost one was first heard of.
   */
  readonly sightings?: ReadonlyMap<string, number>;
  /**
   * The last plan's {@linkcode Plan.holders}, once it was committed; unset after a start: then only the objects' statuses
   * say who has what.
   */
  readonly holders?: ReadonlyMap<string, Claim>;
  /** Who may use the network; unset: everybody. */
  readonly access?: NetworkAccess;
  /** Pools that served the network before this one, and gave way to it; what they record is taken over. */
  readonly formerPools?: readonly IPPool[];
  /** Host names of `ntp`, resolved: what `status.ipv4.ntpServers` is to be. Unset keeps the recorded. */
  readonly ntpServers?: Readonly<Record<string, readonly string[]>>;
  /** `namespace/name` of the pool that serves the same network instead, if there is one. */
  readonly servedBy?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Unset: {@linkcode DEFAULT_LIMITS}. */
  readonly limits?: Partial<PlanLimits>;
}

/**
 * Something the plan did or saw that the pool's owner should hear about. A plan has at most one note of each reason;
 * one that tells of a state (all but `OrphanReleased`, `AddressDeclined` and `RecordTakenOver`) comes again as long as the state lasts.
 */
export interface PlanNote {
  /** As in a Kubernetes Event. */
  readonly type: "Normal" | "Warning";
  /** Stable, for programs. */
  readonly reason:
    /** Recorded addresses that nobody claims were freed. */
    | "OrphanReleased"
    /** Addresses were taken over from a pool that gave way to this one. */
    | "RecordTakenOver"
    /** A namespace that may not use the network keeps what it had before that was so. */
    | "NamespaceNotAllowed"
    /** A guest declined its address, which another machine has. */
    | "AddressDeclined"
    /** Machines have addresses of the range that the pool did not give them. */
    | "AddressesInUse"
    /** Addresses that were given before the record went back to an earlier time are kept for who got them. */
    | "AddressesLost"
    /** An address that the spec excludes or reserves is in use; it is marked once its owner goes. */
    | "ExcludeDeferred"
    /** A recorded address lies outside the range, and nobody asked for it there; it stays until its owner goes. */
    | "OutOfRange"
    /** An entry of the record cannot be read and is left as it is, or a MAC address was recorded twice. */
    | "InvalidRecord"
    /** A claim got no address since none is left. */
    | "PoolExhausted"
    /** The record comes near the size that one object can have. */
    | "PoolNearlyFull"
    /** The record has no room for what some clients are to be told beside their addresses. */
    | "OptionsLeftOut";
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
  /** To be handed to the next plan, once this one is committed: recorded address -> the claim that decides on it. */
  readonly holders: ReadonlyMap<string, Claim>;
  /** When (ms since the epoch) to plan again though nothing happened: a hold ends, an orphan is ripe. */
  readonly wakeAt?: number;
}
