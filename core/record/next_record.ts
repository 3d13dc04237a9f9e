import { Mark } from "../api/names.ts";
import type { IPv4Status } from "../api/types.ts";
import { type AddressRange, formatIPv4, rangeContains, rangeSize, readMac } from "../net/mod.ts";
import { AddressSet } from "./address_set.ts";
import { type Allocated, NONE, readEntries, type RecordEntry } from "./entries.ts";
import { type Hold, Holds } from "./holds.ts";

/**
 * The next `status.ipv4` of a pool in the making: what is recorded, and the changes to it.
 *
 * At every time an address has at most one entry, and none that is held as released has an entry but for a mark: a hold outlasts
 * that.
 */
export class NextRecord {
  /** What is recorded with a MAC address. */
  readonly leases: readonly RecordEntry[];
  /** What is recorded with a mark. */
  readonly marked: readonly RecordEntry[];
  /** What is recorded and cannot be read. It is left alone. */
  readonly unreadable: readonly RecordEntry[];
  /** Freed addresses that are kept for who had them. */
  readonly released: Holds;
  /** Declined addresses; each bears the mark `CONFLICT`. */
  readonly conflicts: Holds;
  /** Every address with an entry, and every one that is held as released. */
  readonly blocked: AddressSet = new AddressSet();
  readonly #recorded: IPv4Status | undefined;
  readonly #entries: readonly RecordEntry[];
  /** Recorded entries that are taken out, by their keys. */
  readonly #removed = new Set<string>();
  /** New entries: address -> MAC address or mark. */
  readonly #added = new Map<string, string>();
  #used: number;

  /** @param ended Holds that end until then (ms since the epoch) are left out. */
  constructor(
    recorded: IPv4Status | undefined,
    ended: { readonly released: number; readonly conflicts: number },
  ) {
    const entries = readEntries(recorded?.allocated);
    const readable = entries.filter(({ address }) => address !== NONE);
    this.leases = readable.filter(({ mac }) => mac !== NONE);
    this.marked = readable.filter(({ mark }) => mark !== undefined);
    this.unreadable = entries.filter(({ address, mac, mark }) =>
      address === NONE || mac === NONE && mark === undefined
    );
    this.released = new Holds(recorded?.released, ended.released);
    this.conflicts = new Holds(recorded?.conflicts, ended.conflicts);
    this.#recorded = recorded;
    this.#entries = entries;
    this.#used = this.leases.length;
    for (const { address } of readable) this.blocked.add(address);
    for (const [address] of [...this.released.entries()]) {
      const holder = this.holder(address);
      if (holder === undefined || readMac(holder) < 0) this.blocked.add(address);
      else this.released.delete(address);
    }
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.length - this.#removed.size + this.#added.size;
  }

  /** The MAC address or mark that has an address now, as it is written. */
  holder(address: number): string | undefined {
    const key = formatIPv4(address);
    const added = this.#added.get(key);
    if (added !== undefined || this.#removed.has(key)) return added;
    const { allocated = {} } = this.#recorded ?? {};
    return Object.hasOwn(allocated, key) ? allocated[key] : undefined;
  }

  /** The MAC addresses that have an entry now. */
  macs(): Set<number> {
    const kept = this.leases.filter(({ key }) => !this.#removed.has(key)).map(({ mac }) => mac);
    return new Set([...kept, ...[...this.#added.values()].map(readMac)]);
  }

  /** Records an address, that has no entry, for a MAC address in canonical form; answers the address's text. */
  give(address: number, macAddress: string): string {
    this.#used++;
    return this.#add(address, macAddress);
  }

  /** Records a mark for an address that has no entry. */
  mark(address: number, mark: Mark): void {
    this.#add(address, mark);
  }

  /** Marks an address that has no entry as in conflict for a while. */
  conflict(address: number, hold: Hold): void {
    this.conflicts.set(address, hold);
    this.#add(address, Mark.CONFLICT);
  }

  /** Ends the conflict on an address, if there is one, and records the address for a MAC address; answers the address's text. */
  settle(address: number, macAddress: string): string {
    if (this.conflicts.get(address) === undefined) return this.give(address, macAddress);
    this.conflicts.delete(address);
    const mark = this.marked.find((entry) => entry.address === address);
    if (mark !== undefined && !this.#removed.has(mark.key)) this.remove(mark);
    return this.give(address, macAddress);
  }

  /** Takes an entry out. */
  remove({ key, address, mac }: RecordEntry): void {
    if (!this.#added.delete(key)) this.#removed.add(key);
    if (this.released.get(address) === undefined) this.blocked.delete(address);
    if (mac !== NONE) this.#used--;
  }

  /** Hands the address of an entry on to another MAC address, in canonical form; answers the new entry. */
  handOn(entry: RecordEntry, macAddress: string): RecordEntry {
    this.remove(entry);
    const key = this.give(entry.address, macAddress);
    return { ...entry, key, value: macAddress, mac: readMac(macAddress) };
  }

  /** Takes an entry out, and keeps its address for its MAC address for a while. */
  free(entry: RecordEntry, until: number): void {
    this.remove(entry);
    this.released.set(entry.address, { mac: entry.mac, until });
    this.blocked.add(entry.address);
  }

  /** Keeps an address that has no entry as one that was freed. */
  hold(address: number, hold: Hold): void {
    this.released.set(address, hold);
    this.blocked.add(address);
  }

  /** Ends the hold of a freed address before its time. */
  endHold(address: number): void {
    this.released.delete(address);
    if (this.holder(address) === undefined) this.blocked.delete(address);
  }

  /**
   * What `status.ipv4` is to be: the very object that is recorded, where nothing changes.
   *
   * @param range What dynamic addresses are taken from; without it, `available` stays as it is recorded
   * @param told What `ntpServers` and `clients` are to be; the very objects that are recorded, where they do not change
   */
  toStatus(
    range: AddressRange | undefined,
    { ntpServers, clients }: {
      readonly ntpServers: IPv4Status["ntpServers"];
      readonly clients: IPv4Status["clients"];
    },
  ): IPv4Status {
    const recorded = this.#recorded;
    const allocated = this.#allocated();
    const released = this.released.toRecorded();
    const conflicts = this.conflicts.toRecorded();
    const used = this.#used;
    const available = range === undefined ? recorded?.available ?? 0 : this.#freeIn(range);
    const isSame = recorded !== undefined && allocated === recorded.allocated &&
      released === recorded.released && conflicts === recorded.conflicts &&
      ntpServers === recorded.ntpServers && clients === recorded.clients &&
      used === recorded.used && available === recorded.available;
    if (isSame) return recorded;
    const { allocated: _, released: _r, conflicts: _c, ntpServers: _n, clients: _o, ...others } =
      recorded ?? { used, available };
    return {
      ...(allocated === undefined ? {} : { allocated }),
      ...others,
      used,
      available,
      ...(released === undefined ? {} : { released }),
      ...(conflicts === undefined ? {} : { conflicts }),
      ...(ntpServers === undefined ? {} : { ntpServers }),
      ...(clients === undefined ? {} : { clients }),
    };
  }

  #allocated(): Allocated | undefined {
    if (this.#removed.size === 0 && this.#added.size === 0) return this.#recorded?.allocated;
    const kept = this.#entries.filter(({ key }) => !this.#removed.has(key));
    return Object.fromEntries([
      ...kept.map(({ key, value }) => [key, value] as const),
      ...this.#added,
    ]);
  }

  /** Addresses of a range without an entry; one that is only held could still be given out. */
  #freeIn(range: AddressRange): number {
    let held = 0;
    for (const [address] of this.released.entries()) {
      if (rangeContains(range, address) && this.holder(address) === undefined) held++;
    }
    return rangeSize(range) - this.blocked.countIn(range) + held;
  }

  #add(address: number, value: string): string {
    const key = formatIPv4(address);
    if (readMac(value) >= 0) this.released.delete(address);
    const isBack = this.#removed.has(key) && this.#recorded?.allocated?.[key] === value;
    if (isBack) this.#removed.delete(key);
    else this.#added.set(key, value);
    this.blocked.add(address);
    return key;
  }
}
