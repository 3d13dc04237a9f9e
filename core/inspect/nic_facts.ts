/**
 * What is known of one NIC, or of one address, that somebody asks about.
 *
 * @module
 */
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import type { OptedOutNic, VmProblem } from "../ipam/vm/vm_nic.ts";
import type { World } from "./world.ts";

/** One NIC of a VM or of a vmnetcfg, or a MAC address or IP address that is nobody's. */
export interface NicFacts {
  readonly world: World;
  /** Such as `VM default/web, NIC nic-1`. */
  readonly subject: string;
  readonly vm?: VirtualMachine;
  /** Why the VM is not in the form that KubeVirt writes. */
  readonly unreadable?: string;
  readonly vmi?: VirtualMachineInstance;
  /** The object that asks for the NIC's address. */
  readonly config?: VirtualMachineNetworkConfig;
  /** An object of the VM's name that is for another VM. */
  readonly inTheWay?: VirtualMachineNetworkConfig;
  /** Name of the NIC in its VM. */
  readonly nic?: string;
  /** `namespace/name`, or as written where that is no network's name. */
  readonly network?: string;
  /** In canonical form, or as written where it cannot be read. */
  readonly macAddress?: string;
  readonly optedOut?: OptedOutNic;
  /** What is wrong with the NIC in its VM. */
  readonly problems: readonly VmProblem[];
  /** The pool that serves the network. */
  readonly pool?: IPPool;
  /** The address that was asked about, where no NIC has it. */
  readonly address?: string;
}
