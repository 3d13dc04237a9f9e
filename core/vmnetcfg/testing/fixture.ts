/**
 * Objects for the tests of this folder.
 *
 * @module
 */
import { API_VERSION, VM_NAME_LABEL, VMNETCFG_FINALIZER } from "../../api/names.ts";
import type {
  NetworkConfig,
  NetworkConfigStatus,
  ObjectMeta,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../api/types.ts";

/** MAC addresses of tests. */
export const MAC_1 = "52:54:00:00:00:01";
export const MAC_2 = "52:54:00:00:00:02";
/** Networks of tests. */
export const NET_48 = "default/net-48";
export const NET_50 = "default/net-50";

/** What a test's object differs in. */
export interface ConfigParts {
  readonly nics?: readonly NetworkConfig[];
  readonly shown?: readonly NetworkConfigStatus[];
  readonly paused?: boolean;
  readonly metadata?: Partial<ObjectMeta>;
}

/** The VirtualMachineNetworkConfig `default/web` of the VM `web`, as the controller creates it. */
export function configOf(
  { nics = [], shown, paused, metadata }: ConfigParts = {},
): VirtualMachineNetworkConfig {
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: {
      namespace: "default",
      name: "web",
      uid: "config-uid",
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { [VM_NAME_LABEL]: "web" },
      finalizers: [VMNETCFG_FINALIZER],
      ownerReferences: [{
        apiVersion: "kubevirt.io/v1",
        kind: "VirtualMachine",
        name: "web",
        uid: "vm-uid",
      }],
      ...metadata,
    },
    spec: { vmName: "web", ...(paused === undefined ? {} : { paused }), networkConfig: nics },
    ...(shown === undefined ? {} : { status: { networkConfig: shown } }),
  };
}

/** The VirtualMachine `default/web`. */
export function vmOf(metadata: Partial<ObjectMeta> = {}): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { namespace: "default", name: "web", uid: "vm-uid", ...metadata },
  };
}

/** A NIC in a spec. */
export function nic(
  macAddress: string,
  networkName: string = NET_48,
  ipAddress?: string,
): NetworkConfig {
  return { networkName, macAddress, ...(ipAddress === undefined ? {} : { ipAddress }) };
}

/** A NIC in a status that has its address. */
export function has(
  macAddress: string,
  allocatedIPAddress: string,
  networkName: string = NET_48,
): NetworkConfigStatus {
  return { allocatedIPAddress, macAddress, networkName, state: "Allocated" };
}
