/**
 * What a VirtualMachineNetworkConfig claims of the pool of one network.
 *
 * @module
 */
import { VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import { fromTimestamp } from "../../core/api/timestamp.ts";
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { Claim, ClaimVm } from "../../core/ipam/types.ts";
import { type Nic, type ShownNic, shownNics, type WantedNic, wantedNics } from "./nics.ts";

/** What claims are made from. */
export interface ClaimSource {
  readonly config: VirtualMachineNetworkConfig;
  /** Its VM; absent for a reservation. */
  readonly vm?: ClaimVm;
}

/**
 * The claims of one object on the pool of one network.
 *
 * - A NIC of the spec wants an address, unless the object is paused or going: then its address is to be freed.
 * - A NIC that only the status still shows was removed, moved or renamed: its address is to be freed.
 * - An object without the finalizer claims nothing yet: it could be gone before its address is given back.
 */
export function claimsOf(source: ClaimSource, network: string): readonly Claim[] {
  const { config } = source;
  if (config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) !== true) return [];
  const releasing = isReleasing(config);
  const claims = new Map<string, Claim>();
  for (const nic of wantedNics(config)) {
    if (nic.network !== network || claims.has(nic.key)) continue;
    claims.set(nic.key, claimOf(source, nic, releasing ? "releasing" : "wanted"));
  }
  for (const nic of shownNics(config)) {
    if (nic.network !== network || claims.has(nic.key)) continue;
    claims.set(nic.key, claimOf(source, nic, "releasing"));
  }
  return [...claims.values()];
}

/** Whether an object gives all its addresses back. */
export function isReleasing(config: VirtualMachineNetworkConfig): boolean {
  return config.metadata.deletionTimestamp !== undefined || config.spec?.paused === true;
}

/** The id of a NIC's claim: unique and stable among the claims on one pool. */
export function claimId(config: VirtualMachineNetworkConfig, nic: Nic): string {
  return `${config.metadata.uid ?? ""}/${nic.macAddress}`;
}

/** Whether two claims ask for the same, so that an outcome of the one holds for the other. */
export function asksSame(one: Claim, other: Claim): boolean {
  return one.macAddress === other.macAddress && one.requested === other.requested &&
    one.state === other.state && one.owner.uid === other.owner.uid;
}

function claimOf(
  { config, vm }: ClaimSource,
  nic: WantedNic | ShownNic,
  state: Claim["state"],
): Claim {
  const previous = shownNics(config).find((known) => known.key === nic.key)?.address;
  const { namespace = "", name = "", uid = "" } = config.metadata;
  return {
    id: claimId(config, nic),
    owner: { namespace, name, uid },
    ...(vm === undefined ? {} : { vm }),
    macAddress: nic.macAddress,
    ...("ipAddress" in nic && nic.ipAddress !== undefined ? { requested: nic.ipAddress } : {}),
    ...(previous === undefined ? {} : { previous }),
    createdAt: fromTimestamp(config.metadata.creationTimestamp) ?? 0,
    state,
  };
}
