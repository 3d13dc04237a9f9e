/**
 * A number for each of many hardware addresses.
 *
 * @module
 */

/**
 * An open-addressing hash table in typed arrays, so that a look-up costs some ten nanoseconds and allocates nothing.
 */
export class MacTable {
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #value: Uint32Array;
  #size = 0;

  /** With room for so many addresses. */
  constructor(count: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(count, 4) * 2));
    this.#mask = capacity - 1;
    this.#high = new Int32Array(capacity);
    this.#low = new Int32Array(capacity);
    this.#value = new Uint32Array(capacity);
  }

  /** Number of addresses. */
  get size(): number {
    return this.#size;
  }

  /**
   * Where an address is, or where it would be: its first three octets, and its last. A small number: a value over 31 bits, as
   * most IP addresses are, is an allocation where it is returned by a function that is not inlined.
   */
  slotOf(high24: number, low24: number): number {
    let slot = hash(high24, low24) & this.#mask;
    while (this.#value[slot] !== 0 && (this.#low[slot] !== low24 || this.#high[slot] !== high24)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  /** The value in a slot, or 0. */
  valueAt(slot: number): number {
    return this.#value[slot] ?? 0;
  }

  /** Gives an address of 48 bits a value that is not 0, unless it has one; answers the one that it had, or 0. */
  put(mac: number, value: number): number {
    const high = Math.floor(mac / 0x100_0000);
    const low = mac % 0x100_0000;
    const slot = this.slotOf(high, low);
    const taken = this.#value[slot] ?? 0;
    if (taken !== 0) return taken;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#value[slot] = value;
    this.#size++;
    return 0;
  }

  /** Calls `visit` with each address of 48 bits and its value. */
  each(visit: (mac: number, value: number) => void): void {
    this.#value.forEach((value, slot) => {
      if (value !== 0) visit((this.#high[slot] ?? 0) * 0x100_0000 + (this.#low[slot] ?? 0), value);
    });
  }
}

/** Mixes the 48 bits so that consecutive addresses, the usual case, spread over the table. */
function hash(high24: number, low24: number): number {
  let h = Math.imul(low24 ^ Math.imul(high24, 0x9e3779b1), 0x85ebca6b);
  h ^= h >>> 15;
  return Math.imul(h, 0xc2b2ae35) >>> 8;
}
