/**
 * What objects show is what is recorded, from the first moment to the last.
 *
 * @module
 */
import { networkConfigsOf, networkStatusesOf, wholeNetworkName } from "../../../core/api/mod.ts";
import { VMNETCFG_FINALIZER } from "../../../core/api/names.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../../../core/api/types.ts";
import { normalizeMac } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { ClaimedNics } from "./claimed_nics.ts";
import { entriesOf, type RecordHistory } from "./record_history.ts";
import { isServing, type Tenants } from "./serving.ts";

/** A change of an object. */
interface Change {
  readonly before: VirtualMachineNetworkConfig | undefined;
  readonly after: VirtualMachineNetworkConfig | undefined;
}

/** What else there is. */
interface Surroundings {
  readonly history: RecordHistory;
  readonly claimed: ClaimedNics;
  readonly pools: readonly IPPool[];
  readonly tenants: Tenants;
  readonly configs: readonly VirtualMachineNetworkConfig[];
}

/** What an object shows that no pool ever recorded, and what is recorded of one that is gone, one sentence each. */
export function shownFalsely({ before, after }: Change, about: Surroundings): readonly string[] {
  if (after === undefined) return before === undefined ? [] : leftBehind(before, about);
  const known = new Set(allocatedOf(before).map(textOf));
  return allocatedOf(after).filter((nic) =>
    !known.has(textOf(nic)) && !about.history.everSaid(nic.network, nic.address, nic.mac)
  ).map((nic) => `${keyOf(after)} shows ${textOf(nic)}, and no pool ever recorded it`);
}

/** An object with our finalizer goes when what it had is given back. */
function leftBehind(
  config: VirtualMachineNetworkConfig,
  { claimed, pools, tenants, configs }: Surroundings,
): readonly string[] {
  if (config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) !== true) return [];
  return allocatedOf(config).filter((nic) =>
    !claimed.isShared(nic.network, nic.mac) &&
    !configs.some((other) => asksFor(other, nic)) &&
    pools.some((pool) =>
      networkOfPool(pool) === nic.network && isServing(pool, { pools, tenants }) === true &&
      entriesOf(pool).get(nic.address) === nic.mac
    )
  ).map((nic) => `${keyOf(config)} is gone, and ${textOf(nic)} is still recorded`);
}

/** Whether an object is about the same NIC, or a copy of it. */
function asksFor(config: VirtualMachineNetworkConfig, nic: Allocated): boolean {
  const { namespace } = config.metadata;
  return networkConfigsOf(config).some(({ networkName, macAddress }) =>
    wholeNetworkName(networkName, namespace) === nic.network &&
    normalizeMac(macAddress) === nic.mac
  );
}

interface Allocated {
  readonly network: string;
  readonly mac: string;
  readonly address: string;
}

function allocatedOf(config: VirtualMachineNetworkConfig | undefined): readonly Allocated[] {
  if (config === undefined) return [];
  return networkStatusesOf(config).flatMap(
    ({ state, networkName, macAddress, allocatedIPAddress: address = "" }) =>
      state !== "Allocated" ? [] : {
        network: wholeNetworkName(networkName, config.metadata.namespace) ?? "",
        mac: normalizeMac(macAddress),
        address,
      },
  );
}

function textOf({ network, mac, address }: Allocated): string {
  return `${address} of ${mac} on ${network}`;
}
