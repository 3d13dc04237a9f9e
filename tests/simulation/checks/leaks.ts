/**
 * What is recorded is what is shown, and belongs to somebody.
 *
 * @module
 */
import { networkStatusesOf, wholeNetworkName } from "../../../core/api/mod.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { normalizeMac } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { World } from "../world/world.ts";
import { isServing } from "./serving.ts";
import { entriesOf } from "./record_history.ts";

/** What is recorded for nobody, shown without a record, or left of VMs that are gone; one sentence each. */
export function leaks(
  world: World,
  { pools, configs }: {
    readonly pools: readonly IPPool[];
    readonly configs: readonly VirtualMachineNetworkConfig[];
  },
): readonly string[] {
  const { hypervisor, reservations } = world;
  const found: string[] = [];
  const shown = new Map<string, string>();
  for (const config of configs) {
    const { namespace } = config.metadata;
    for (
      const { state, networkName, macAddress, allocatedIPAddress } of networkStatusesOf(config)
    ) {
      if (state !== "Allocated") continue;
      const id = `${wholeNetworkName(networkName, namespace)} ${normalizeMac(macAddress)}`;
      shown.set(id, allocatedIPAddress ?? "");
    }
    const key = keyOf(config);
    if (hypervisor.vms.get(key) === undefined && !reservations.has(key)) {
      found.push(`VirtualMachineNetworkConfig ${key} is left`);
    }
  }
  const recorded = new Map<string, string>();
  for (const pool of pools) {
    const serves = isServing(pool, { pools, tenants: world });
    if (serves === false) continue;
    const network = networkOfPool(pool) ?? "";
    for (const [address, mac] of entriesOf(pool)) {
      const id = `${network} ${mac}`;
      // Of two pools with an equal right, what is shown says which one serves.
      if (serves === true || shown.get(id) === address) recorded.set(id, address);
      if (serves !== true) continue;
      // A pool that is going keeps what VMs have, and takes nobody new: their objects are not made again.
      const isKept = pool.metadata.deletionTimestamp !== undefined &&
        hypervisor.wants(network, mac);
      if (shown.get(id) === address || isKept) continue;
      found.push(
        `${address} of ${keyOf(pool)} is recorded for ${mac}, and shown is ${shown.get(id)}`,
      );
    }
  }
  for (const [id, address] of shown) {
    if (recorded.get(id) !== address) {
      found.push(`${address} is shown for ${id}, and recorded is ${recorded.get(id)}`);
    }
  }
  return found;
}
