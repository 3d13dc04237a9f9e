/**
 * The NICs of a VM that want an address, and what is wrong with them.
 *
 * @module
 */
import { fieldErrorText } from "../core/api/field_error.ts";
import { readVirtualMachine, readVirtualMachineInstance } from "../core/api/foreign.ts";
import { MANAGED_DHCP } from "../core/api/names.ts";
import type { VirtualMachine } from "../core/api/types.ts";
import { interfacesOf } from "../core/ipam/interfaces_of.ts";
import type { VmNic } from "../core/ipam/vm_nic.ts";
import { keyOf } from "../kube/resources.ts";
import type { Note } from "./tell.ts";
import type { World } from "./world.ts";

/** What is known of the NICs of a VM. */
export interface VmNics {
  /** Absent where the VM cannot be read. */
  readonly nics?: readonly VmNic[];
  readonly notes: readonly Note[];
}

/** Asks the core, with the VM's instance and the label of its namespace. */
export function nicsOfVm(world: World, vm: VirtualMachine): VmNics {
  const checked = readVirtualMachine(vm);
  if (!checked.ok) {
    const message = `The VirtualMachine cannot be read: ${fieldErrorText(checked.errors)}`;
    return { notes: [{ type: "Warning", reason: "InvalidVirtualMachine", message }] };
  }
  const found = world.vmis.get(keyOf(vm));
  const vmi = found && readVirtualMachineInstance(found);
  const namespace = world.namespaces.get(vm.metadata.namespace ?? "");
  const namespaceLabel = namespace?.metadata.labels?.[MANAGED_DHCP];
  const { nics, problems } = interfacesOf(checked.value, {
    ...(vmi?.ok === true ? { vmi: vmi.value } : {}),
    ...(namespaceLabel === undefined ? {} : { namespaceLabel }),
  });
  const notes = problems.map(({ reason, message }): Note => ({ type: "Warning", reason, message }));
  return { nics, notes };
}
