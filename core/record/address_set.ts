import type { AddressRange } from "../net/mod.ts";

/** Addresses in one page; a page takes 128 bytes and is made with its first address. */
const PAGE_BITS = 10;
const PAGE_WORDS = (1 << PAGE_BITS) / 32;
const PAGE_MASK = (1 << PAGE_BITS) - 1;

/** A set of IPv4 addresses: a bitmap of which only the pages in use exist, so that memory grows with its content. */
export class AddressSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** Whether the address is in the set. */
  has(address: number): boolean {
    const page = this.#pages.get(address >>> PAGE_BITS);
    if (page === undefined) return false;
    const bit = address & PAGE_MASK;
    return ((page[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** Puts an address in. */
  add(address: number): void {
    const key = address >>> PAGE_BITS;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = new Uint32Array(PAGE_WORDS);
      this.#pages.set(key, page);
    }
    const bit = address & PAGE_MASK;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  /** Takes an address out. */
  delete(address: number): void {
    const page = this.#pages.get(address >>> PAGE_BITS);
    const bit = address & PAGE_MASK;
    if (page !== undefined) page[bit >>> 5] = (page[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
  }

  /** How many addresses of a range are in the set. */
  countIn({ start, end }: AddressRange): number {
    let count = 0;
    for (const [key, page] of this.#pages) {
      const base = key * (PAGE_MASK + 1);
      if (base > end || base + PAGE_MASK < start) continue;
      for (let word = 0; word < PAGE_WORDS; word++) {
        count += popCount((page[word] ?? 0) & inside({ start, end }, base + word * 32));
      }
    }
    return count;
  }

  /**
   * The first address of a range that is not in the set, looked for from `from` (inside the range) to the end and then
   * from the start; -1 where there is none.
   */
  nextFree(range: AddressRange, from: number): number {
    const behind = this.#firstFree(from, range.end);
    return behind >= 0 || from === range.start ? behind : this.#firstFree(range.start, from - 1);
  }

  #firstFree(start: number, end: number): number {
    for (let address = start; address <= end;) {
      const page = this.#pages.get(address >>> PAGE_BITS);
      if (page === undefined) return address;
      const base = address - (address & PAGE_MASK);
      let word = (address & PAGE_MASK) >>> 5;
      let free = ~(page[word] ?? 0) & (-1 << (address & 31));
      while (free === 0 && ++word < PAGE_WORDS) free = ~(page[word] ?? 0);
      if (free !== 0) {
        const found = base + word * 32 + 31 - Math.clz32(free & -free);
        return found <= end ? found : -1;
      }
      address = base + PAGE_MASK + 1;
    }
    return -1;
  }
}

/** Mask of those of the 32 addresses from `base` on that lie in the range. */
function inside({ start, end }: AddressRange, base: number): number {
  if (start > base + 31 || end < base) return 0;
  const low = start > base ? -1 << (start - base) : -1;
  const high = end < base + 31 ? ~(-1 << (end - base + 1)) : -1;
  return low & high;
}

function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
