/**
 * The leases of one network, looked up by hardware address.
 *
 * @module
 */
import { formatIPv4, formatMac, reasonNotClientMac, reasonNotIPv4 } from "../../net/mod.ts";
import { type Allocated, NONE, readEntries, type RecordEntry } from "../../record/entries.ts";
import { MacTable } from "./mac_table.ts";

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
export class LeaseTable {
  /** Entries that were left out because they are not a lease. */
  readonly refused: readonly RefusedLease[];
  readonly #macs: MacTable;

  /**
   * Reads `status.ipv4.allocated`: address -> MAC address in any spelling. Marks such as `EXCLUDED` are no leases.
   */
  constructor(
    allocated?: Allocated,
    { contains = () => true }: LeaseTableOptions = {},
  ) {
    const refused: RefusedLease[] = [];
    const entries = readEntries(allocated);
    this.#macs = new MacTable(entries.length);
    for (const entry of entries) {
      if (entry.mark !== undefined) continue;
      const { key, value, address, mac } = entry;
      const why = reasonNoLease(entry, contains) ?? this.#put(mac, address);
      if (why !== undefined) refused.push({ address: key, value, why });
    }
    this.refused = refused;
  }

  /** Number of leases. */
  get size(): number {
    return this.#macs.size;
  }

  /**
   * The address of a client.
   *
   * @param high24 First three octets of its Ethernet address
   * @param low24 Last three octets
   * @returns The address as an unsigned 32-bit number, or 0 if the client has none
   */
  find(high24: number, low24: number): number {
    return this.addressAt(this.slotOf(high24, low24));
  }

  /**
   * Where the lease of a client is, or where it would be. A small number: one over 31 bits, as most addresses are, is an
   * allocation where it is returned by a function that is not inlined.
   */
  slotOf(high24: number, low24: number): number {
    return this.#macs.slotOf(high24, low24);
  }

  /** The address in a slot, or 0. */
  addressAt(slot: number): number {
    return this.#macs.valueAt(slot);
  }

  /** All leases, by address. */
  entries(): LeaseEntry[] {
    const leases: { address: number; mac: number }[] = [];
    this.#macs.each((mac, address) => leases.push({ address, mac }));
    return leases.sort((a, b) => a.address - b.address).map(({ address, mac }) => ({
      address: formatIPv4(address),
      macAddress: formatMac(mac),
    }));
  }

  /** Notes a lease, or says why it cannot. */
  #put(mac: number, address: number): string | undefined {
    const taken = this.#macs.put(mac, address);
    return taken === 0 ? undefined : `the MAC address already has ${formatIPv4(taken)}`;
  }
}

/** Why an entry is no lease of the network, whatever the others are. */
function reasonNoLease(
  { key, address, mac }: RecordEntry,
  contains: (address: number) => boolean,
): string | undefined {
  if (address === NONE) return reasonNotIPv4(key);
  if (!contains(address)) return "the address is outside the network";
  if (mac === NONE) return "six octets wanted";
  if (address === 0) return "0.0.0.0 is no client's address";
  return reasonNotClientMac(mac);
}
