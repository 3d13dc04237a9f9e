import { deepStrictEqual } from "node:assert/strict";
import type { NetworkConfigStatus, VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { unexplained } from "./explained.ts";

function config(name: string, reason: string): VirtualMachineNetworkConfig {
  const nic: NetworkConfigStatus = {
    networkName: "default/net-48",
    macAddress: "52:54:00:00:00:50",
    state: "Pending",
    reason,
  };
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { namespace: "default", name },
    spec: { vmName: name, networkConfig: [] },
    status: { networkConfig: [nic] },
  };
}

Deno.test("a copy is rightly told DuplicateMAC of who has no address since its pool is paused or it asks for one that it cannot have, not of another copy", () => {
  const said = (other: string) =>
    unexplained({ pools: [], configs: [config("copy", "DuplicateMAC"), config("vm", other)] })
      .filter((what) => what.startsWith("default/copy"));
  deepStrictEqual(said("PoolPaused"), []);
  deepStrictEqual(said("AddressOutsideNetwork"), []);
  deepStrictEqual(said("AddressTaken"), []);
  deepStrictEqual(said("NoPool"), [
    "default/copy: 52:54:00:00:00:50 has no address: DuplicateMAC is not so",
  ]);
  deepStrictEqual(said("DuplicateMAC"), [
    "default/copy: 52:54:00:00:00:50 has no address: DuplicateMAC is not so",
  ]);
});
