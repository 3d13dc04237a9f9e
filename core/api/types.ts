/**
 * The objects that vm-dhcp reads and writes, as TypeScript types.
 *
 * Field names, spelling and meaning follow the Kubernetes API conventions and the CRDs of Harvester's
 * `vm-dhcp-controller` (group `network.harvesterhci.io/v1alpha1`). The zod schemas beside this file check them
 * at run time and are the source of the CRDs.
 *
 * @module
 */
import type { ClientOptions, RecordedClient } from "./client_options.ts";

/** Reference to the owner of an object: `metav1.OwnerReference`. */
export interface OwnerReference {
  /** Group and version of the owner. */
  readonly apiVersion: string;
  /** Kind of the owner. */
  readonly kind: string;
  /** Name of the owner, in the same namespace or cluster-scoped. */
  readonly name: string;
  /** UID of the owner. */
  readonly uid: string;
  /** Whether the owner manages the object. */
  readonly controller?: boolean;
  /** Whether the owner cannot go before the object under foreground deletion. */
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metav1.ObjectMeta` that vm-dhcp uses. Times are RFC 3339 text. */
export interface ObjectMeta {
  /** Name, unique in the namespace. */
  readonly name?: string;
  /** Prefix from which the server makes a name. */
  readonly generateName?: string;
  /** Namespace; absent on cluster-scoped objects. */
  readonly namespace?: string;
  /** Given by the server, never used twice. */
  readonly uid?: string;
  /** Changes with every write; opaque. */
  readonly resourceVersion?: string;
  /** Counts the changes of the spec. */
  readonly generation?: number;
  /** When the object was created. */
  readonly creationTimestamp?: string;
  /** When its deletion was asked for; it stays until its finalizers are gone. */
  readonly deletionTimestamp?: string;
  /** Seconds of grace at its deletion. */
  readonly deletionGracePeriodSeconds?: number;
  /** Labels, by which objects are selected. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations, by which programs leave notes. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What must be done before the object may go. */
  readonly finalizers?: readonly string[];
  /** Objects with which it goes. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** Who wrote which field; kept by the server. */
  readonly managedFields?: readonly unknown[];
}

/** What every Kubernetes object has. */
export interface KubeObject {
  /** Such as `v1` or `network.harvesterhci.io/v1alpha1`. */
  readonly apiVersion: string;
  /** Such as `IPPool`. */
  readonly kind: string;
  /** Name, labels and the like. */
  readonly metadata: ObjectMeta;
}

/** `metav1.ConditionStatus`. */
export type ConditionStatus = "True" | "False" | "Unknown";

/** One condition. Times are RFC 3339 text. */
export interface Condition {
  /** What the condition is about. */
  readonly type: string;
  /** Whether it holds. */
  readonly status: ConditionStatus;
  /** CamelCase, stable, for programs. */
  readonly reason?: string;
  /** For people, with the values in it. */
  readonly message?: string;
  /** When `status` last changed. */
  readonly lastTransitionTime?: string;
  /** When any field of the condition last changed. */
  readonly lastUpdateTime?: string;
}

/** The dynamic range of an IPPool, both ends included; empty ends are defaulted from the CIDR. */
export interface PoolRange {
  /** First address. */
  readonly start?: string;
  /** Last address. */
  readonly end?: string;
  /** Addresses of the range that are never given to a VM. */
  readonly exclude?: readonly string[];
}

/** How the agent looks for other machines that have addresses of the range, and for other DHCP servers. */
export type ConflictDetection =
  /** It listens, and asks by ARP and DHCP. */
  | "active"
  /** It only listens. */
  | "passive"
  /** Neither. */
  | "off";

/** What an IPPool says about its IPv4 network, and tells its clients. */
export interface IPv4Config extends ClientOptions {
  /** The subnet, `address/prefix`. Immutable. */
  readonly cidr: string;
  /** The address the agent serves from; defaulted to the first usable one. */
  readonly serverIP?: string;
  /** The addresses given to VMs; unset: all usable ones. */
  readonly pool?: PoolRange;
  /** Seconds that a client gets at most where it may ask for a lease time of its own; unset: `leaseTime`. */
  readonly maxLeaseTime?: number;
  /** Whether a client gets the lease time that it asks for, up to `maxLeaseTime`. */
  readonly honourRequestedLeaseTime?: boolean;
  /** Whether clients are told the names of their VMs (options 12 and 81). */
  readonly hostnames?: boolean;
  /** Whether clients without a lease are refused by DHCPNAK rather than met with silence. */
  readonly authoritative?: boolean;
  /** Whether clients that speak BOOTP only are answered. */
  readonly bootp?: boolean;
  /** Whether a client that asks for it is bound by two messages rather than four (option 80, RFC 4039). */
  readonly rapidCommit?: boolean;
  /** Unset means `active`. */
  readonly conflictDetection?: ConflictDetection;
}

/** What others than the network's own namespace may take of an {@linkcode IPPool}. */
export interface PoolLimits {
  /** Addresses that one namespace other than the network's own may hold, at least 1; unset: as many as there are. */
  readonly perNamespace?: number;
}

/** `spec` of an {@linkcode IPPool}. */
export interface IPPoolSpec {
  /** `namespace/name` of the NetworkAttachmentDefinition; without a namespace, the pool's own. Immutable. */
  readonly networkName: string;
  /** While true, nothing new is allocated and no agent serves; records are kept. */
  readonly paused?: boolean;
  /** The IPv4 network. */
  readonly ipv4Config: IPv4Config;
  /** How much of it other namespaces may have. */
  readonly limits?: PoolLimits;
}

/** Why and how long an address is kept from (other) MAC addresses. */
export interface AddressHold {
  /** The MAC address that had the address. */
  readonly macAddress?: string;
  /** The MAC address of the machine that uses it, though the pool did not give it. */
  readonly usedBy?: string;
  /** RFC 3339; the hold ends then. */
  readonly until: string;
}

/** `status.ipv4` of an {@linkcode IPPool}: the only record of who has which address. */
export interface IPv4Status {
  /** Address -> MAC address, `EXCLUDED`, `RESERVED` or `CONFLICT`. */
  readonly allocated?: Readonly<Record<string, string>>;
  /** Number of MAC addresses in `allocated`. */
  readonly used: number;
  /** Number of addresses of the range that could still be given out. */
  readonly available: number;
  /** Freed addresses that are not yet given to another MAC address. */
  readonly released?: Readonly<Record<string, AddressHold>>;
  /** Addresses that another machine has; not offered before `until`. */
  readonly conflicts?: Readonly<Record<string, AddressHold>>;
  /** Host names of `spec.ipv4Config.ntp`, resolved by the controller: name -> addresses. */
  readonly ntpServers?: Readonly<Record<string, readonly string[]>>;
  /** What clients with something of their own are told: MAC address -> host name, options. */
  readonly clients?: Readonly<Record<string, RecordedClient>>;
}

/** Names the pod that serves a pool. */
export interface PodReference {
  /** Namespace of the pod. */
  readonly namespace?: string;
  /** Name of the pod. */
  readonly name?: string;
  /** Image of its container. */
  readonly image?: string;
  /** UID of the pod. */
  readonly uid?: string;
}

/** `status` of an {@linkcode IPPool}. */
export interface IPPoolStatus {
  /** The `metadata.generation` of the spec that the rest is about. */
  readonly observedGeneration?: number;
  /** When `ipv4` last changed, RFC 3339. */
  readonly lastUpdate?: string;
  /** Who has which address. */
  readonly ipv4?: IPv4Status;
  /** The pod that serves the pool now. */
  readonly agentPodRef?: PodReference;
  /** `Registered`, `CacheReady`, `AgentReady`, `Stopped`, `Ready`. */
  readonly conditions?: readonly Condition[];
}

/** A pool of addresses for the VMs of one NetworkAttachmentDefinition. */
export interface IPPool extends KubeObject {
  /** What is wanted. */
  readonly spec: IPPoolSpec;
  /** What is so. */
  readonly status?: IPPoolStatus;
}

/** One NIC of a VM that wants an address. */
export interface NetworkConfig {
  /** `namespace/name` of the NetworkAttachmentDefinition; without a namespace, the object's own. */
  readonly networkName: string;
  /** MAC address of the NIC, in any spelling. */
  readonly macAddress: string;
  /** A wanted address. */
  readonly ipAddress?: string;
  /** What the NIC is told in place of its pool's words. */
  readonly options?: ClientOptions;
}

/** Whether a NIC has its address. */
export type NetworkConfigState = "Allocated" | "Pending";

/** What became of one {@linkcode NetworkConfig}. */
export interface NetworkConfigStatus {
  /** The network, as in the spec. */
  readonly networkName: string;
  /** The MAC address, as in the spec. */
  readonly macAddress: string;
  /** The address; while `Pending`, the one it had. */
  readonly allocatedIPAddress?: string;
  /** What the NIC is told in place of its pool's words, as far as it can be. */
  readonly options?: ClientOptions;
  /** Whether it has its address. */
  readonly state: NetworkConfigState;
  /** Stable reason while `Pending`. */
  readonly reason?: string;
  /** The reason in words, with the values in it. */
  readonly message?: string;
}

/** A NIC of the VM that gets nothing, and why. */
export interface UnservedNic {
  /** Its name in the VM. */
  readonly name: string;
  /** `namespace/name` of its network; absent where it has none that can be read. */
  readonly networkName?: string;
  /** In canonical form; absent while nobody has said it. */
  readonly macAddress?: string;
  /** Stable. */
  readonly reason: string;
  /** The reason in words, with the values in it. */
  readonly message: string;
}

/** `spec` of a {@linkcode VirtualMachineNetworkConfig}. Exactly one of the two list spellings is used. */
export interface VirtualMachineNetworkConfigSpec {
  /** Name of the VirtualMachine, in the object's namespace. Immutable. */
  readonly vmName: string;
  /** While true, the addresses are given back, and remembered for the resume. */
  readonly paused?: boolean;
  /** The documented spelling; what the controller writes. */
  readonly networkConfig?: readonly NetworkConfig[];
  /** The spelling of released Go objects; understood and kept. */
  readonly networkConfigs?: readonly NetworkConfig[];
}

/** `status` of a {@linkcode VirtualMachineNetworkConfig}, in the spelling of its spec. */
export interface VirtualMachineNetworkConfigStatus {
  /** The `metadata.generation` of the spec that the rest is about. */
  readonly observedGeneration?: number;
  /** The addresses of all NICs in their order, for people: separated by commas. */
  readonly addresses?: string;
  /** What became of each NIC, in the documented spelling. */
  readonly networkConfig?: readonly NetworkConfigStatus[];
  /** The same in the spelling of released Go objects. */
  readonly networkConfigs?: readonly NetworkConfigStatus[];
  /** NICs of the VM for which no address is asked; absent where there are none. */
  readonly unserved?: readonly UnservedNic[];
  /** `Allocated`, `Disabled`, `InSynced`, `Ready`. */
  readonly conditions?: readonly Condition[];
}

/** The addresses one VirtualMachine asks for, and has. */
export interface VirtualMachineNetworkConfig extends KubeObject {
  /** What is wanted. */
  readonly spec: VirtualMachineNetworkConfigSpec;
  /** What is so. */
  readonly status?: VirtualMachineNetworkConfigStatus;
}

/** A NIC of a KubeVirt VM: `spec.template.spec.domain.devices.interfaces[]`. */
export interface VmInterface {
  /** Name of the NIC, the key to its network. */
  readonly name: string;
  /** MAC address, where the spec has one. */
  readonly macAddress?: string;
  /** `absent` while KubeVirt unplugs it. */
  readonly state?: string;
}

/** A network of a KubeVirt VM: `spec.template.spec.networks[]`. */
export interface VmNetwork {
  /** Name of the network, as the NIC's. */
  readonly name: string;
  /** Present: the pod network, which vm-dhcp leaves alone. */
  readonly pod?: object;
  /** Present: a network of Multus. */
  readonly multus?: { readonly networkName: string; readonly default?: boolean };
}

/** The part of a KubeVirt VMI spec that vm-dhcp reads. */
export interface VmiSpec {
  /** The machine; of it the NICs. */
  readonly domain?: { readonly devices?: { readonly interfaces?: readonly VmInterface[] } };
  /** The networks of the NICs. */
  readonly networks?: readonly VmNetwork[];
}

/** The part of a KubeVirt VirtualMachine (`kubevirt.io/v1`) that vm-dhcp reads. */
export interface VirtualMachine extends KubeObject {
  /** What is wanted. */
  readonly spec?: {
    readonly running?: boolean;
    readonly runStrategy?: string;
    readonly template?: { readonly metadata?: ObjectMeta; readonly spec?: VmiSpec };
  };
  /** What is so. */
  readonly status?: {
    readonly printableStatus?: string;
    readonly created?: boolean;
    readonly ready?: boolean;
  };
}

/** The part of a KubeVirt VirtualMachineInstance (`kubevirt.io/v1`) that vm-dhcp reads. */
export interface VirtualMachineInstance extends KubeObject {
  /** What runs. */
  readonly spec?: VmiSpec;
  /** What is so. */
  readonly status?: {
    readonly phase?: string;
    readonly interfaces?: readonly {
      readonly name?: string;
      readonly mac?: string;
      readonly ipAddress?: string;
      readonly infoSource?: string;
    }[];
  };
}

/** A Multus NetworkAttachmentDefinition (`k8s.cni.cncf.io/v1`). */
export interface NetworkAttachmentDefinition extends KubeObject {
  /** What is wanted. */
  readonly spec?: {
    /** CNI configuration, JSON text. */
    readonly config?: string;
  };
}
