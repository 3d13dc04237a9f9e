/**
 * Reads VirtualMachineNetworkConfigs.
 *
 * @module
 */
import { readMac } from "../net/mod.ts";
import { schemaErrors, withoutRepeats } from "./fields/check_schema.ts";
import { FieldChecks, ipv4Problem, macProblem, objectNameProblem } from "./fields/field_checks.ts";
import { type Checked, type FieldError, fieldPath } from "./fields/field_error.ts";
import { networkNameProblem, wholeNetworkName } from "./network.ts";
import { checkClientOptions } from "./options/check_client_options.ts";
import { sizeProblem } from "./options/read_client_options.ts";
import { MAX_NICS, vmNetCfgSchema } from "./vmnetcfg_schema.ts";
import type { VirtualMachineNetworkConfig } from "./types.ts";

/**
 * Checks a VirtualMachineNetworkConfig: types and limits as the API server does, and the values of every NIC. Unknown
 * fields are let through; what the status says is not judged beyond its types.
 *
 * The controller judges each NIC for itself instead, so that one bad NIC does not disturb another.
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
 *     path: ["spec", "networkConfig", 0, "macAddress"],
 *     value: "22:37:37:82:93",
 *     message: "must be a MAC address such as 52:54:00:12:34:56: six octets wanted",
 *   }],
 * });
 * ```
 */
export function parseVirtualMachineNetworkConfig(
  object: unknown,
): Checked<VirtualMachineNetworkConfig> {
  const errors = withoutRepeats([
    ...schemaErrors(vmNetCfgSchema, object),
    ...valueErrors(object),
  ]);
  return errors.length === 0
    ? { ok: true, value: object as VirtualMachineNetworkConfig }
    : { ok: false, errors };
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
    for (const path of checks.items(["spec", list], MAX_NICS)) {
      const network = checks.check([...path, "networkName"], networkNameProblem);
      const mac = checks.check([...path, "macAddress"], macProblem);
      checks.optional([...path, "ipAddress"], ipv4Problem);
      const options = [...path, "options"];
      const problem = sizeProblem(checks.at(options));
      if (problem === undefined) checkClientOptions(checks, options, {});
      else checks.fail(options, problem);
      if (network === undefined || mac === undefined) continue;
      const key = `${wholeNetworkName(network, checks.text(["metadata", "namespace"]))} ${
        readMac(mac)
      }`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, fieldPath(path));
      else {
        checks.fail(
          [...path, "macAddress"],
          `must not be used twice on one network: ${first} has it too`,
        );
      }
    }
  }
  return checks.errors;
}
