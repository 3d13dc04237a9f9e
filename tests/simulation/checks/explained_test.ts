import { deepStrictEqual } from "node:assert/strict";
import { networkAccess } from "../../../core/api/tenancy.ts";
import type {
  IPPool,
  NetworkConfigStatus,
  VirtualMachineNetworkConfig,
} from "../../../core/api/types.ts";
import { unexplained } from "./explained.ts";
import type { Tenants } from "./serving.ts";

const OPEN: Tenants = { accessTo: (network) => networkAccess(network, { tenancy: "shared" }) };

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

Deno.test("a copy is rightly told DuplicateMAC of who has no address since its pool is paused, its namespace is at its limit, or it asks for one that it cannot have, not of another copy", () => {
  const said = (other: string) =>
    unexplained(OPEN, { pools: [], configs: [config("copy", "DuplicateMAC"), config("vm", other)] })
      .filter((what) => what.startsWith("default/copy"));
  deepStrictEqual(said("PoolPaused"), []);
  deepStrictEqual(said("NamespaceLimit"), []);
  deepStrictEqual(said("AddressOutsideNetwork"), []);
  deepStrictEqual(said("AddressTaken"), []);
  deepStrictEqual(said("NoPool"), [
    "default/copy: 52:54:00:00:00:50 has no address: DuplicateMAC is not so",
  ]);
  deepStrictEqual(said("DuplicateMAC"), [
    "default/copy: 52:54:00:00:00:50 has no address: DuplicateMAC is not so",
  ]);
});

Deno.test("who is told that it cannot have an address is told of the one that it asks for, not of any", () => {
  const macAddress = "52:54:00:00:00:50";
  const said = (reason: string, ipAddress: string) => {
    const { spec, ...one } = config("vm", reason);
    const networkConfig = [{ networkName: "default/net-48", macAddress, ipAddress }];
    const pool = {
      metadata: { namespace: "default", name: "net-48", uid: "pool" },
      spec: {
        networkName: "default/net-48",
        ipv4Config: { pool: { exclude: ["192.168.48.81"] } },
      },
      status: {
        ipv4: {
          allocated: { "192.168.48.82": "CONFLICT", "192.168.48.83": "52:54:00:00:00:60" },
          released: { "192.168.48.84": { macAddress: "52:54:00:00:00:70", until: "" } },
        },
      },
    } as unknown as IPPool;
    return unexplained(OPEN, {
      pools: [pool],
      configs: [{ ...one, spec: { ...spec, networkConfig } }],
    });
  };
  const untrue = (
    reason: string,
  ) => [`default/vm: ${macAddress} has no address: ${reason} is not so`];
  deepStrictEqual(said("AddressExcluded", "192.168.48.81"), []);
  deepStrictEqual(said("AddressExcluded", "192.168.48.85"), untrue("AddressExcluded"));
  deepStrictEqual(said("AddressConflict", "192.168.48.82"), []);
  deepStrictEqual(said("AddressConflict", "192.168.48.85"), untrue("AddressConflict"));
  deepStrictEqual(said("AddressTaken", "192.168.48.83"), []);
  deepStrictEqual(said("AddressTaken", "192.168.48.84"), []);
  deepStrictEqual(said("AddressTaken", "192.168.48.85"), untrue("AddressTaken"));
});

Deno.test("who is told that its pool is paused is told of the one that serves its network", () => {
  const pool = (name: string, second: number, paused: boolean) =>
    ({
      metadata: {
        namespace: "default",
        name,
        uid: name,
        creationTimestamp: `2026-01-01T00:00:0${second}Z`,
      },
      spec: { networkName: "default/net-48", paused, ipv4Config: {} },
    }) as unknown as IPPool;
  const said = (...paused: readonly boolean[]) =>
    unexplained(OPEN, {
      pools: paused.map((isPaused, i) => pool(`pool-${i}`, i, isPaused)),
      configs: [config("vm", "PoolPaused")],
    });
  deepStrictEqual(said(true, false), []);
  deepStrictEqual(said(false, true), [
    "default/vm: 52:54:00:00:00:50 has no address: PoolPaused is not so",
  ]);
});
