import { formatIPv4, formatMac, readMac } from "../net/mod.ts";
import { Mark } from "../api/names.ts";
import type { IPv4Status } from "../api/types.ts";
import type { AddressSet } from "./address_set.ts";
import { type Hold, Holds } from "./holds.ts";
import { NONE, type PoolRecord, readRecord } from "./record.ts";

/** Who has an address: the text that is recorded, and the MAC address in it, or {@linkcode NONE}. */
export interface Holder {
  readonly text: string;
  readonly mac: number;
}

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
  readonly #added = new Map<number, Holder>();

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
    return this.record.size - this.#gone.size + this.#added.size;
  }

  /** Who has an address now. */
  holder(address: number): Holder | undefined {
    const added = this.#added.get(address);
    if (added !== undefined || this.#goneAddresses.has(address)) return added;
    const allocated = this.#recorded?.allocated;
    const key = formatIPv4(address);
    if (allocated === undefined || !Object.hasOwn(allocated, key)) return undefined;
    const text = allocated[key] ?? "";
    return { text, mac: readMac(text) };
  }

  /** Whether an address has neither an entry nor a hold, or only a hold of the MAC address itself. */
  isFreeFor(mac: number, address: number): boolean {
    return !this.blocked.has(address) || this.released.get(address)?.mac === mac;
  }

  /** Records an address, that has no entry, for a MAC address. */
  give(address: number, mac: number): void {
    this.#add(address, { text: formatMac(mac), mac });
  }

  /** Records a mark for an address that has no entry. */
  mark(address: number, mark: Mark): void {
    this.#add(address, { text: mark, mac: NONE });
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
    for (const { mac } of this.#added.values()) if (mac >= 0) used++;
    return used;
  }

  /** What `status.ipv4.allocated` is to be: the very object that is recorded, where nothing changes. */
  toAllocated(): Readonly<Record<string, string>> | undefined {
    if (this.#gone.size === 0 && this.#added.size === 0) return this.#recorded?.allocated;
    const { keys, values } = this.record;
    const next: Record<string, string> = {};
    for (let entry = 0; entry < keys.length; entry++) {
      const key = keys[entry];
      const value = values[entry];
      if (key === undefined || value === undefined) continue;
      if (this.#gone.size === 0 || !this.#gone.has(entry)) next[key] = value;
    }
    for (const [address, { text }] of this.#added) next[formatIPv4(address)] = text;
    return next;
  }

  #add(address: number, holder: Holder): void {
    this.released.delete(address);
    this.#added.set(address, holder);
    this.blocked.add(address);
  }
}
