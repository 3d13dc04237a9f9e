import { formatIPv4 } from "../net/mod.ts";
import { Mark } from "../api/names.ts";
import type { IPv4Status } from "../api/types.ts";
import type { AddressSet } from "./address_set.ts";
import { type Hold, Holds } from "./holds.ts";
import { NONE, type PoolRecord, readRecord } from "./record.ts";

/**
 * The next record of a pool in the making: what is recorded, and the changes to it.
 *
 * At every time an address has at most one entry, and none that is held as released has an entry.
 */
export class Draft {
  /** What is recorded now. */
  readonly record: PoolRecord;
  /** Freed addresses that are kept for who had them. */
  readonly released: Holds;
  /** Declined addresses; each bears the mark `CONFLICT`. */
  readonly conflicts: Holds;
  /** Every address with an entry, and every one that is held as released. */
  readonly blocked: AddressSet;
  readonly #recorded: IPv4Status | undefined;
  /** Entries that are taken out. */
  readonly #gone = new Set<number>();
  /** Their addresses. */
  readonly #goneAddresses = new Set<number>();
  /** New entries, place by place: their addresses as they are to be written, ... */
  readonly #addedKeys: string[] = [];
  /** ... and their MAC addresses and marks. */
  readonly #addedTexts: string[] = [];
  /** Address -> place, of as many new entries as anybody has asked for. */
  readonly #places = new Map<string, number>();
  /** How many of the new entries have a MAC address. */
  #given = 0;

  constructor(recorded: IPv4Status | undefined, now: { released: number; conflicts: number }) {
    this.#recorded = recorded;
    this.record = readRecord(recorded?.allocated);
    this.released = new Holds(recorded?.released, now.released);
    this.conflicts = new Holds(recorded?.conflicts, now.conflicts);
    this.blocked = this.record.taken.copy();
    for (const [address] of [...this.released.entries()]) {
      if (this.blocked.has(address)) this.released.delete(address);
      else this.blocked.add(address);
    }
  }

  /** Number of entries. */
  get size(): number {
    return this.record.size - this.#gone.size + this.#addedKeys.length;
  }

  /** The MAC address or mark that has an address now, as it is written. */
  holder(address: number): string | undefined {
    for (let place = this.#places.size; place < this.#addedKeys.length; place++) {
      this.#places.set(this.#addedKeys[place] ?? "", place);
    }
    const key = formatIPv4(address);
    const added = this.#places.get(key);
    if (added !== undefined) return this.#addedTexts[added];
    if (this.#goneAddresses.has(address)) return undefined;
    const allocated = this.#recorded?.allocated;
    return allocated !== undefined && Object.hasOwn(allocated, key) ? allocated[key] : undefined;
  }

  /** Whether an address has neither an entry nor a hold, or only a hold of the MAC address itself. */
  isFreeFor(mac: number, address: number): boolean {
    return !this.blocked.has(address) || this.released.get(address)?.mac === mac;
  }

  /** Records an address, that has no entry, for a MAC address in canonical form; answers the address's text. */
  give(address: number, text: string): string {
    const key = formatIPv4(address);
    this.#add(address, key, text);
    this.#given++;
    return key;
  }

  /** Records a mark for an address that has no entry. */
  mark(address: number, mark: Mark): void {
    this.#add(address, formatIPv4(address), mark);
  }

  /** Whether a recorded entry stays. */
  keeps(entry: number): boolean {
    return !this.#gone.has(entry);
  }

  /** Takes a recorded entry out. */
  remove(entry: number): void {
    const address = this.record.addresses[entry] ?? NONE;
    this.#gone.add(entry);
    if (address === NONE) return;
    this.#goneAddresses.add(address);
    this.blocked.delete(address);
  }

  /** Takes a recorded entry of a MAC address out, and keeps the address for it for a while. */
  free(entry: number, until: number): void {
    const address = this.record.addresses[entry] ?? NONE;
    this.remove(entry);
    this.released.set(address, { mac: this.record.macs[entry] ?? NONE, until });
    this.blocked.add(address);
  }

  /** Ends the hold of a freed address before its time. */
  endHold(address: number): void {
    this.released.delete(address);
    this.blocked.delete(address);
  }

  /** Marks an address that has no entry as in conflict for a while. */
  conflict(address: number, hold: Hold): void {
    this.conflicts.set(address, hold);
    this.mark(address, Mark.CONFLICT);
  }

  /** Number of entries with a MAC address. */
  used(): number {
    const { record } = this;
    let used = record.size - record.marked.length - record.unreadable.length;
    for (const entry of this.#gone) if ((record.macs[entry] ?? NONE) >= 0) used--;
    return used + this.#given;
  }

  /** What `status.ipv4.allocated` is to be: the very object that is recorded, where nothing changes. */
  toAllocated(): Readonly<Record<string, string>> | undefined {
    if (this.#gone.size === 0 && this.#addedKeys.length === 0) return this.#recorded?.allocated;
    const { keys, values } = this.record;
    const next: Record<string, string> = {};
    for (let entry = 0; entry < keys.length; entry++) {
      const key = keys[entry];
      const value = values[entry];
      if (key === undefined || value === undefined) continue;
      if (this.#gone.size === 0 || !this.#gone.has(entry)) next[key] = value;
    }
    const added = this.#addedKeys;
    const texts = this.#addedTexts;
    for (let place = 0; place < added.length; place++) {
      const key = added[place];
      if (key !== undefined) next[key] = texts[place] ?? "";
    }
    return next;
  }

  #add(address: number, key: string, text: string): void {
    if (this.released.size > 0) this.released.delete(address);
    this.#addedKeys.push(key);
    this.#addedTexts.push(text);
    this.blocked.add(address);
  }
}
