import { readIPv4, readMac } from "../net/mod.ts";
import { Mark } from "../api/names.ts";
import { AddressSet } from "./address_set.ts";
import { MacTable } from "./mac_table.ts";

/** `status.ipv4.allocated`. */
export type Allocated = Readonly<Record<string, string>>;

/** What stands for a number that could not be read, or that is none. */
export const NONE = -1;

const MARKS: ReadonlySet<string> = new Set(Object.values(Mark));

/** `status.ipv4.allocated`, read: entry by entry, in its order. */
export class PoolRecord {
  /** The addresses as they are written. */
  readonly keys: readonly string[];
  /** The MAC addresses and marks as they are written. */
  readonly values: readonly string[];
  /** The address of each entry, or {@linkcode NONE}. */
  readonly addresses: Float64Array;
  /** The MAC address of each entry, or {@linkcode NONE} where there is none or the entry cannot be read. */
  readonly macs: Float64Array;
  /** Entries that bear a mark. */
  readonly marked: readonly number[];
  /** Entries that cannot be read. */
  readonly unreadable: readonly number[];
  /** MAC addresses recorded more than once -> all their entries. */
  readonly twice: ReadonlyMap<number, readonly number[]>;
  /** Every address that can be read. */
  readonly taken: AddressSet;
  readonly #entries: MacTable;

  constructor(allocated: Allocated) {
    const keys = Object.keys(allocated);
    const values: string[] = [];
    const marked: number[] = [];
    const unreadable: number[] = [];
    const twice = new Map<number, number[]>();
    this.addresses = new Float64Array(keys.length);
    this.macs = new Float64Array(keys.length).fill(NONE);
    this.taken = new AddressSet();
    this.#entries = new MacTable(keys.length);
    keys.forEach((key, entry) => {
      const value = allocated[key] ?? "";
      const address = readIPv4(key);
      const mac = readMac(value);
      values.push(value);
      this.addresses[entry] = address;
      if (address >= 0) this.taken.add(address);
      if (address >= 0 && mac >= 0) {
        this.macs[entry] = mac;
        const before = this.#entries.get(mac);
        const all = twice.get(mac);
        if (before < 0) this.#entries.set(mac, entry);
        else if (all === undefined) twice.set(mac, [before, entry]);
        else all.push(entry);
      } else if (address >= 0 && MARKS.has(value)) marked.push(entry);
      else unreadable.push(entry);
    });
    this.keys = keys;
    this.values = values;
    this.marked = marked;
    this.unreadable = unreadable;
    this.twice = twice;
  }

  /** The first entry of a MAC address, or {@linkcode NONE}. */
  entryOf(mac: number): number {
    return this.#entries.get(mac);
  }

  /** The entry of an address, or {@linkcode NONE}. */
  entryAt(address: number): number {
    return this.taken.has(address) ? this.addresses.indexOf(address) : NONE;
  }

  /** Number of entries. */
  get size(): number {
    return this.keys.length;
  }
}

const records = new WeakMap<Allocated, PoolRecord>();

/** Reads `status.ipv4.allocated`. The same object is read only once, so it must not be changed later. */
export function readRecord(allocated: Allocated | undefined): PoolRecord {
  if (allocated === undefined) return new PoolRecord({});
  const known = records.get(allocated);
  if (known !== undefined) return known;
  const record = new PoolRecord(allocated);
  records.set(allocated, record);
  return record;
}
