/**
 * The two spellings of a VirtualMachineNetworkConfig's lists: `networkConfig` (documentation) and `networkConfigs`
 * (released Go objects).
 *
 * @module
 */
import type {
  Condition,
  KubeObject,
  NetworkConfig,
  NetworkConfigStatus,
  VirtualMachineNetworkConfig,
  VirtualMachineNetworkConfigStatus,
} from "./types.ts";

/** Name of the list of NICs in the spec and in the status of a VirtualMachineNetworkConfig. */
export type Spelling = "networkConfig" | "networkConfigs";

/**
 * Tells which spelling an object uses: its spec's, else its status's, else `otherwise`, which is the documented one.
 *
 * @example
 * ```ts
 * import { spellingOf, type VirtualMachineNetworkConfig } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const vmnetcfg: VirtualMachineNetworkConfig = {
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "VirtualMachineNetworkConfig",
 *   metadata: { name: "test-vm", namespace: "default" },
 *   spec: { vmName: "test-vm", networkConfigs: [] },
 * };
 * equal(spellingOf(vmnetcfg), "networkConfigs");
 * ```
 */
export function spellingOf(
  vmnetcfg: VirtualMachineNetworkConfig,
  otherwise: Spelling = "networkConfig",
): Spelling {
  for (const part of [vmnetcfg.spec, vmnetcfg.status]) {
    if (part?.networkConfig !== undefined) return "networkConfig";
    if (part?.networkConfigs !== undefined) return "networkConfigs";
  }
  return otherwise;
}

/** The NICs an object asks for, whatever its spelling. An object with both lists is refused by `parseVirtualMachineNetworkConfig`. */
export function networkConfigsOf(vmnetcfg: VirtualMachineNetworkConfig): readonly NetworkConfig[] {
  return vmnetcfg.spec[spellingOf(vmnetcfg)] ?? [];
}

/** What an object shows for its NICs, whatever its spelling. */
export function networkStatusesOf(
  vmnetcfg: VirtualMachineNetworkConfig,
): readonly NetworkConfigStatus[] {
  const { status } = vmnetcfg;
  return status?.[spellingOf(vmnetcfg)] ?? status?.networkConfig ?? status?.networkConfigs ?? [];
}

/**
 * The same object with other NICs in its spec, in its own spelling, else in `otherwise`.
 *
 * @example
 * ```ts
 * import { networkConfigsOf, type VirtualMachineNetworkConfig, withNetworkConfigs } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const vmnetcfg: VirtualMachineNetworkConfig = {
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "VirtualMachineNetworkConfig",
 *   metadata: { name: "test-vm", namespace: "default" },
 *   spec: { vmName: "test-vm", networkConfigs: [] },
 * };
 * const nic = { networkName: "default/net-48", macAddress: "ca:70:82:e6:84:6e" };
 * const changed = withNetworkConfigs(vmnetcfg, [nic]);
 * deepEqual(changed.spec, { vmName: "test-vm", networkConfigs: [nic] });
 * deepEqual(networkConfigsOf(changed), [nic]);
 * ```
 */
export function withNetworkConfigs(
  vmnetcfg: VirtualMachineNetworkConfig,
  configs: readonly NetworkConfig[],
  otherwise?: Spelling,
): VirtualMachineNetworkConfig {
  const { networkConfig: _one, networkConfigs: _many, ...rest } = vmnetcfg.spec;
  return { ...vmnetcfg, spec: { ...rest, [spellingOf(vmnetcfg, otherwise)]: configs } };
}

/** What {@linkcode withNetworkStatus} is to show. */
export interface NetworkStatus {
  /** What became of each NIC. */
  readonly networks: readonly NetworkConfigStatus[];
  /** All conditions. */
  readonly conditions: readonly Condition[];
}

/**
 * The same object with another status, its list in the spelling of its spec.
 *
 * @example
 * ```ts
 * import { type VirtualMachineNetworkConfig, withNetworkStatus } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const nic = { networkName: "default/net-48", macAddress: "ca:70:82:e6:84:6e" };
 * const vmnetcfg: VirtualMachineNetworkConfig = {
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "VirtualMachineNetworkConfig",
 *   metadata: { name: "test-vm", namespace: "default" },
 *   spec: { vmName: "test-vm", networkConfig: [nic] },
 * };
 * const shown = withNetworkStatus(vmnetcfg, {
 *   networks: [{ ...nic, allocatedIPAddress: "192.168.48.84", state: "Allocated" }],
 *   conditions: [],
 * });
 * deepEqual(shown.status, {
 *   conditions: [],
 *   networkConfig: [{ ...nic, allocatedIPAddress: "192.168.48.84", state: "Allocated" }],
 * });
 * ```
 */
export function withNetworkStatus(
  vmnetcfg: VirtualMachineNetworkConfig,
  { networks, conditions }: NetworkStatus,
): VirtualMachineNetworkConfig {
  const status: VirtualMachineNetworkConfigStatus = {
    conditions,
    [spellingOf(vmnetcfg)]: networks,
  };
  return { ...vmnetcfg, status };
}

/** The same object with its lists in a given spelling; the object itself where they are. */
export function respelled<T extends KubeObject & Partial<VirtualMachineNetworkConfig>>(
  vmnetcfg: T,
  spelling: Spelling,
): T {
  const parts = { spec: vmnetcfg.spec, status: vmnetcfg.status };
  return Object.entries(parts).reduce((object, [name, part]) => {
    const { networkConfig, networkConfigs, ...rest } = part ?? {};
    const list = networkConfig ?? networkConfigs;
    if (list === undefined || part?.[spelling] !== undefined) return object;
    return { ...object, [name]: { ...rest, [spelling]: list } };
  }, vmnetcfg);
}
