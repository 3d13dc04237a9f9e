/**
 * What a VirtualMachineNetworkConfig claims of the pool of one network.
 *
 * @module
 */
import { getCondition } from "../api/condition.ts";
import { VMNETCFG_FINALIZER, VmNetCfgCondition } from "../api/names.ts";
import { sameJson } from "../api/same_json.ts";
import { fromTimestamp } from "../api/timestamp.ts";
import type { VirtualMachine, VirtualMachineNetworkConfig } from "../api/types.ts";
import type { Claim, ClaimVm } from "../ipam/types.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import { formatMac, readMac } from "../net/mac.ts";
import { type Nic, type ShownNic, shownNics, type WantedNic, wantedNics } from "./nics.ts";
import { type NotedNic, notedNics, notesFormerMacs } from "./noted_addresses.ts";
import { INTERRUPTING } from "./vmnetcfg_status.ts";

/** What claims are made from. */
interface ClaimSource {
  readonly config: VirtualMachineNetworkConfig;
  /** Its VM; absent for a reservation. */
  readonly vm?: ClaimVm | undefined;
  /** Whether its VM has a NIC that its spec lacks, and the spec will have it again; absent: none. */
  readonly isLeftOut?: (nic: ShownNic) => boolean;
}

/**
 * The claims of one object on the pool of one network.
 *
 * - A NIC of the spec wants an address, unless the object is paused or going: then its address is to be freed.
 * - A NIC that only the status still shows was removed, moved or renamed: its address is to be freed. It is kept where the VM has the
 *   NIC all the same, as when a person takes it out of the object.
 * - An object without the finalizer claims nothing yet: it could be gone before its address is given back.
 * - A NIC whose status shows no address asks for the one that the object notes.
 */
export function claimsOf(
  { config, vm, isLeftOut = () => false }: ClaimSource,
  network: string,
): readonly Claim[] {
  if (config.metadata.finalizers?.includes(VMNETCFG_FINALIZER) !== true) return [];
  const wanted = byKey(wantedNics(config), network);
  const shown = byKey(shownNics(config), network);
  const { namespace = "", name = "", uid = "" } = config.metadata;
  const createdAt = fromTimestamp(config.metadata.creationTimestamp) ?? 0;
  const vmName: unknown = config.spec?.vmName;
  let noted: ReadonlyMap<string, NotedNic> | undefined; // read only where it may say more than the status
  const claimOf = (
    nic: Nic,
    state: Claim["state"],
    { ipAddress: requested, options }: Pick<WantedNic, "ipAddress" | "options"> = {},
  ): Claim => {
    const before = shown.get(nic.key);
    const { address: previous, state: shownState } = before ?? {};
    const isWaiting = previous === undefined || previous !== requested && requested !== undefined;
    const wish = isWaiting || notesFormerMacs(config)
      ? (noted ??= notedNics(config)).get(nic.key)
      : undefined;
    return {
      id: claimId(config, nic),
      owner: { namespace, name, uid },
      ...(vm === undefined ? {} : { vm }),
      macAddress: nic.macAddress,
      ...(requested === undefined ? {} : { requested }),
      ...(options === undefined ? {} : { options }),
      ...(typeof vmName === "string" ? { vmName } : {}),
      ...(previous === undefined ? {} : { previous, holds: shownState === "Allocated" }),
      ...(before !== undefined && isInterrupted(config, before) ? { interrupted: true } : {}),
      ...(wish === undefined ? {} : wishOf(wish, { previous, uid, isWaiting })),
      createdAt,
      state,
    };
  };
  const state = isReleasing(config) ? "releasing" : "wanted";
  const claims = [...wanted.values()].map((nic) => claimOf(nic, state, nic));
  for (const nic of shown.values()) {
    if (wanted.has(nic.key)) continue;
    claims.push(claimOf(nic, state === "wanted" && isLeftOut(nic) ? "wanted" : "releasing"));
  }
  return claims;
}

/** What a NIC noted: the address that it had, with which MAC address, and whether it waited in an earlier life of the object for another one. */
function wishOf(
  { address, formerMac, waiting }: NotedNic,
  { previous, uid, isWaiting }: {
    readonly previous: string | undefined;
    readonly uid: string;
    readonly isWaiting: boolean;
  },
): Pick<Claim, "noted" | "notedMac" | "waited"> {
  return {
    ...(previous === undefined && address !== undefined ? { noted: address } : {}),
    ...(formerMac !== undefined && address === (previous ?? address)
      ? { notedMac: formerMac }
      : {}),
    ...(isWaiting && waiting !== undefined && waiting !== uid ? { waited: true } : {}),
  };
}

/** The NICs on one network; of two entries that mean the same NIC the first counts. */
function byKey<N extends Nic>(nics: readonly N[], network: string): ReadonlyMap<string, N> {
  const found = new Map<string, N>();
  for (const nic of nics) {
    if (nic.network === network && !found.has(nic.key)) found.set(nic.key, nic);
  }
  return found;
}

/** Whether an object gives all its addresses back. */
function isReleasing(config: VirtualMachineNetworkConfig): boolean {
  return config.metadata.deletionTimestamp !== undefined || config.spec?.paused === true;
}

/**
 * Whether a NIC shows the address that it had until its pool was gone or in trouble. The Go version's CustomResourceDefinitions keep no
 * reason of a NIC: without one, it gave back what it shows only where its object was paused.
 */
function isInterrupted(
  { status }: VirtualMachineNetworkConfig,
  { address, state, reason }: ShownNic,
): boolean {
  if (address === undefined) return false;
  if (reason !== undefined) return INTERRUPTING.has(reason);
  const disabled = getCondition(status?.conditions, VmNetCfgCondition.Disabled);
  return state === "Pending" && disabled?.status === "False";
}

/** The id of a NIC's claim: unique and stable among the claims on one pool. */
function claimId(config: VirtualMachineNetworkConfig, nic: Nic): string {
  return `${config.metadata.uid ?? ""}/${nic.macAddress}`;
}

/** Whether two claims ask for the same, so that an outcome of the one holds for the other. */
export function asksSame(one: Claim, other: Claim): boolean {
  return one.macAddress === other.macAddress && one.requested === other.requested &&
    one.state === other.state && one.owner.uid === other.owner.uid &&
    (one.options === other.options || sameJson(one.options, other.options));
}

/**
 * The claims of a VM that has no VirtualMachineNetworkConfig: of those of its NICs for which the pool records an address.
 *
 * @param recorded The MAC addresses of the pool's record.
 */
export function recordedClaims(
  vm: VirtualMachine,
  { nics, running, network, recorded }: {
    readonly nics: readonly VmNic[];
    readonly running: boolean;
    readonly network: string;
    readonly recorded: ReadonlySet<number>;
  },
): readonly Claim[] {
  const { namespace = "", name = "", uid = "" } = vm.metadata;
  const createdAt = fromTimestamp(vm.metadata.creationTimestamp) ?? 0;
  return nics.filter((nic) => nic.network === network)
    .map(({ macAddress = "", options }) => ({ mac: readMac(macAddress), options }))
    .filter(({ mac }) => mac >= 0 && recorded.has(mac)).map(({ mac, options }): Claim => ({
      id: `${uid}/${formatMac(mac)}`,
      owner: { namespace, name, uid },
      vm: { namespace, name, uid, running },
      vmName: name,
      macAddress: formatMac(mac),
      ...(options === undefined ? {} : { options }),
      createdAt,
      state: "wanted",
    }));
}
