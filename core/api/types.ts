/**
 * The objects that vm-dhcp reads and writes, as TypeScript types.
 *
 * Field names, spelling and meaning follow the Kubernetes API conventions and the CRDs of Harvester's
 * `vm-dhcp-controller` (group `network.harvesterhci.io/v1alpha1`). The zod schemas beside this file check them
 * at run time and are the source of the CRDs.
 *
 * @module
 */

/** Reference to the owner of an object: `metav1.OwnerReference`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metav1.ObjectMeta` that vm-dhcp uses. Times are RFC 3339 text. */
export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
}

/** What every Kubernetes object has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** `metav1.ConditionStatus`. */
export type ConditionStatus = "True" | "False" | "Unknown";

/** One condition. Times are RFC 3339 text. */
export interface Condition {
  readonly type: string;
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
  readonly start?: string;
  readonly end?: string;
  /** Addresses of the range that are never given to a VM. */
  readonly exclude?: readonly string[];
}

/** What an IPPool says about its IPv4 network. */
export interface IPv4Config {
  /** The subnet, `address/prefix`. Immutable. */
  readonly cidr: string;
  /** The address the agent serves from; defaulted to the first usable one. */
  readonly serverIP?: string;
  readonly pool?: PoolRange;
  /** Default gateway, if any. */
  readonly router?: string;
  /** At most 3 addresses. */
  readonly dns?: readonly string[];
  readonly domainName?: string;
  readonly domainSearch?: readonly string[];
  /** At most 4 addresses or host names. */
  readonly ntp?: readonly string[];
  /** Seconds; unset means one year. */
  readonly leaseTime?: number;
}

/** `spec` of an {@linkcode IPPool}. */
export interface IPPoolSpec {
  /** `namespace/name` of the NetworkAttachmentDefinition; without a namespace, the pool's own. Immutable. */
  readonly networkName: string;
  /** While true, nothing new is allocated and no agent serves; records are kept. */
  readonly paused?: boolean;
  readonly ipv4Config: IPv4Config;
}

/** Why and how long an address is kept from (other) MAC addresses. */
export interface AddressHold {
  /** The MAC address that had the address. */
  readonly macAddress?: string;
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
  /** Addresses that a guest declined or that answered a probe; not offered before `until`. */
  readonly conflicts?: Readonly<Record<string, AddressHold>>;
  /** Host names of `spec.ipv4Config.ntp`, resolved by the controller: name -> addresses. */
  readonly ntpServers?: Readonly<Record<string, readonly string[]>>;
}

/** Names the pod that serves a pool. */
export interface PodReference {
  readonly namespace?: string;
  readonly name?: string;
  readonly image?: string;
  readonly uid?: string;
}

/** `status` of an {@linkcode IPPool}. */
export interface IPPoolStatus {
  readonly lastUpdate?: string;
  readonly ipv4?: IPv4Status;
  readonly agentPodRef?: PodReference;
  readonly conditions?: readonly Condition[];
}

/** A pool of addresses for the VMs of one NetworkAttachmentDefinition. */
export interface IPPool extends KubeObject {
  readonly spec: IPPoolSpec;
  readonly status?: IPPoolStatus;
}

/** One NIC of a VM that wants an address. */
export interface NetworkConfig {
  /** `namespace/name` of the NetworkAttachmentDefinition; without a namespace, the object's own. */
  readonly networkName: string;
  readonly macAddress: string;
  /** A wanted address. */
  readonly ipAddress?: string;
}

/** Whether a NIC has its address. */
export type NetworkConfigState = "Allocated" | "Pending";

/** What became of one {@linkcode NetworkConfig}. */
export interface NetworkConfigStatus {
  readonly networkName: string;
  readonly macAddress: string;
  readonly allocatedIPAddress?: string;
  readonly state: NetworkConfigState;
  /** Stable reason while `Pending`. */
  readonly reason?: string;
  /** The reason in words, with the values in it. */
  readonly message?: string;
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
  readonly networkConfig?: readonly NetworkConfigStatus[];
  readonly networkConfigs?: readonly NetworkConfigStatus[];
  readonly conditions?: readonly Condition[];
}

/** The addresses one VirtualMachine asks for, and has. */
export interface VirtualMachineNetworkConfig extends KubeObject {
  readonly spec: VirtualMachineNetworkConfigSpec;
  readonly status?: VirtualMachineNetworkConfigStatus;
}

/** A NIC of a KubeVirt VM: `spec.template.spec.domain.devices.interfaces[]`. */
export interface VmInterface {
  readonly name: string;
  readonly macAddress?: string;
  /** `absent` while KubeVirt unplugs it. */
  readonly state?: string;
}

/** A network of a KubeVirt VM: `spec.template.spec.networks[]`. */
export interface VmNetwork {
  readonly name: string;
  readonly pod?: object;
  readonly multus?: { readonly networkName: string; readonly default?: boolean };
}

/** The part of a KubeVirt VMI spec that vm-dhcp reads. */
export interface VmiSpec {
  readonly domain?: { readonly devices?: { readonly interfaces?: readonly VmInterface[] } };
  readonly networks?: readonly VmNetwork[];
}

/** The part of a KubeVirt VirtualMachine (`kubevirt.io/v1`) that vm-dhcp reads. */
export interface VirtualMachine extends KubeObject {
  readonly spec?: {
    readonly running?: boolean;
    readonly runStrategy?: string;
    readonly template?: { readonly metadata?: ObjectMeta; readonly spec?: VmiSpec };
  };
  readonly status?: {
    readonly printableStatus?: string;
    readonly created?: boolean;
    readonly ready?: boolean;
  };
}

/** The part of a KubeVirt VirtualMachineInstance (`kubevirt.io/v1`) that vm-dhcp reads. */
export interface VirtualMachineInstance extends KubeObject {
  readonly spec?: VmiSpec;
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
  readonly spec?: {
    /** CNI configuration, JSON text. */
    readonly config?: string;
  };
}
