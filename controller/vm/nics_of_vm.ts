/**
 * The NICs of a VM that want an address, and what is wrong with them.
 *
 * @module
 */
import { fieldErrorText } from "../../core/api/fields/field_error.ts";
import { readVirtualMachine, readVirtualMachineInstance } from "../../core/api/foreign/foreign.ts";
import { MANAGED_DHCP } from "../../core/api/names.ts";
import type { VirtualMachine } from "../../core/api/types.ts";
import { interfacesOf } from "../../core/ipam/vm/interfaces_of.ts";
import type { OptedOutNic, VmNic, VmProblem } from "../../core/ipam/vm/vm_nic.ts";
import type { Note } from "../../core/reasons/reasons.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { ClusterCache } from "../cluster/cluster_cache.ts";

/** What is known of the NICs of a VM. */
interface VmNics {
  /** Whether the VM is in the form that KubeVirt writes; its NICs are not known otherwise. */
  readonly isReadable: boolean;
  readonly nics: readonly VmNic[];
  readonly problems: readonly VmProblem[];
  readonly optedOut?: readonly OptedOutNic[];
  readonly notes: readonly Note[];
}

/** Asks the core, with the VM's instance and the label of its namespace. */
export function nicsOfVm(cluster: ClusterCache, vm: VirtualMachine): VmNics {
  const checked = readVirtualMachine(vm);
  if (!checked.ok) {
    const message = `The VirtualMachine cannot be read: ${fieldErrorText(checked.errors)}`;
    const note: Note = { type: "Warning", reason: "InvalidVirtualMachine", message };
    return { isReadable: false, nics: [], problems: [], notes: [note] };
  }
  const vmi = cluster.vmis.get(keyOf(vm));
  const instance = vmi && readVirtualMachineInstance(vmi);
  const namespace = cluster.namespaces.get(vm.metadata.namespace ?? "");
  const namespaceLabel = namespace?.metadata.labels?.[MANAGED_DHCP];
  const { nics, problems, optedOut } = interfacesOf(checked.value, {
    ...(instance?.ok === true ? { vmi: instance.value } : {}),
    ...(namespaceLabel === undefined ? {} : { namespaceLabel }),
  });
  const notes = problems.map(({ reason, message }): Note => ({ type: "Warning", reason, message }));
  return { isReadable: true, nics, problems, ...(optedOut && { optedOut }), notes };
}
