/**
 * The leases of one network, looked up by hardware address.
 *
 * @module
 */
import {
  formatIPv4,
  formatMac,
  readIPv4,
  readMac,
  reasonNotClientMac,
  reasonNotIPv4,
} from "../net/mod.ts";
import { Mark } from "../api/names.ts";

/** A source of leases. */
export interface LeaseLookup {
  /**
   * The address of a client.
   *
   * @param high24 First three octets of its Ethernet address
   * @param low24 Last three octets
   * @returns The address as an unsigned 32-bit number, or 0 if the client has none
   */
  find(high24: number, low24: number): number;
}

/** One lease, as text. */
export interface LeaseEntry {
  /** Four-part decimal. */
  readonly address: string;
  /** Lower case, with colons. */
  readonly macAddress: string;
}

/** An entry of `status.ipv4.allocated` that was left out of a {@linkcode LeaseTable}. */
export interface RefusedLease {
  /** The key, as it stands there. */
  readonly address: string;
  /** The value, as it stands there. */
  readonly value: string;
  /** Why, to be put into a message. */
  readonly why: string;
}

/** What a {@linkcode LeaseTable} can be told about the network. */
export interface LeaseTableOptions {
  /** Whether a client of the network can have an address; default: all can. */
  readonly contains?: (address: number) => boolean;
}

const MARKS: ReadonlySet<string> = new Set(Object.values(Mark));

/**
 * The leases of one network: an open-addressing hash table in typed arrays, so that a look-up costs some ten
 * nanoseconds and allocates nothing. It is built whole from `status.ipv4.allocated`, never changed, and replaced
 * whole; so it cannot drift from what is recorded (rule 99). A bad entry is left out and disturbs no other.
 *
 * @example
 * ```ts
 * import { LeaseTable } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { formatIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const leases = new LeaseTable({
 *   "192.168.48.81": "52:54:00:AB:CD:01",
 *   "192.168.48.82": "EXCLUDED",
 *   "192.168.48.83": "not a MAC address",
 * });
 * strictEqual(leases.size, 1);
 * strictEqual(formatIPv4(leases.find(0x525400, 0xabcd01)), "192.168.48.81");
 * strictEqual(leases.find(0x525400, 0xabcd02), 0);
 * strictEqual(leases.refused[0]?.address, "192.168.48.83");
 * ```
 */
export class LeaseTable implements LeaseLookup {
  /** Entries that were left out because they are not a lease. */
  readonly refused: readonly RefusedLease[];
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #address: Uint32Array;
  #size = 0;

  /**
   * Reads `status.ipv4.allocated`: address -> MAC address in any spelling. Marks such as `EXCLUDED` are no leases.
   */
  constructor(
    allocated: Readonly<Record<string, string>> = {},
    { contains = () => true }: LeaseTableOptions = {},
  ) {
    const refused: RefusedLease[] = [];
    const texts = Object.keys(allocated);
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(texts.length, 4) * 2));
    this.#mask = capacity - 1;
    this.#high = new Int32Array(capacity);
    this.#low = new Int32Array(capacity);
    this.#address = new Uint32Array(capacity);
    for (const text of texts) {
      const value = allocated[text] ?? "";
      const mac = readMac(value);
      if (mac < 0 && MARKS.has(value)) continue;
      const address = readIPv4(text);
      const why = address < 0
        ? reasonNotIPv4(text)
        : !contains(address)
        ? "the address is outside the network"
        : mac < 0
        ? "six octets wanted"
        : reasonNotClientMac(mac) ?? this.#insert(mac, address);
      if (why !== undefined) refused.push({ address: text, value, why });
    }
    this.refused = refused;
  }

  /** Number of leases. */
  get size(): number {
    return this.#size;
  }

  /** The address of a client, or 0; see {@linkcode LeaseLookup.find}. */
  find(high24: number, low24: number): number {
    return this.addressAt(this.slotOf(high24, low24));
  }

  /**
   * Where the lease of a client is, or where it would be. A small number: one over 31 bits, as most addresses are, is an
   * allocation where it is returned by a function that is not inlined.
   */
  slotOf(high24: number, low24: number): number {
    let slot = hash(high24, low24) & this.#mask;
    while (
      this.#address[slot] !== 0 && (this.#low[slot] !== low24 || this.#high[slot] !== high24)
    ) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  /** The address in a slot, or 0. */
  addressAt(slot: number): number {
    return this.#address[slot] ?? 0;
  }

  /** All leases, by address. */
  entries(): LeaseEntry[] {
    const leases: { address: number; mac: number }[] = [];
    this.#address.forEach((address, slot) => {
      const mac = (this.#high[slot] ?? 0) * 0x100_0000 + (this.#low[slot] ?? 0);
      if (address !== 0) leases.push({ address, mac });
    });
    return leases.sort((a, b) => a.address - b.address).map(({ address, mac }) => ({
      address: formatIPv4(address),
      macAddress: formatMac(mac),
    }));
  }

  /** Puts a lease into its slot, or says why it cannot. */
  #insert(mac: number, address: number): string | undefined {
    if (address === 0) return "0.0.0.0 is no client's address";
    const high = Math.floor(mac / 0x100_0000);
    const low = mac % 0x100_0000;
    let slot = hash(high, low) & this.#mask;
    for (;;) {
      const taken = this.#address[slot] ?? 0;
      if (taken === 0) break;
      if (this.#low[slot] === low && this.#high[slot] === high) {
        return `the MAC address already has ${formatIPv4(taken)}`;
      }
      slot = (slot + 1) & this.#mask;
    }
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#address[slot] = address;
    this.#size++;
    return undefined;
  }
}

/** Mixes the 48 bits so that consecutive addresses, the usual case, spread over the table. */
function hash(high24: number, low24: number): number {
  let h = Math.imul(low24 ^ Math.imul(high24, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 15;
  return Math.imul(h, 0xc2b2ae35) >>> 8;
}
