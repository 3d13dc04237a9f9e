import { readMac, reasonNotClientMac } from "../net/mod.ts";
import { NONE, type PoolRecord } from "./record.ts";
import type { Claim } from "./types.ts";

/** Everything that is claimed with one MAC address. */
export class Station {
  readonly mac: number;
  /** The entry of the record that it has, or {@linkcode NONE}. */
  entry: number;
  /** The first of its claims. */
  readonly first: Claim;
  /** All its claims, where there are several. */
  several: Claim[] | undefined = undefined;

  constructor(mac: number, { entry, first }: { entry: number; first: Claim }) {
    this.mac = mac;
    this.entry = entry;
    this.first = first;
  }

  /** All its claims. */
  get claims(): readonly Claim[] {
    return this.several ?? [this.first];
  }
}

/** A claim whose MAC address is none that a client may have. */
export interface UnfitClaim {
  readonly claim: Claim;
  readonly why: string;
}

/** All claims of a plan, by MAC address. */
export class Stations {
  /** Entry of the record -> the station with that MAC address. */
  readonly byEntry: readonly (Station | undefined)[];
  /** Claims that cannot be served. */
  readonly unfit: readonly UnfitClaim[];
  readonly #fresh = new Map<number, Station>();
  readonly #record: PoolRecord;

  constructor(claims: readonly Claim[], record: PoolRecord) {
    const byEntry = new Array<Station | undefined>(record.size);
    const unfit: UnfitClaim[] = [];
    for (const claim of claims) {
      const mac = readMac(claim.macAddress);
      const why = mac < 0 ? "it is not six octets" : reasonNotClientMac(mac);
      if (why !== undefined) {
        unfit.push({ claim, why });
        continue;
      }
      const entry = record.entryOf(mac);
      const known = entry === NONE ? this.#fresh.get(mac) : byEntry[entry];
      if (known !== undefined) {
        known.several ??= [known.first];
        known.several.push(claim);
        continue;
      }
      const station = new Station(mac, { entry, first: claim });
      if (entry === NONE) this.#fresh.set(mac, station);
      else byEntry[entry] = station;
    }
    this.byEntry = byEntry;
    this.unfit = unfit;
    this.#record = record;
  }

  /** Stations of which nothing is recorded. */
  fresh(): Iterable<Station> {
    return this.#fresh.values();
  }

  /** Whether anybody wants an address for a MAC address. */
  wants(mac: number): boolean {
    return this.of(mac)?.claims.some(({ state }) => state === "wanted") ?? false;
  }

  /** The station of a MAC address. */
  of(mac: number): Station | undefined {
    const entry = this.#record.entryOf(mac);
    return entry === NONE ? this.#fresh.get(mac) : this.byEntry[entry];
  }
}
