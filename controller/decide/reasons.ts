/**
 * Every reason the controller gives in a condition, in the state of a NIC or in an Event. `docs/events.md` says what
 * each means and what to do; a test compares the two.
 *
 * @module
 */
import type { ClaimReason, PlanNote } from "../../core/ipam/types.ts";
import type { VmProblemReason } from "../../core/ipam/vm_nic.ts";

/** Why a NIC has no address, where the planner was not even asked. */
export type UnplannedReason =
  /** No IPPool serves the network. */
  | "NoPool"
  /** `networkName` is no network's name. */
  | "InvalidNetworkName"
  /** The IPPool could not be written; what it would say is not committed. */
  | "PoolNotWritten"
  /** The VirtualMachineNetworkConfig is paused. */
  | "Paused";

/** Reasons of a VirtualMachineNetworkConfig's conditions beside those of its NICs. */
export type ConditionReason =
  /** The spec names no NIC. */
  | "NoInterfaces"
  | "NotPaused"
  /** The status answers the spec. */
  | "Synced";

/** Why a NIC is in its state. */
export type NicReason = ClaimReason | UnplannedReason;

/** Reasons of Events about a VirtualMachine or its VirtualMachineNetworkConfig, beside those of its NICs. */
export type VmReason =
  /** A NIC has another address than it had before. */
  | "AddressChanged"
  /** A reservation made by hand now belongs to this VM. */
  | "ReservationAdopted"
  /** A VirtualMachineNetworkConfig of the VM's name is for another VM. */
  | "NameTaken"
  /** The API server refuses what the controller has to write. */
  | "WriteRefused"
  | VmProblemReason
  /** The VM is not in the form that KubeVirt writes. */
  | "InvalidVirtualMachine";

/** Reasons of an IPPool's conditions and of Events about it. */
export type PoolReason =
  | PlanNote["reason"]
  | "Registered"
  | "NetworkNotFound"
  | "InvalidNetworkName"
  | "NetworkAlreadyServed"
  | "PoolInvalid"
  /** An option of the pool cannot be sent; addresses are given nevertheless. */
  | "InvalidOptions"
  | "Planned"
  | "Running"
  | "Paused"
  | "PoolInUse"
  | AgentReason
  | "WriteRefused";

/** Why `AgentReady` is as it is. */
export type AgentReason =
  /** An agent answers on the network. */
  | "Serving"
  /** No agent reports the pool. */
  | "NoAgent"
  /** The agent that served has not been heard of for three durations of its Lease. */
  | "AgentSilent"
  /** No node is found for the agent's pods. */
  | "NoAgentScheduled"
  /** The agent's pods do not come up. */
  | "AgentNotRunning"
  | "Standby"
  | "NotSynced"
  | "Paused"
  | "PoolNotFound"
  | "InvalidPool"
  | "InterfaceMissing"
  | "SocketFailed"
  | "AddressMissing"
  | "AddressInUse";

/** Every reason the controller may put into an Event. */
export type EventReason = NicReason | VmReason | PoolReason;
