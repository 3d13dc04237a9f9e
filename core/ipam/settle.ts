import { formatMac, rangeContains } from "../net/mod.ts";
import { carry } from "./carried.ts";
import { settleDecline } from "./declined.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import type { Planning } from "./planning.ts";
import type { PoolNetwork } from "./pool_network.ts";
import { NONE } from "./record.ts";
import type { Station } from "./station.ts";
import type { Claim } from "./types.ts";
import { Wish } from "./wish.ts";

/**
 * Goes through what is recorded with a MAC address: keeps it, frees it, turns it into a conflict. What is recorded
 * stays with its MAC address as long as anybody claims it.
 *
 * @returns Who asks for another address, or for a first one, in the order of the claims
 */
export function settleRecord(planning: Planning): readonly Wish[] {
  const { stations: { all }, places } = planning;
  const wishes: Wish[] = [];
  const restless: number[] = [];
  const settle = (station: Station | undefined, place: number) => {
    if (station === undefined || keepsAsIs(planning, station)) return;
    restless.push(place);
    const wish = station.entry === NONE
      ? settleFresh(planning, station)
      : settleStation(planning, station);
    if (wish !== undefined) wishes.push(wish);
  };
  settleTwice(planning);
  settleOrphans(planning);
  if (places === undefined) all.forEach(settle);
  else places.forEach((place) => settle(all[place], place));
  carryOn(planning, restless);
  return wishes;
}

function carryOn(planning: Planning, restless: readonly number[]): void {
  const { answers: { outcomes }, draft: { record }, input: { claims }, stations } = planning;
  if (planning.mayCarry) carry(record, { claims, stations, outcomes, restless });
}

/** The usual case, cheaply: one claim, which has what it asks for. */
function keepsAsIs(planning: Planning, station: Station): boolean {
  const { entry, first } = station;
  if (entry === NONE || first.state !== "wanted" || !station.isSingle) return false;
  if (planning.frozen !== undefined || planning.declined.has(station.mac)) return false;
  const address = planning.draft.record.keys[entry] ?? "";
  if (first.requested !== undefined && first.requested !== address) return false;
  planning.answers.allocate(first, address);
  return true;
}

function settleStation(planning: Planning, station: Station): Wish | undefined {
  const { draft, answers, frozen } = planning;
  const { primary } = station;
  if (primary === undefined) {
    draft.free(station.entry, planning.releasedUntil);
    answers.station(station, {});
    return undefined;
  }
  const address = draft.record.keys[station.entry] ?? "";
  const isPinned = primary.requested === address;
  const isContent = isPinned || primary.requested === undefined;
  if (frozen === undefined) {
    const hasDeclined = settleDecline(planning, { station, isPinned });
    if (hasDeclined) return new Wish(station, primary);
    if (!isContent) return new Wish(station, primary, address);
  }
  // What a paused pool has given stays given.
  const isKept = frozen === undefined || frozen.reason === "PoolPaused" && isContent;
  answers.station(station, isKept ? { address } : { address, refusal: frozen });
  return undefined;
}

function settleFresh({ answers, frozen }: Planning, station: Station): Wish | undefined {
  const { primary } = station;
  if (primary !== undefined && frozen === undefined) return new Wish(station, primary);
  answers.station(station, frozen === undefined ? {} : { refusal: frozen });
  return undefined;
}

/** A MAC address that is recorded more than once keeps the entry that its owner knows of. */
function settleTwice(planning: Planning): void {
  const { draft, stations, frozen, notes } = planning;
  for (const [mac, entries] of draft.record.twice) {
    const station = stations.find(mac);
    if (station === undefined) continue; // orphans, each for itself
    const { primary } = station;
    if (primary !== undefined) {
      station.entry = knownEntry(planning, { primary, entries });
      const [first, ...others] = entries.map((entry) => draft.record.keys[entry]);
      const kept = draft.record.keys[station.entry];
      const where = `${first} and ${others.join(", ")}`;
      notes.add(
        "InvalidRecord",
        `MAC address ${formatMac(mac)} is recorded for ${where}, and keeps ${kept}`,
      );
      if (frozen !== undefined) continue;
    }
    for (const entry of entries) {
      if (entry !== station.entry) draft.free(entry, planning.releasedUntil);
    }
  }
}

function knownEntry(
  { draft }: Planning,
  { primary, entries }: { readonly primary: Claim; readonly entries: readonly number[] },
): number {
  const find = (address: string | undefined) =>
    entries.find((entry) => draft.record.keys[entry] === address);
  return find(primary.requested) ?? find(primary.previous) ?? entries[0] ?? NONE;
}

/** What nobody claims is freed when it has been seen so twice. */
function settleOrphans(planning: Planning): void {
  const { draft: { record }, frozen, stations } = planning;
  if (frozen !== undefined && frozen.reason !== "PoolPaused") return;
  for (let entry = 0; entry < record.size; entry++) {
    const mac = record.macs[entry] ?? NONE;
    if (mac >= 0 && !stations.isClaimed(entry)) settleOrphan(planning, entry);
  }
}

function settleOrphan(planning: Planning, entry: number): void {
  const { draft, input, notes, sightings } = planning;
  const address = draft.record.keys[entry] ?? "";
  const mac = draft.record.values[entry] ?? "";
  const key = `${address} ${mac}`;
  const seen = Math.min(input.sightings?.get(key) ?? input.now, input.now);
  if (input.now - seen >= ORPHAN_AGE_MS) {
    draft.free(entry, planning.releasedUntil);
    notes.add("OrphanReleased", `Freed ${address} of ${mac}, which nobody claims`);
    return;
  }
  sightings.set(key, seen);
  planning.wake(seen + ORPHAN_AGE_MS);
}

/** Tells of what is recorded outside the range though nobody asked for it there. */
export function noteOutOfRange({ draft, notes, stations }: Planning, { range }: PoolNetwork): void {
  const { record } = draft;
  for (let entry = 0; entry < record.size; entry++) {
    const mac = record.macs[entry] ?? NONE;
    if (mac < 0 || rangeContains(range, record.addresses[entry] ?? NONE)) continue;
    const primary = stations.find(mac)?.primary;
    const address = record.keys[entry] ?? "";
    if (primary === undefined || primary.requested === address || !draft.keeps(entry)) continue;
    notes.add("OutOfRange", `Address ${address} of ${record.values[entry]} is outside the range`);
  }
}
