import { deepStrictEqual } from "node:assert/strict";
import { VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { ClusterCache } from "../cluster/cluster_cache.ts";
import { claimsOn } from "./claims_on.ts";

const MACS = ["52:54:00:00:00:01", "52:54:00:00:00:02"];
const NETWORK = "default/net-48";

/** The object of a VM with two NICs, both of which have an address; the second was taken out of the spec by hand. */
const CONFIG: VirtualMachineNetworkConfig = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "VirtualMachineNetworkConfig",
  metadata: {
    namespace: "default",
    name: "web",
    uid: "config",
    finalizers: [VMNETCFG_FINALIZER],
    ownerReferences: [{
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      name: "web",
      uid: "vm",
    }],
  },
  spec: {
    vmName: "web",
    networkConfig: MACS.slice(0, 1).map((macAddress) => ({ networkName: NETWORK, macAddress })),
  },
  status: {
    networkConfig: MACS.map((macAddress, at) => ({
      networkName: NETWORK,
      macAddress,
      state: "Allocated",
      allocatedIPAddress: `192.168.48.8${at}`,
    })),
  },
};

/** What is asked for each NIC while its VM is as told; `undefined`: the VM is gone. */
function states(vm: { readonly uid?: string; readonly deletionTimestamp?: string } | undefined) {
  const found = vm && {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { namespace: "default", name: "web", uid: "vm", ...vm },
    spec: {
      template: {
        spec: {
          domain: {
            devices: {
              interfaces: MACS.map((macAddress, at) => ({ name: `nic-${at}`, macAddress })),
            },
          },
          networks: MACS.map((_, at) => ({
            name: `nic-${at}`,
            multus: { networkName: NETWORK },
          })),
        },
      },
    },
  };
  const nobody = { get: () => undefined };
  const cluster = { vms: { get: () => found }, vmis: nobody, namespaces: nobody };
  return claimsOn(cluster as unknown as ClusterCache, CONFIG, NETWORK)
    .map(({ macAddress, state }) => `${macAddress} ${state}`);
}

Deno.test("claimsOn asks on for a NIC that somebody took out of its VM's object, while it is that VM's: its guest uses the address", () => {
  deepStrictEqual(states({}), [`${MACS[0]} wanted`, `${MACS[1]} wanted`]);
});

Deno.test("claimsOn gives back what is asked for no more where the VM is going, is gone or is another one", () => {
  const givesBack = [`${MACS[0]} wanted`, `${MACS[1]} releasing`];
  deepStrictEqual(states({ deletionTimestamp: "2026-01-01T00:00:00Z" }), givesBack);
  deepStrictEqual(states(undefined), givesBack);
  deepStrictEqual(states({ uid: "another" }), givesBack);
});
