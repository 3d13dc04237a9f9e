/**
 * A row of small numbers for each of a bounded number of hardware addresses.
 *
 * @module
 */

/** Stands for no row, and for no moment. */
export const NONE = -1;
export const NEVER = -0x8000_0000;

const FIRST_CAPACITY = 16;

/** What a row is for: the first three octets of a hardware address, and the last three. */
export interface RowKey {
  readonly chaddrHigh: number;
  readonly chaddrLow: number;
}

/**
 * Rows in typed arrays, found by a hash with chains and kept in the order in which they were touched: nothing is allocated for a row
 * that is there, and what is over the bound takes the place of the row that was touched longest ago.
 */
export class ClientRows {
  /** Seconds; the caller says since when. */
  at: Int32Array = new Int32Array(0);
  /** The same, of the last acknowledgement; {@linkcode NEVER} for none. */
  ackedAt: Int32Array = new Int32Array(0);
  /** Unsigned 32 bits. */
  address: Uint32Array = new Uint32Array(0);
  /** Unsigned 32 bits. */
  relay: Uint32Array = new Uint32Array(0);
  untaken: Uint16Array = new Uint16Array(0);
  asked: Uint8Array = new Uint8Array(0);
  verdict: Uint8Array = new Uint8Array(0);
  /** 1 or 0. */
  known: Uint8Array = new Uint8Array(0);
  #high = new Int32Array(0);
  #low = new Int32Array(0);
  /** Next row with the same hash; of a row that is free, the next that is free. */
  #chain = new Int32Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #buckets = new Int32Array(0);
  #free = NONE;
  #newest = NONE;
  #oldest = NONE;
  #size = 0;

  /** Rows that are in use. */
  get size(): number {
    return this.#size;
  }

  /** Rows that there is memory for. */
  get capacity(): number {
    return this.#chain.length;
  }

  /** Its row, or {@linkcode NONE}. */
  find({ chaddrHigh, chaddrLow }: RowKey): number {
    if (this.#size === 0) return NONE;
    let row = this.#buckets[this.#bucketOf(chaddrHigh, chaddrLow)] ?? NONE;
    while (row !== NONE && (this.#low[row] !== chaddrLow || this.#high[row] !== chaddrHigh)) {
      row = this.#chain[row] ?? NONE;
    }
    return row;
  }

  /** Makes a row the one that was touched last. */
  touch(row: number): void {
    if (row === this.#newest) return;
    this.#unlink(row);
    this.#link(row);
  }

  /** Adds a row for what has none, with everything 0; only where there is room: {@linkcode ClientRows.grow}. */
  add({ chaddrHigh, chaddrLow }: RowKey): number {
    const row = this.#free;
    if (row === NONE) throw new RangeError("There is no room for a row");
    this.#free = this.#chain[row] ?? NONE;
    this.#high[row] = chaddrHigh;
    this.#low[row] = chaddrLow;
    this.at[row] =
      this.address[row] =
      this.relay[row] =
      this.untaken[row] =
        0;
    this.asked[row] = this.verdict[row] = this.known[row] = 0;
    this.ackedAt[row] = NEVER;
    this.#enter(row);
    this.#link(row);
    this.#size++;
    return row;
  }

  /** Removes the row that was touched longest ago. */
  removeOldest(): void {
    if (this.#oldest !== NONE) this.remove(this.#oldest);
  }

  /** Removes a row. */
  remove(row: number): void {
    const bucket = this.#bucketOf(this.#high[row] ?? 0, this.#low[row] ?? 0);
    let before = NONE;
    for (let at = this.#buckets[bucket] ?? NONE; at !== row; at = this.#chain[at] ?? NONE) {
      before = at;
    }
    const next = this.#chain[row] ?? NONE;
    if (before === NONE) this.#buckets[bucket] = next;
    else this.#chain[before] = next;
    this.#unlink(row);
    this.#chain[row] = this.#free;
    this.#free = row;
    this.#high[row] = this.#low[row] = 0;
    this.#size--;
  }

  /** Whether there is no room for a row. */
  get isFull(): boolean {
    return this.#free === NONE;
  }

  /** Makes room for twice as many rows, but no more than `most`; answers whether there is more now. */
  grow(most: number): boolean {
    const had = this.capacity;
    const capacity = Math.min(Math.max(had * 2, FIRST_CAPACITY), most);
    if (capacity <= had) return false;
    this.at = enlarged(this.at, new Int32Array(capacity));
    this.ackedAt = enlarged(this.ackedAt, new Int32Array(capacity));
    this.address = enlarged(this.address, new Uint32Array(capacity));
    this.relay = enlarged(this.relay, new Uint32Array(capacity));
    this.untaken = enlarged(this.untaken, new Uint16Array(capacity));
    this.asked = enlarged(this.asked, new Uint8Array(capacity));
    this.verdict = enlarged(this.verdict, new Uint8Array(capacity));
    this.known = enlarged(this.known, new Uint8Array(capacity));
    this.#high = enlarged(this.#high, new Int32Array(capacity));
    this.#low = enlarged(this.#low, new Int32Array(capacity));
    this.#older = enlarged(this.#older, new Int32Array(capacity));
    this.#newer = enlarged(this.#newer, new Int32Array(capacity));
    this.#chain = enlarged(this.#chain, new Int32Array(capacity));
    this.#buckets = new Int32Array(2 ** Math.ceil(Math.log2(capacity))).fill(NONE);
    for (let row = this.#newest; row !== NONE; row = this.#older[row] ?? NONE) this.#enter(row);
    for (let row = capacity - 1; row >= had; row--) {
      this.#chain[row] = this.#free;
      this.#free = row;
    }
    return true;
  }

  /** All rows, the one that was touched last first. */
  rows(): Int32Array {
    const rows = new Int32Array(this.#size);
    let count = 0;
    for (let row = this.#newest; row !== NONE; row = this.#older[row] ?? NONE) rows[count++] = row;
    return rows;
  }

  /** The hardware address of a row, 48 bits; 0 where the row is free. */
  macOf(row: number): number {
    return (this.#high[row] ?? 0) * 0x100_0000 + (this.#low[row] ?? 0);
  }

  #enter(row: number): void {
    const bucket = this.#bucketOf(this.#high[row] ?? 0, this.#low[row] ?? 0);
    this.#chain[row] = this.#buckets[bucket] ?? NONE;
    this.#buckets[bucket] = row;
  }

  #link(row: number): void {
    this.#older[row] = this.#newest;
    this.#newer[row] = NONE;
    if (this.#newest === NONE) this.#oldest = row;
    else this.#newer[this.#newest] = row;
    this.#newest = row;
  }

  #unlink(row: number): void {
    const older = this.#older[row] ?? NONE;
    const newer = this.#newer[row] ?? NONE;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  /** Consecutive addresses, the usual case, spread over all buckets. */
  #bucketOf(high: number, low: number): number {
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    return (Math.imul(hash, 0xc2b2ae35) >>> 8) & (this.#buckets.length - 1);
  }
}

function enlarged<T extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
