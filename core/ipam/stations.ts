import { readMac, reasonNotClientMac } from "../net/mod.ts";
import type { ClaimChanges } from "./claim_changes.ts";
import { MacTable } from "./mac_table.ts";
import { NONE, type PoolRecord } from "./record.ts";
import { Station } from "./station.ts";
import type { Claim } from "./types.ts";

/** All claims of a plan, by MAC address. */
export class Stations {
  /** Every station, in the order of the claims; where all claims of one went, there is a gap. */
  readonly all: (Station | undefined)[];
  /** Claims whose MAC address is none that a client may have. */
  readonly unfit: Claim[];
  readonly #record: PoolRecord;
  /** Entry of the record -> place in {@linkcode all}. */
  readonly #byEntry: Int32Array;
  /** MAC address without an entry -> place in {@linkcode all}. */
  readonly #fresh: MacTable;

  private constructor(
    record: PoolRecord,
    from: Pick<Stations, "all" | "unfit"> & {
      readonly byEntry: Int32Array;
      readonly fresh: MacTable;
    },
  ) {
    this.#record = record;
    this.all = from.all;
    this.unfit = from.unfit;
    this.#byEntry = from.byEntry;
    this.#fresh = from.fresh;
  }

  /** Sorts claims by MAC address. */
  static of(claims: readonly Claim[], record: PoolRecord): Stations {
    const stations = new Stations(record, {
      all: [],
      unfit: [],
      byEntry: new Int32Array(record.size).fill(NONE),
      fresh: new MacTable(Math.max(0, claims.length - record.size)),
    });
    claims.forEach((claim) => stations.#add(claim));
    return stations;
  }

  /** The stations after some claims came and others went, and the places of those that are not as they were. */
  changed({ added, removed }: ClaimChanges): { stations: Stations; places: ReadonlySet<number> } {
    const stations = new Stations(this.#record, {
      all: this.all.slice(),
      unfit: this.unfit.slice(),
      byEntry: this.#byEntry.slice(),
      fresh: this.#fresh.copy(),
    });
    const places = new Set<number>();
    for (const claim of removed) places.add(stations.#remove(claim));
    for (const claim of added) places.add(stations.#add(claim));
    places.delete(NONE);
    return { stations, places };
  }

  /** Whether anybody wants an address for a MAC address. */
  wants(mac: number): boolean {
    return this.find(mac)?.primary !== undefined;
  }

  /** The station of a MAC address. */
  find(mac: number): Station | undefined {
    return this.all[this.#placeOf(mac, this.#record.entryOf(mac))];
  }

  /** Whether somebody claims the MAC address of an entry. */
  isClaimed(entry: number): boolean {
    // The second entry of a MAC address is not in the index.
    return this.#byEntry[entry] !== NONE ||
      this.find(this.#record.macs[entry] ?? NONE) !== undefined;
  }

  /** Adds a claim; answers its place, or {@linkcode NONE} where it is unfit. */
  #add(claim: Claim): number {
    const mac = readMac(claim.macAddress);
    if (reasonUnfit(mac) !== undefined) {
      this.unfit.push(claim);
      return NONE;
    }
    const entry = this.#record.entryOf(mac);
    const known = this.#placeOf(mac, entry);
    if (known !== NONE) {
      this.all[known] = this.all[known]?.with(claim);
      return known;
    }
    return this.#put({ mac, entry }, this.all.push(new Station(claim, { mac, entry })) - 1);
  }

  #remove(claim: Claim): number {
    const mac = readMac(claim.macAddress);
    if (reasonUnfit(mac) !== undefined) {
      this.unfit.splice(this.unfit.indexOf(claim), 1);
      return NONE;
    }
    const entry = this.#record.entryOf(mac);
    const place = this.#placeOf(mac, entry);
    const left = this.all[place]?.without(claim);
    this.all[place] = left;
    if (left === undefined) this.#put({ mac, entry }, NONE);
    return place;
  }

  #put({ mac, entry }: { readonly mac: number; readonly entry: number }, place: number): number {
    if (entry === NONE) this.#fresh.set(mac, place);
    else this.#byEntry[entry] = place;
    return place;
  }

  #placeOf(mac: number, entry: number): number {
    return entry === NONE ? this.#fresh.get(mac) : this.#byEntry[entry] ?? NONE;
  }
}

/** Why a MAC address, or {@linkcode NONE}, is none that a client may have. */
export function reasonUnfit(mac: number): string | undefined {
  return mac < 0 ? "it is not six octets" : reasonNotClientMac(mac);
}
