import { formatIPv4, formatMac, readIPv4, readMac } from "../net/mod.ts";
import { fromTimestamp, toTimestamp } from "../api/timestamp.ts";
import type { AddressHold } from "../api/types.ts";
import { NONE } from "./entries.ts";

/** `status.ipv4.released` or `status.ipv4.conflicts`: address -> who had it, and until when it is kept from others. */
export type RecordedHolds = Readonly<Record<string, AddressHold>>;

/** An address that is kept from others for a while. */
export interface Hold {
  /** Who had the address, or {@linkcode NONE}. */
  readonly mac: number;
  /** Who uses it though it was not given to them; absent where nobody is known to. */
  readonly usedBy?: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface HeldAddress extends Hold {
  readonly address: number;
}

/** One hold of the record, read. One without an address or an end cannot be read. */
export interface HoldEntry {
  /** The address as it is written. */
  readonly key: string;
  /** The hold as it is written. */
  readonly value: AddressHold;
  /** The address, or {@linkcode NONE}. */
  readonly address: number;
  /** Who had the address, or {@linkcode NONE}. */
  readonly mac: number;
  /** Who uses it, or {@linkcode NONE}. */
  readonly usedBy: number;
  /** Milliseconds since the epoch; `undefined` where it cannot be read. */
  readonly until: number | undefined;
}

/** Reads `status.ipv4.released` or `status.ipv4.conflicts`. What cannot be read is an entry, too. */
export function readHolds(recorded: RecordedHolds | undefined): HoldEntry[] {
  return Object.entries(recorded ?? {}).map(([key, value]) => readHold(key, value));
}

function readHold(key: string, value: AddressHold): HoldEntry {
  return {
    key,
    value,
    address: readIPv4(key),
    mac: readMac(value.macAddress ?? ""),
    usedBy: readMac(value.usedBy ?? ""),
    until: fromTimestamp(value.until),
  };
}

/** A hold, and how it is written where it is recorded. */
type KeptHold = Hold & { readonly written?: AddressHold };

/** How many holds are of certain MAC addresses. */
interface Counted {
  readonly isMeant: (mac: number) => boolean;
  count: number;
}

/** `status.ipv4.released` or `status.ipv4.conflicts`, by address. Holds that are over are left out. */
export class Holds {
  readonly #recorded: RecordedHolds | undefined;
  readonly #ended: number;
  readonly #holds = new Map<number, KeptHold>();
  /** MAC address -> addresses that are held because of it. */
  readonly #byMac = new Map<number, Set<number>>();
  #counted: Counted | undefined;

  /** @param ended Holds that end until then (ms since the epoch) are left out. */
  constructor(recorded: RecordedHolds | undefined, ended: number) {
    this.#recorded = recorded;
    this.#ended = ended;
    for (const entry of readHolds(recorded)) {
      const hold = this.#standing(entry);
      if (hold !== undefined) this.#put(entry.address, hold);
    }
  }

  /** Number of holds. */
  get size(): number {
    return this.#holds.size;
  }

  /** Number of holds because of certain MAC addresses; they are asked for once, and are to stay the same until {@linkcode recount}. */
  countOf(isMeant: (mac: number) => boolean): number {
    if (this.#counted === undefined) {
      const held = [...this.#holds.values()].filter(({ mac }) => isMeant(mac));
      this.#counted = { isMeant, count: held.length };
    }
    return this.#counted.count;
  }

  /** Has {@linkcode countOf} ask for the MAC addresses anew. */
  recount(): void {
    this.#counted = undefined;
  }

  /** The hold on an address. */
  get(address: number): Hold | undefined {
    return this.#holds.get(address);
  }

  /** The addresses that a MAC address had, with their holds. */
  ofMac(mac: number): HeldAddress[] {
    const found: HeldAddress[] = [];
    this.#byMac.get(mac)?.forEach((address) => {
      const hold = this.#holds.get(address);
      if (hold !== undefined) found.push({ address, ...hold });
    });
    return found;
  }

  /** All holds, in no order that matters. */
  entries(): Iterable<readonly [number, Hold]> {
    return this.#holds;
  }

  /** The hold on an address as it is recorded, also where it was ended since; `undefined` where its time is over. */
  recorded(address: number): KeptHold | undefined {
    const key = formatIPv4(address);
    const recorded = this.#recorded ?? {};
    const value = Object.hasOwn(recorded, key) ? recorded[key] : undefined;
    return value && this.#standing(readHold(key, value));
  }

  /** Holds an address until the end of the second in which `until` lies. */
  set(address: number, { until, ...hold }: Hold): void {
    const next = { ...hold, until: Math.ceil(until / 1000) * 1000 };
    const recorded = this.recorded(address);
    this.#put(address, recorded !== undefined && isSame(next, recorded) ? recorded : next);
  }

  /** Ends a hold, if there is one. */
  delete(address: number): void {
    const hold = this.#holds.get(address);
    if (hold === undefined) return;
    this.#holds.delete(address);
    this.#byMac.get(hold.mac)?.delete(address);
    this.#count(hold, -1);
  }

  /** When the first hold ends; `Infinity` without holds. */
  firstEnd(): number {
    let first = Infinity;
    for (const { until } of this.#holds.values()) first = Math.min(first, until);
    return first;
  }

  /** What is to be recorded: the very object that was, where nothing changed; `undefined` where nothing is held. */
  toRecorded(): RecordedHolds | undefined {
    if (this.#isAsRecorded()) return this.#recorded;
    if (this.#holds.size === 0) return undefined;
    const next: Record<string, AddressHold> = {};
    for (const [address, { mac, usedBy = NONE, until, written }] of this.#holds) {
      next[formatIPv4(address)] = written ?? {
        ...(mac === NONE ? {} : { macAddress: formatMac(mac) }),
        ...(usedBy === NONE ? {} : { usedBy: formatMac(usedBy) }),
        until: toTimestamp(until),
      };
    }
    return next;
  }

  /** Whether all that is recorded is held, and nothing else: what was set and ended again changes nothing. */
  #isAsRecorded(): boolean {
    if (this.#holds.size !== Object.keys(this.#recorded ?? {}).length) return false;
    return [...this.#holds.values()].every(({ written }) => written !== undefined);
  }

  /** What is recorded, unless it cannot be read or its time is over. */
  #standing({ address, mac, usedBy, until, value }: HoldEntry): KeptHold | undefined {
    if (address === NONE || until === undefined || until <= this.#ended) return undefined;
    return { mac, usedBy, until, written: value };
  }

  #put(address: number, hold: KeptHold): void {
    this.delete(address);
    this.#holds.set(address, hold);
    this.#count(hold, 1);
    const addresses = this.#byMac.get(hold.mac);
    if (addresses === undefined) this.#byMac.set(hold.mac, new Set([address]));
    else addresses.add(address);
  }

  #count({ mac }: Hold, by: number): void {
    if (this.#counted?.isMeant(mac) === true) this.#counted.count += by;
  }
}

function isSame(one: Hold, other: Hold): boolean {
  return one.mac === other.mac && one.until === other.until &&
    (one.usedBy ?? NONE) === (other.usedBy ?? NONE);
}
