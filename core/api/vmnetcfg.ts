/**
 * Reads VirtualMachineNetworkConfigs.
 *
 * @module
 */
import { readMac } from "../net/mod.ts";
import { checkSchema, schemaErrors } from "./check_schema.ts";
import {
  FieldChecks,
  ipv4Problem,
  macProblem,
  networkNameProblem,
  objectNameProblem,
} from "./field_checks.ts";
import { type Checked, type FieldError, fieldPath } from "./field_error.ts";
import { vmNetCfgSchema } from "./vmnetcfg_schema.ts";
import type { VirtualMachineNetworkConfig } from "./types.ts";

/**
 * Checks a VirtualMachineNetworkConfig: types and limits as the API server does, and the values of every NIC. Unknown
 * fields are let through; what the status says is not judged beyond its types.
 *
 * A controller uses {@linkcode readVirtualMachineNetworkConfig} instead, so that one bad NIC does not disturb another.
 *
 * @returns The very object, or every error at once, in the order of the fields.
 *
 * @example
 * ```ts
 * import { parseVirtualMachineNetworkConfig } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const checked = parseVirtualMachineNetworkConfig({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "VirtualMachineNetworkConfig",
 *   metadata: { name: "test-vm", namespace: "default" },
 *   spec: {
 *     vmName: "test-vm",
 *     networkConfig: [{ networkName: "default/example", macAddress: "22:37:37:82:93" }],
 *   },
 * });
 * deepEqual(checked, {
 *   ok: false,
 *   errors: [{
 *     path: "spec.networkConfig[0].macAddress",
 *     value: "22:37:37:82:93",
 *     message: "must be a MAC address such as 52:54:00:12:34:56: six octets wanted",
 *   }],
 * });
 * ```
 */
export function parseVirtualMachineNetworkConfig(
  object: unknown,
): Checked<VirtualMachineNetworkConfig> {
  const errors = [...schemaErrors(vmNetCfgSchema, object), ...valueErrors(object)];
  return errors.length === 0
    ? { ok: true, value: object as VirtualMachineNetworkConfig }
    : { ok: false, errors };
}

/**
 * Checks only the structure of a VirtualMachineNetworkConfig: what the API server enforces, without a judgement of its
 * values. Each NIC's values are judged where it claims its address.
 *
 * @example
 * ```ts
 * import { readVirtualMachineNetworkConfig } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(readVirtualMachineNetworkConfig({ kind: "VirtualMachineNetworkConfig" }).ok, false);
 * ```
 */
export function readVirtualMachineNetworkConfig(
  object: unknown,
): Checked<VirtualMachineNetworkConfig> {
  return checkSchema(vmNetCfgSchema, object);
}

function valueErrors(object: unknown): readonly FieldError[] {
  const checks = new FieldChecks(object);
  checks.check(["spec", "vmName"], objectNameProblem);
  if (
    checks.at(["spec", "networkConfig"]) !== undefined &&
    checks.at(["spec", "networkConfigs"]) !== undefined
  ) {
    checks.fail(["spec", "networkConfigs"], "must not stand beside networkConfig: use one of both");
  }
  for (const list of ["networkConfig", "networkConfigs"]) {
    const seen = new Map<string, string>();
    for (const path of checks.items(["spec", list])) {
      const network = checks.check([...path, "networkName"], networkNameProblem);
      const mac = checks.check([...path, "macAddress"], macProblem);
      checks.check([...path, "ipAddress"], ipv4Problem);
      if (network === undefined || mac === undefined) continue;
      const key = `${wholeName(network, checks.text(["metadata", "namespace"]))} ${readMac(mac)}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, fieldPath(path));
      else {checks.fail(
          [...path, "macAddress"],
          `must not be used twice on one network: ${first} has it too`,
        );}
    }
  }
  return checks.errors;
}

function wholeName(network: string, namespace: string | undefined): string {
  return network.includes("/") ? network : `${namespace ?? ""}/${network}`;
}
