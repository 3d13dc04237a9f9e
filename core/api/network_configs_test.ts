import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import {
  networkConfigsOf,
  networkStatusesOf,
  spellingOf,
  withNetworkConfigs,
  withNetworkStatus,
} from "./network_configs.ts";
import type { NetworkConfigStatus, VirtualMachineNetworkConfig } from "./types.ts";

const NIC = { networkName: "default/net-48", macAddress: "ca:70:82:e6:84:6e" };
const SHOWN: NetworkConfigStatus = {
  ...NIC,
  allocatedIPAddress: "192.168.48.84",
  state: "Allocated",
};
const CONDITIONS = [{ type: "Allocated", status: "True" as const }];

function object(
  spec: Partial<VirtualMachineNetworkConfig["spec"]>,
  status?: VirtualMachineNetworkConfig["status"],
): VirtualMachineNetworkConfig {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { name: "test-vm", namespace: "default" },
    spec: { vmName: "test-vm", ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

Deno.test("spellingOf follows the spec, then the status, then the documentation", () => {
  equal(spellingOf(object({ networkConfig: [] }, { networkConfigs: [] })), "networkConfig");
  equal(spellingOf(object({ networkConfigs: [] }, { networkConfig: [] })), "networkConfigs");
  equal(spellingOf(object({}, { networkConfigs: [SHOWN] })), "networkConfigs");
  equal(spellingOf(object({})), "networkConfig");
});

Deno.test("networkConfigsOf and networkStatusesOf read either spelling", () => {
  for (const spelling of ["networkConfig", "networkConfigs"] as const) {
    const vmnetcfg = object({ [spelling]: [NIC] }, { [spelling]: [SHOWN] });
    deepEqual(networkConfigsOf(vmnetcfg), [NIC]);
    deepEqual(networkStatusesOf(vmnetcfg), [SHOWN]);
  }
  deepEqual(networkConfigsOf(object({})), []);
  deepEqual(networkStatusesOf(object({})), []);
});

Deno.test("networkStatusesOf finds a status whose spelling is no longer the spec's", () => {
  deepEqual(networkStatusesOf(object({ networkConfig: [NIC] }, { networkConfigs: [SHOWN] })), [
    SHOWN,
  ]);
});

Deno.test("withNetworkConfigs and withNetworkStatus keep the spelling and leave no second list", () => {
  const before = object({ networkConfigs: [], paused: false }, {
    networkConfig: [],
    conditions: [],
  });
  deepEqual(withNetworkConfigs(before, [NIC]).spec, {
    vmName: "test-vm",
    paused: false,
    networkConfigs: [NIC],
  });
  deepEqual(withNetworkStatus(before, { networks: [SHOWN], conditions: CONDITIONS }).status, {
    conditions: CONDITIONS,
    networkConfigs: [SHOWN],
  });
  deepEqual(before.spec, { vmName: "test-vm", networkConfigs: [], paused: false });
});
