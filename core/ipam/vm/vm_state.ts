/**
 * What the controller needs to know about a VirtualMachine beside its NICs.
 *
 * @module
 */
import type { VirtualMachine, VirtualMachineInstance } from "../../api/types.ts";

const RUN_STRATEGIES_THAT_RUN: ReadonlySet<string> = new Set(["Always", "RerunOnFailure"]);
const PHASES_THAT_ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/**
 * Whether a VM runs or is meant to run: only then its MAC address may not be another's (planPool 6). A VM
 * that is stopped for good may share it, as the original of a restored copy does.
 */
export function isRunning(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): boolean {
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
