/**
 * Every reason the controller gives in a condition, in the state of a NIC or in an Event. `docs/events.md` says what
 * each means and what to do; a test compares the two.
 *
 * @module
 */
import type { PoolServingReason } from "../api/agent/agent_report.ts";
import type { ClaimReason, OptionsReason, PlanNote } from "../ipam/types.ts";
import type { VmProblemReason } from "../ipam/vm/vm_nic.ts";

/** Why a NIC has no address, where the planner was not even asked. */
type UnplannedReason =
  /** No IPPool serves the network. */
  | "NoPool"
  /** `networkName` is no network's name. */
  | "InvalidNetworkName"
  /** The NIC, its VM or its namespace is opted out of managed DHCP. */
  | "OptedOut"
  /** Nobody has said the MAC address of the NIC yet. */
  | "MacUnknown"
  /** The IPPool could not be written; what it would say is not committed. */
  | "PoolNotWritten"
  /** The VirtualMachineNetworkConfig is paused. */
  | "Paused";

/** Reasons of a VirtualMachineNetworkConfig's conditions beside those of its NICs. */
export type ConditionReason =
  /** The spec names no NIC. */
  | "NoInterfaces"
  /** All that is needed is so. */
  | "Ready"
  | "NotPaused"
  /** The status answers the spec. */
  | "Synced"
  /** A NIC has another address than it had before. */
  | "AddressChanged"
  /** Every NIC is told what it is to be told in place of its pool's words. */
  | "OptionsApplied"
  | OptionsReason;

/** Why a NIC is in its state. */
export type NicReason = ClaimReason | UnplannedReason;

/** Why a NIC of a VM is not even asked for. */
export type UnservedReason = NicReason | "DuplicateNic" | "TooManyNics";

/** Reasons of Events about a VirtualMachine or its VirtualMachineNetworkConfig, beside those of its NICs. */
type VmReason =
  | Extract<ConditionReason, "AddressChanged" | OptionsReason>
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
  /** No pod can be attached to the network, by the text of its NetworkAttachmentDefinition. */
  | "NetworkInvalid"
  | "InvalidNetworkName"
  | "NetworkAlreadyServed"
  | "NamespaceNotAllowed"
  | "PoolInvalid"
  /** An option of the pool cannot be sent; addresses are given nevertheless. */
  | "InvalidOptions"
  /** The CustomResourceDefinitions are another release's, and drop fields. */
  | "OutdatedSchema"
  | "Planned"
  /** All that is needed is so. */
  | "Ready"
  | "Running"
  | "Paused"
  | "PoolInUse"
  /** Another DHCP server was heard on the network. */
  | "ForeignDHCPServer"
  | AgentReason
  | "WriteRefused";

/** Why `AgentReady` is as it is. */
export type AgentReason =
  /** What an agent says of the pool. */
  | PoolServingReason
  /** No agent reports the pool. */
  | "NoAgent"
  /** The agent that served has not been heard of for three durations of its Lease. */
  | "AgentSilent"
  /** No node is found for the agent's pods. */
  | "NoAgentScheduled"
  /** The agent's pods are being made. */
  | "AgentStarting"
  /** The agent's pods do not come up. */
  | "AgentNotRunning"
  /** The agent's pods cannot be attached to the network. */
  | "NetworkNotAttached"
  /** Multus keeps the agents from the network's namespace. */
  | "NetworkIsolated"
  /** vm-dhcp was taken away. */
  | "NotInstalled";

/** Why no pod of an agent runs. */
export interface AgentTrouble {
  readonly reason: Extract<
    AgentReason,
    | "NoAgentScheduled"
    | "AgentStarting"
    | "AgentNotRunning"
    | "NetworkNotAttached"
    | "NetworkIsolated"
  >;
  readonly message: string;
}

/** What an Event tells. */
export interface Note {
  readonly type: "Normal" | "Warning";
  readonly reason: NicReason | VmReason | PoolReason;
  readonly message: string;
}
