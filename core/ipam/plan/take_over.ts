import { networkOfPool } from "../../api/network.ts";
import { formatMac, isUsable } from "../../net/mod.ts";
import { type Allocated, NONE, readEntries, type RecordEntry } from "../../record/entries.ts";
import { admit } from "../claims/admit.ts";
import { Clients } from "../claims/clients.ts";
import { NamespaceQuota } from "../claims/namespace_quota.ts";
import { ownersOf } from "../claims/owners.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import type { PlanInput } from "../types.ts";
import type { Notes } from "./notes.ts";

/**
 * What is recorded of a pool, with what it takes over from the pools that gave way to it: the address of every MAC address
 * whose owner still wants it, where this pool's subnet has it and nobody else of this pool does. What cannot be taken over
 * gets an address of its own, as a newcomer does. Each is taken over once: from then on this pool's record has it.
 *
 * @returns The recorded map itself, where nothing is taken over
 */
export function takeOver(
  input: PlanInput,
  network: PoolNetwork | undefined,
  notes: Notes,
): Allocated | undefined {
  const { pool, formerPools = [], servedBy } = input;
  const recorded = pool.status?.ipv4?.allocated;
  if (formerPools.length === 0 || network === undefined || servedBy !== undefined) return recorded;
  const own = readEntries(recorded);
  const addresses = new Set(own.map(({ address }) => address));
  const macs = new Map(own.map((entry) => [entry.mac, entry]));
  const ownerOf = owning(input);
  let quota: NamespaceQuota | undefined; // counted only where there is something to take over
  const taken: Record<string, string> = {};
  for (const former of formerPools) {
    const { namespace, name } = former.metadata;
    for (const entry of readEntries(former.status?.ipv4?.allocated)) {
      const { key, address, mac } = entry;
      if (macs.has(mac) || addresses.has(address)) continue;
      if (address === NONE || !isUsable(network.cidr, address)) continue;
      if (network.reserved.has(address) || network.excluded.has(address)) continue;
      const owner = ownerOf(entry);
      if (owner === undefined) continue;
      quota ??= quotaOf(pool, [...macs.values()].map(ownerOf));
      if (quota.problem(owner) !== undefined) continue;
      quota.take(owner);
      addresses.add(address);
      macs.set(mac, entry);
      taken[key] = formatMac(mac);
      const what = `${key} of ${taken[key]}`;
      notes.add("RecordTakenOver", `Took over ${what} from IPPool ${namespace}/${name}`);
    }
  }
  return Object.keys(taken).length === 0 ? recorded : { ...recorded, ...taken };
}

/** Finds the namespace of who owns what is recorded, as the plan will see it; `undefined` where nobody may want it. */
function owning(input: PlanInput): (entry: RecordEntry) => string | undefined {
  const clients = new Clients(input.claims, []);
  const standing = { network: networkOfPool(input.pool), holders: input.holders };
  return (entry) => {
    const claims = clients.find(entry.mac)?.claims ?? [];
    const { admitted } = admit({ ...input, claims }, { standing, leases: [entry] });
    return ownersOf(admitted, { ...standing, entries: [entry] }).primary?.owner.namespace;
  };
}

function quotaOf(pool: PlanInput["pool"], owners: readonly (string | undefined)[]): NamespaceQuota {
  const quota = new NamespaceQuota(pool);
  for (const owner of owners) if (owner !== undefined) quota.take(owner);
  return quota;
}
