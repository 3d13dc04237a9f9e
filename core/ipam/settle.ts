import { formatMac, rangeContains } from "../net/mod.ts";
import { settleDecline } from "./declined.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { ownersOf } from "./owners.ts";
import type { Planning } from "./planning.ts";
import { NONE } from "./record.ts";
import type { Station } from "./stations.ts";
import type { Claim } from "./types.ts";

/** A station that asks for something it does not have. */
export interface Wish {
  readonly station: Station;
  /** The claim that decides. */
  readonly primary: Claim;
  /** The claims that get what it gets. */
  readonly sharing: readonly Claim[];
  /** The address that it has until it gets another one. */
  readonly kept?: string;
}

/**
 * Goes through what is recorded with a MAC address: keeps it, frees it, turns it into a conflict. What is recorded
 * stays with its MAC address as long as anybody claims it.
 *
 * @returns Who asks for another address, or for a first one
 */
export function settleRecord(planning: Planning): readonly Wish[] {
  const { record } = planning.draft;
  const wishes: (Wish | undefined)[] = [];
  const settled = settleTwice(planning);
  for (let entry = 0; entry < record.size; entry++) {
    if ((record.macs[entry] ?? NONE) < 0 || settled.has(entry)) continue;
    const station = planning.stations.byEntry[entry];
    if (station === undefined) settleOrphan(planning, entry);
    else if (!keepsAsIs(planning, station)) wishes.push(settleStation(planning, station));
  }
  for (const station of planning.stations.fresh()) wishes.push(settleFresh(planning, station));
  return wishes.filter((wish) => wish !== undefined);
}

/** The usual case, cheaply: one claim, which has what it asks for. */
function keepsAsIs(planning: Planning, station: Station): boolean {
  const { entry, first } = station;
  const { record } = planning.draft;
  if (station.several !== undefined || first.state !== "wanted") return false;
  if (planning.frozen !== undefined || planning.declined.has(station.mac)) return false;
  const address = record.keys[entry] ?? "";
  if (first.requested !== undefined && first.requested !== address) return false;
  const known = record.outcomes[entry];
  record.outcomes[entry] = planning.answers.keep(first, { address, known });
  if (first.requested === undefined) noteOutOfRange(planning, entry);
  return true;
}

function settleStation(planning: Planning, station: Station): Wish | undefined {
  const { draft, answers, frozen } = planning;
  const { primary, sharing } = ownersOf(station.claims);
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
    if (hasDeclined) return { station, primary, sharing };
    if (!isContent) return { station, primary, sharing, kept: address };
  }
  // What a paused pool has given stays given.
  const isKept = frozen === undefined || frozen.reason === "PoolPaused" && isContent;
  answers.station(station, isKept ? { address } : { address, refusal: frozen });
  if (!isPinned) noteOutOfRange(planning, station.entry);
  return undefined;
}

function settleFresh({ answers, frozen }: Planning, station: Station): Wish | undefined {
  const { primary, sharing } = ownersOf(station.claims);
  if (primary !== undefined && frozen === undefined) return { station, primary, sharing };
  answers.station(station, frozen === undefined ? {} : { refusal: frozen });
  return undefined;
}

/**
 * A MAC address that is recorded more than once keeps the entry that its owner knows of.
 *
 * @returns The entries that are dealt with
 */
function settleTwice(planning: Planning): ReadonlySet<number> {
  const { draft, stations, frozen, notes } = planning;
  const settled = new Set<number>();
  for (const [mac, entries] of draft.record.twice) {
    const station = stations.of(mac);
    if (station === undefined) continue; // orphans, each for itself
    const { primary } = ownersOf(station.claims);
    if (primary !== undefined) {
      station.entry = knownEntry(planning, { primary, entries });
      const [first, ...others] = entries.map((entry) => draft.record.keys[entry]);
      const kept = draft.record.keys[station.entry];
      const where = `${first} and ${others.join(", ")}`;
      notes.add(
        "InvalidRecord",
        `MAC address ${formatMac(mac)} is recorded for ${where}, and keeps ${kept}`,
      );
    }
    for (const entry of entries) {
      if (entry !== entries[0]) settled.add(entry);
      const isFreed = primary === undefined || frozen === undefined;
      if (entry !== station.entry && isFreed) draft.free(entry, planning.releasedUntil);
    }
  }
  return settled;
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
function settleOrphan(planning: Planning, entry: number): void {
  const { draft, frozen, input, notes, sightings } = planning;
  if (frozen !== undefined && frozen.reason !== "PoolPaused") return;
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

function noteOutOfRange({ draft, network, notes }: Planning, entry: number): void {
  const address = draft.record.addresses[entry] ?? NONE;
  if (network === undefined || rangeContains(network.range, address)) return;
  const mac = draft.record.values[entry];
  notes.add("OutOfRange", `Address ${draft.record.keys[entry]} of ${mac} is outside the range`);
}
