import { Mark } from "../../api/names.ts";
import { networkOfPool } from "../../api/network.ts";
import type { IPv4Status } from "../../api/types.ts";
import { formatMac, isUsable, readMac } from "../../net/mod.ts";
import { type Allocated, NONE, readEntries, type RecordEntry } from "../../record/entries.ts";
import { admit } from "../claims/admit.ts";
import { readHolds, type RecordedHolds } from "../../record/holds.ts";
import { Clients } from "../claims/clients.ts";
import { NamespaceQuota } from "../claims/namespace_quota.ts";
import { ownersOf } from "../claims/owners.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import type { PlanInput } from "../types.ts";
import type { Notes } from "./notes.ts";

/**
 * What is recorded of a pool, with what it takes over from the pools that gave way to it: the address of every MAC address
 * whose owner still wants it, where this pool's subnet has it and nobody else of this pool does, or left it lately and may still
 * use it. What cannot be taken over gets an address of its own, as a newcomer does. Each is taken over once: from then on this pool's
 * record has it. What rests in those pools rests on in this one.
 *
 * @returns The recorded status itself, where nothing is taken over
 */
export function takeOver(
  input: PlanInput,
  network: PoolNetwork | undefined,
  notes: Notes,
): IPv4Status | undefined {
  const { pool, formerPools = [], servedBy } = input;
  const recorded = pool.status?.ipv4;
  if (formerPools.length === 0 || network === undefined || servedBy !== undefined) return recorded;
  const released = heldToo(input, network);
  const allocated = leasedToo(input, { network, released, notes });
  const isSame = allocated === recorded?.allocated && released === recorded?.released;
  if (isSame) return recorded;
  return {
    used: 0,
    available: 0,
    ...recorded,
    ...(allocated && { allocated }),
    ...(released && { released }),
  };
}

/** What is kept for who had it, with what the former pools keep: who left an address there may use it, whoever serves the network. */
function heldToo(
  { pool, formerPools = [], now }: PlanInput,
  network: PoolNetwork,
): RecordedHolds | undefined {
  const { allocated, released, conflicts } = pool.status?.ipv4 ?? {};
  const own = readEntries(allocated).filter(({ mark }) => mark === undefined); // A hold outlasts a mark.
  const known = new Set([...own, ...lasting(released, now)].map(addressOf));
  const found: [string, RecordedHolds[string]][] = [];
  const declined = new Map(lasting(conflicts, now).map(({ address, mac }) => [address, mac]));
  for (const { status } of formerPools) {
    for (const { key, value, address, mac } of lasting(status?.ipv4?.released, now)) {
      if (known.has(address) || address === NONE || !isUsable(network.cidr, address)) continue;
      if (mac !== NONE && declined.get(address) === mac) continue;
      known.add(address);
      found.push([key, value]);
    }
  }
  return found.length === 0 ? released : { ...released, ...Object.fromEntries(found) };
}

/** The holds that are not over. */
function lasting(released: RecordedHolds | undefined, now: number): ReturnType<typeof readHolds> {
  return readHolds(released).filter(({ until = 0 }) => until > now);
}

/** Whether an entry is a mark that ends with this plan. What is reserved or excluded now is refused by that. */
function isOver({ key, mark }: RecordEntry, { pool, now }: PlanInput): boolean {
  if (mark !== Mark.CONFLICT) return mark !== undefined;
  const conflict = pool.status?.ipv4?.conflicts?.[key];
  return conflict !== undefined && lasting({ [key]: conflict }, now).length === 0;
}

function addressOf({ address }: { readonly address: number }): number {
  return address;
}

function leasedToo(
  input: PlanInput,
  { network, released, notes }: {
    readonly network: PoolNetwork;
    readonly released: RecordedHolds | undefined;
    readonly notes: Notes;
  },
): Allocated | undefined {
  const { pool, formerPools = [], now } = input;
  const recorded = pool.status?.ipv4?.allocated;
  const own = readEntries(recorded).filter((entry) => !isOver(entry, input));
  const addresses = new Set(own.map(addressOf));
  const macs = new Map(own.map((entry) => [entry.mac, entry]));
  const ownerOf = owning(input);
  const wanted = new Set(
    input.claims.filter(({ state }) => state === "wanted").map((claim) =>
      readMac(claim.macAddress)
    ),
  );
  const held = new Map(
    lasting(released, now).filter(({ mac }) => wanted.has(mac))
      .map(({ address, mac }) => [address, mac]),
  );
  let quota: NamespaceQuota | undefined; // counted only where there is something to take over
  const taken: Record<string, string> = {};
  for (const former of formerPools) {
    const { namespace, name } = former.metadata;
    for (const entry of readEntries(former.status?.ipv4?.allocated)) {
      const { key, address, mac } = entry;
      if (macs.has(mac) || addresses.has(address)) continue;
      if (address === NONE || !isUsable(network.cidr, address)) continue;
      if (network.reserved.has(address) || network.excluded.has(address)) continue;
      if ((held.get(address) ?? mac) !== mac) continue;
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
