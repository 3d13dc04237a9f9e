/**
 * What objects say of the VirtualMachine that they belong to.
 *
 * @module
 */
import type { OwnerReference } from "../types.ts";

/** Whether an ownerReference names a VirtualMachine. */
export function isVm({ kind, apiVersion }: OwnerReference): boolean {
  return kind === "VirtualMachine" && apiVersion.startsWith("kubevirt.io/");
}
