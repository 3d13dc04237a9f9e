/**
 * The NICs of a VM that want an address, and what is wrong with them.
 *
 * @module
 */
import { fieldErrorText } from "../core/api/field_error.ts";
import { readVirtualMachine, readVirtualMachineInstance } from "../core/api/foreign.ts";
import { MANAGED_DHCP } from "../core/api/names.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../core/api/types.ts";
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

/** What decides about the NICs of a VM beside the VM itself. */
interface Surroundings {
  readonly vmi: VirtualMachineInstance | undefined;
  readonly namespaceLabel: string | undefined;
}

/** Every plan of a pool asks about the VMs whose VirtualMachineNetworkConfig is missing: in a boot storm, thousands, again and again. */
const memo = new WeakMap<VirtualMachine, Surroundings & { readonly answer: VmNics }>();

/** Asks the core, with the VM's instance and the label of its namespace; the very same answer for the same objects. */
export function nicsOfVm(world: World, vm: VirtualMachine): VmNics {
  const vmi = world.vmis.get(keyOf(vm));
  const namespace = world.namespaces.get(vm.metadata.namespace ?? "");
  const namespaceLabel = namespace?.metadata.labels?.[MANAGED_DHCP];
  const before = memo.get(vm);
  const same = before?.vmi === vmi && before?.namespaceLabel === namespaceLabel;
  if (before !== undefined && same) return before.answer;
  const answer = readNics(vm, { vmi, namespaceLabel });
  memo.set(vm, { vmi, namespaceLabel, answer });
  return answer;
}

function readNics(vm: VirtualMachine, { vmi, namespaceLabel }: Surroundings): VmNics {
  const checked = readVirtualMachine(vm);
  if (!checked.ok) {
    const message = `The VirtualMachine cannot be read: ${fieldErrorText(checked.errors)}`;
    return { notes: [{ type: "Warning", reason: "InvalidVirtualMachine", message }] };
  }
  const instance = vmi && readVirtualMachineInstance(vmi);
  const { nics, problems } = interfacesOf(checked.value, {
    ...(instance?.ok === true ? { vmi: instance.value } : {}),
    ...(namespaceLabel === undefined ? {} : { namespaceLabel }),
  });
  const notes = problems.map(({ reason, message }): Note => ({ type: "Warning", reason, message }));
  return { nics, notes };
}
