/**
 * Reads the objects of KubeVirt and Multus.
 *
 * @module
 */
import { checkSchema } from "../fields/check_schema.ts";
import type { Checked } from "../fields/field_error.ts";
import { withoutNulls } from "../fields/left_out.ts";
import {
  networkAttachmentDefinitionSchema,
  virtualMachineInstanceSchema,
  virtualMachineSchema,
} from "./foreign_schema.ts";
import type {
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineInstance,
} from "../types.ts";
import type { z } from "zod";

/**
 * Reads a KubeVirt VirtualMachine. Unknown fields are let through; fields that are null count as absent (Go writes
 * `creationTimestamp: null`); a wrong type in a field that is read is an error.
 *
 * @example
 * ```ts
 * import { readVirtualMachine } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const vm = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: { name: "a" }, spec: { running: "yes" } };
 * deepEqual(readVirtualMachine(vm), {
 *   ok: false,
 *   errors: [{ path: ["spec", "running"], value: "yes", message: "must be true or false" }],
 * });
 * ```
 */
export function readVirtualMachine(object: unknown): Checked<VirtualMachine> {
  return readForeign(virtualMachineSchema, object);
}

/**
 * Reads a KubeVirt VirtualMachineInstance, as {@linkcode readVirtualMachine} does a VirtualMachine.
 *
 * @example
 * ```ts
 * import { readVirtualMachineInstance } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(readVirtualMachineInstance("odd").ok, false);
 * ```
 */
export function readVirtualMachineInstance(object: unknown): Checked<VirtualMachineInstance> {
  return readForeign(virtualMachineInstanceSchema, object);
}

/**
 * Reads a Multus NetworkAttachmentDefinition, as {@linkcode readVirtualMachine} does a VirtualMachine. What
 * `spec.config` says is read by `nadConfigOf`.
 *
 * @example
 * ```ts
 * import { readNetworkAttachmentDefinition } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const nad = { apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition", metadata: { name: "net-48" } };
 * equal(readNetworkAttachmentDefinition(nad).ok, true);
 * ```
 */
export function readNetworkAttachmentDefinition(
  object: unknown,
): Checked<NetworkAttachmentDefinition> {
  return readForeign(networkAttachmentDefinitionSchema, object);
}

function readForeign<T>(schema: z.ZodType<T>, object: unknown): Checked<T> {
  const asIs = checkSchema(schema, object);
  return asIs.ok ? asIs : checkSchema(schema, withoutNulls(object));
}
