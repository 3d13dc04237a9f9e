/**
 * What the controller needs to know about a VirtualMachine beside its NICs.
 *
 * @module
 */
import { isVm } from "../../api/foreign/vm_reference.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../../api/types.ts";

const RUN_STRATEGIES_THAT_RUN: ReadonlySet<string> = new Set(["Always", "RerunOnFailure"]);
const PHASES_THAT_ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/**
 * The instance of a VM. One that another VM of its name owns is not its own: that VM was deleted and made again, and the former instance
 * still goes, or nobody has heard yet that it is gone.
 */
export function ownInstance(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
): VirtualMachineInstance | undefined {
  const { uid } = vm.metadata;
  const owner = vmi?.metadata.ownerReferences?.find(isVm);
  return owner === undefined || uid === undefined || owner.uid === uid ? vmi : undefined;
}

/**
 * Whether a VM runs or is meant to run: only then its MAC address may not be another's (planPool 6). A VM
 * that is stopped for good may share it, as the original of a restored copy does.
 */
export function isRunning(
  vm: VirtualMachine,
  instance: VirtualMachineInstance | undefined,
): boolean {
  const vmi = ownInstance(vm, instance);
  const phase = vmi?.status?.phase;
  if (
    vmi !== undefined && vmi.metadata.deletionTimestamp === undefined &&
    !PHASES_THAT_ENDED.has(phase ?? "")
  ) {
    return true;
  }
  const strategy = vm.spec?.runStrategy;
  return strategy === undefined ? vm.spec?.running === true : RUN_STRATEGIES_THAT_RUN.has(strategy);
}
