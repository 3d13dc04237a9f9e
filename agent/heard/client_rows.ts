/**
 * A row of small numbers for each of a bounded number of hardware addresses.
 *
 * @module
 */

/** Stands for no row. */
export const NONE = -1;
/** Stands for no moment. */
export const NEVER = -0x8000_0000;

/** Where in a row a number is. */
export const Field = {
  /** Seconds; the caller says since when. */
  At: 5,
  /** The same, of the last acknowledgement; {@linkcode NEVER} for none. */
  AckedAt: 6,
  /** 32 bits, with a sign. */
  Address: 7,
  /** 32 bits, with a sign. */
  Relay: 8,
  Untaken: 9,
  Asked: 10,
  Verdict: 11,
  /** 1 or 0. */
  Known: 12,
} as const;

const HIGH = 0;
const LOW = 1;
/** Next row with the same hash; of a row that is free, the next that is free. */
const CHAIN = 2;
const OLDER = 3;
const NEWER = 4;
/** Numbers of a row. */
const LENGTH = 13;
const FIRST_CAPACITY = 16;

/** What a row is for: the first three octets of a hardware address, and the last three. */
interface RowKey {
  readonly chaddrHigh: number;
  readonly chaddrLow: number;
}

/**
 * Rows in one typed array, found by a hash with chains and kept in the order in which they were touched: nothing is allocated for a
 * row that is there. A row is said by where it begins in {@linkcode ClientRows.words}.
 */
export class ClientRows {
  /** All rows, each of them together, so that it costs one or two lines of the processor's cache. */
  words: Int32Array = new Int32Array(0);
  #buckets = new Int32Array(0);
  #capacity = 0;
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
    return this.#capacity;
  }

  /** Whether there is no room for a row. */
  get isFull(): boolean {
    return this.#free === NONE;
  }

  /** Its row, or {@linkcode NONE}. */
  find({ chaddrHigh, chaddrLow }: RowKey): number {
    if (this.#size === 0) return NONE;
    const { words } = this;
    let row = this.#buckets[this.#bucketOf(chaddrHigh, chaddrLow)] ?? NONE;
    while (row !== NONE && (words[row + LOW] !== chaddrLow || words[row + HIGH] !== chaddrHigh)) {
      row = words[row + CHAIN] ?? NONE;
    }
    return row;
  }

  /** Makes a row the one that was touched last. */
  touch(row: number): void {
    if (row === this.#newest) return;
    this.#unlink(row);
    this.#link(row);
  }

  /** Adds a row for what has none, with everything 0; throws a `RangeError` where there is no room: {@linkcode ClientRows.grow}. */
  add(key: RowKey): number {
    const row = this.#free;
    if (row === NONE) throw new RangeError("There is no room for a row");
    this.#free = this.words[row + CHAIN] ?? NONE;
    this.#begin(row, key);
    this.#link(row);
    this.#size++;
    return row;
  }

  /** Gives what has no row that of what was touched longest ago, with everything 0; only where there is any. */
  replaceOldest(key: RowKey): number {
    const row = this.#oldest;
    this.#leave(row);
    this.#begin(row, key);
    this.touch(row);
    return row;
  }

  /** Removes a row. */
  remove(row: number): void {
    this.#leave(row);
    this.#unlink(row);
    this.words[row + CHAIN] = this.#free;
    this.words[row + HIGH] = this.words[row + LOW] = 0;
    this.#free = row;
    this.#size--;
  }

  /** Makes room for twice as many rows, but no more than `most`; answers whether there is more now. */
  grow(most: number): boolean {
    const had = this.#capacity;
    const capacity = Math.min(Math.max(had * 2, FIRST_CAPACITY), most);
    if (capacity <= had) return false;
    const words = new Int32Array(capacity * LENGTH);
    words.set(this.words);
    this.words = words;
    this.#capacity = capacity;
    this.#buckets = new Int32Array(2 ** Math.ceil(Math.log2(capacity))).fill(NONE);
    for (let row = this.#newest; row !== NONE; row = words[row + OLDER] ?? NONE) this.#enter(row);
    for (let row = (capacity - 1) * LENGTH; row >= had * LENGTH; row -= LENGTH) {
      words[row + CHAIN] = this.#free;
      this.#free = row;
    }
    return true;
  }

  /** All rows, the one that was touched last first. */
  rows(): Int32Array {
    const rows = new Int32Array(this.#size);
    let count = 0;
    for (let row = this.#newest; row !== NONE; row = this.words[row + OLDER] ?? NONE) {
      rows[count++] = row;
    }
    return rows;
  }

  /** One of a row's numbers. */
  get(row: number, field: number): number {
    return this.words[row + field] ?? 0;
  }

  /** The hardware address of a row, 48 bits; 0 where the row is free. */
  macOf(row: number): number {
    return this.get(row, HIGH) * 0x100_0000 + this.get(row, LOW);
  }

  #begin(row: number, { chaddrHigh, chaddrLow }: RowKey): void {
    const { words } = this;
    words[row + HIGH] = chaddrHigh;
    words[row + LOW] = chaddrLow;
    for (let at = row + Field.At; at < row + LENGTH; at++) words[at] = 0;
    words[row + Field.AckedAt] = NEVER;
    this.#enter(row);
  }

  #enter(row: number): void {
    const bucket = this.#bucketOf(this.get(row, HIGH), this.get(row, LOW));
    this.words[row + CHAIN] = this.#buckets[bucket] ?? NONE;
    this.#buckets[bucket] = row;
  }

  #leave(row: number): void {
    const { words } = this;
    const bucket = this.#bucketOf(this.get(row, HIGH), this.get(row, LOW));
    const next = this.get(row, CHAIN);
    let before = this.#buckets[bucket] ?? NONE;
    if (before === row) {
      this.#buckets[bucket] = next;
      return;
    }
    while (words[before + CHAIN] !== row) before = words[before + CHAIN] ?? NONE;
    words[before + CHAIN] = next;
  }

  #link(row: number): void {
    const { words } = this;
    words[row + OLDER] = this.#newest;
    words[row + NEWER] = NONE;
    if (this.#newest === NONE) this.#oldest = row;
    else words[this.#newest + NEWER] = row;
    this.#newest = row;
  }

  #unlink(row: number): void {
    const { words } = this;
    const older = words[row + OLDER] ?? NONE;
    const newer = words[row + NEWER] ?? NONE;
    if (older === NONE) this.#oldest = newer;
    else words[older + NEWER] = newer;
    if (newer === NONE) this.#newest = older;
    else words[newer + OLDER] = older;
  }

  /** Consecutive addresses, the usual case, spread over all buckets. */
  #bucketOf(high: number, low: number): number {
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    return (Math.imul(hash, 0xc2b2ae35) >>> 8) & (this.#buckets.length - 1);
  }
}
