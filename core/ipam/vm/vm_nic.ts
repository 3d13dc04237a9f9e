import type { ClientOptions } from "../../api/client_options.ts";

/** One NIC of a VM that wants an address. */
export interface VmNic {
  /** Its name in the VM: `interfaces[].name`. */
  readonly name: string;
  /** `namespace/name` of its NetworkAttachmentDefinition. */
  readonly network: string;
  /** In canonical form; absent while nobody has said it yet: KubeVirt makes it up when the VM starts. */
  readonly macAddress?: string;
  /** The address that the VM's annotation asks for, four-part decimal. */
  readonly requested?: string;
  /**
   * What the VM's annotation asks for, where it is no address; never beside {@linkcode VmNic.requested}. Such a NIC
   * should keep the address it has, and get none if it has none, until the annotation is repaired.
   */
  readonly unreadableRequest?: string;
  /** What the VM's annotation says that the NIC is told in place of its pool's words, as far as it can be read. */
  readonly options?: ClientOptions;
}

/** One NIC of a VM on a network of Multus that is opted out of managed DHCP. */
export interface OptedOutNic {
  /** Its name in the VM: `interfaces[].name`. */
  readonly name: string;
  /** `namespace/name` of its NetworkAttachmentDefinition. */
  readonly network: string;
  /** In canonical form; absent while nobody has said it yet. */
  readonly macAddress?: string;
  /** Who says so: the namespace's label, the VM's annotation for all of its NICs, or the VM's annotation for this one. */
  readonly by: "namespace" | "vm" | "nic";
}

/** What is wrong with a VM's NICs. */
export type VmProblemReason =
  /** The annotation `harvesterhci.io/mac-address` is no JSON object of texts; the other sources are used. */
  | "InvalidMacAnnotation"
  /** A MAC address cannot be read, or is none that one machine can have; the next source is used. */
  | "InvalidMacAddress"
  /** A NIC names no network, or one whose name cannot be read; it is left out. */
  | "InvalidNetworkName"
  /** An annotation `static-ip.harvesterhci.io/<nic>` is no address. */
  | "InvalidAddress"
  /** A part of an annotation `dhcp-options.network.harvesterhci.io/<nic>` cannot be read; the rest is used. */
  | "InvalidOptions"
  /** An annotation is for a NIC that is opted out of managed DHCP. */
  | "NicOptedOut"
  /** The namespace's label `network.harvesterhci.io/managed-dhcp` is neither true nor false; its VMs are managed. */
  | "InvalidOptOut"
  /** An annotation names a NIC that the VM does not have. */
  | "UnknownNic"
  /** Two NICs have the same name; the second is left out. */
  | "DuplicateNic"
  /** Two NICs of one network have the same MAC address; the second is left out. */
  | "DuplicateMAC"
  /** The VM has more NICs than a VirtualMachineNetworkConfig can hold; those beyond {@linkcode MAX_NICS} are left out. */
  | "TooManyNics";

/** One thing that is wrong. */
export interface VmProblem {
  /** Stable, for programs. */
  readonly reason: VmProblemReason;
  /** The NIC concerned, if it is one. */
  readonly nic?: string;
  /** In words, with the values in it. */
  readonly message: string;
}

/** The NICs of a VM that want an address, and what is wrong with its NICs. */
export interface VmInterfaces {
  /** In the order of the VM's spec, those that only the VMI has behind them; at most {@linkcode MAX_NICS}. */
  readonly nics: readonly VmNic[];
  /** In the order in which they were found, the first hundred. */
  readonly problems: readonly VmProblem[];
  /** NICs that would get addresses if nobody had opted them out; absent where there are none. */
  readonly optedOut?: readonly OptedOutNic[];
}

/** The most NICs of one VM that get addresses; a VM has no more PCI slots for them. */
export const MAX_NICS = 32;
