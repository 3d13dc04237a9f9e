import { namespaceProblem } from "../../api/tenancy.ts";
import { rangeContains, readMac } from "../../net/mod.ts";
import type { RecordEntry } from "../../record/entries.ts";
import type { Client } from "../claims/clients.ts";
import { nameOf } from "../claims/owners.ts";
import type { PoolNetwork } from "../pool/pool_network.ts";
import type { Claim } from "../types.ts";
import { conflictOf, declinesWhatItHas } from "./declined.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { formerOf, type OpenRequest } from "./open_request.ts";
import { keepsWhatItHas, type Planning } from "./planning.ts";
import { handOn } from "./succession.ts";

/**
 * Goes through what is recorded with a MAC address: keeps it, frees it, turns it into a conflict. What is recorded
 * stays with its MAC address as long as anybody claims it.
 *
 * @returns Who asks for another address, or for a first one, in the order of the claims
 */
export function reviewRecord(planning: Planning): readonly OpenRequest[] {
  const { clients, frozen } = planning;
  handOn(planning);
  if (frozen === undefined || keepsWhatItHas(frozen)) {
    for (const entry of clients.orphans) reviewOrphan(planning, entry);
  }
  return clients.all.map((client) => reviewClient(planning, client))
    .filter((request) => request !== undefined);
}

function reviewClient(planning: Planning, client: Client): OpenRequest | undefined {
  const { next, outcomes } = planning;
  const { primary, entries } = client;
  if (primary === undefined) {
    for (const entry of entries) next.free(entry, planning.releasedUntil(entry.mac));
    outcomes.putAll(client, {});
    return undefined;
  }
  const entry = entries.length > 1 ? keepOne(planning, client, primary) : entries[0];
  const frozen = planning.frozenFor(primary);
  if (entry === undefined) {
    if (frozen === undefined) return { client, primary };
    outcomes.putAll(client, { refusal: frozen });
    return undefined;
  }
  const address = entry.key;
  const isPinned = primary.requested === address;
  const isContent = isPinned || primary.requested === undefined;
  if (frozen === undefined) {
    if (isPinned && declinesWhatItHas(planning, entry, { isPinned })) return { client, primary };
    const conflict = isPinned
      ? undefined
      : conflictOf(planning, { mac: client.mac, address: entry.address }, { isPinned });
    planning.quota.take(primary.owner.namespace);
    if (conflict !== undefined) return { client, primary, kept: entry, conflict };
    if (!isContent) return { client, primary, kept: entry };
  } else {
    planning.quota.take(primary.owner.namespace);
    noteStranger(planning, primary, address);
  }
  // What a paused pool has given stays given.
  const isKept = frozen === undefined || keepsWhatItHas(frozen) && isContent;
  outcomes.putAll(client, isKept ? { address } : { address, refusal: frozen });
  if (isKept && (formerOf(primary) ?? address) !== address) {
    planning.displaced.push({ client, primary, address });
  }
  return undefined;
}

/** Tells of a namespace that may not use the network, and keeps what it has. */
function noteStranger({ input, notes }: Planning, claim: Claim, address: string): void {
  const problem = input.access && namespaceProblem(input.access, claim.owner.namespace);
  if (problem === undefined) return;
  notes.add("NamespaceNotAllowed", `${nameOf(claim)} keeps ${address}, though ${problem}`);
}

/** A MAC address that is recorded more than once keeps the entry that its owner knows of. */
function keepOne(
  planning: Planning,
  { macAddress, entries }: Client,
  { requested, previous }: Claim,
): RecordEntry | undefined {
  const find = (address: string | undefined) => entries.find(({ key }) => key === address);
  const kept = find(requested) ?? find(previous) ?? entries[0];
  const [first, ...others] = entries.map(({ key }) => key);
  const where = `${first} and ${others.join(", ")}`;
  planning.notes.add(
    "InvalidRecord",
    `MAC address ${macAddress} is recorded for ${where}, and keeps ${kept?.key}`,
  );
  if (planning.frozen !== undefined) return kept;
  for (const entry of entries) {
    if (entry !== kept) planning.next.free(entry, planning.releasedUntil(entry.mac));
  }
  return kept;
}

/** What nobody claims is freed when it has been seen so twice. */
function reviewOrphan(planning: Planning, entry: RecordEntry): void {
  const { next, input, notes, sightings } = planning;
  const key = `${entry.key} ${entry.value}`;
  const seen = Math.min(input.sightings?.get(key) ?? input.now, input.now);
  if (input.now - seen >= ORPHAN_AGE_MS) {
    next.free(entry, planning.releasedUntil(entry.mac));
    notes.add("OrphanReleased", `Freed ${entry.key} of ${entry.value}, which nobody claims`);
    return;
  }
  sightings.set(key, seen);
  const holder = input.holders?.get(entry.key);
  if (holder !== undefined) {
    planning.outcomes.holders.set(entry.key, holder);
    planning.quota.take(holder.owner.namespace);
  }
  planning.wake(seen + ORPHAN_AGE_MS);
}

/** Tells of what is recorded outside the range though nobody asked for it there. */
export function noteOutOfRange({ next, notes, clients }: Planning, { range }: PoolNetwork): void {
  for (const { key, address } of next.leases) {
    if (rangeContains(range, address)) continue;
    const holder = next.holder(address) ?? "";
    const primary = clients.find(readMac(holder))?.primary;
    if (primary === undefined || primary.requested === key) continue;
    notes.add("OutOfRange", `Address ${key} of ${holder} is outside the range`);
  }
}
