/**
 * Which VM a VirtualMachineNetworkConfig is for.
 *
 * @module
 */
import { isVm } from "../api/foreign/vm_reference.ts";
import type { OwnerReference, VirtualMachineNetworkConfig } from "../api/types.ts";

/** What is no name of an object: Kubernetes takes none that means something in a path. */
const NO_NAME = /^\.{0,2}$|\//;

/** `namespace/name` of the VM that an object is for; `undefined` where it names none. */
export function vmKeyOf(config: VirtualMachineNetworkConfig): string | undefined {
  const name: unknown = config.spec?.vmName;
  if (typeof name !== "string" || NO_NAME.test(name)) return undefined;
  return `${config.metadata.namespace ?? ""}/${name}`;
}

/** The VirtualMachine that owns an object; `undefined` for a reservation. */
export function vmOwnerOf(config: VirtualMachineNetworkConfig): OwnerReference | undefined {
  return config.metadata.ownerReferences?.find(isVm);
}
