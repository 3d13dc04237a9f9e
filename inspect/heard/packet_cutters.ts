/**
 * Cuts what an agent sends into whole packets.
 *
 * @module
 */

/** Octets of one packet at most, with all that is said about it. */
const MOST_RECORD_BYTES = 1_048_576;
/** Octets that every block has. */
const LEAST_BLOCK_BYTES = 12;

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
/** Blocks that begin with the number of an interface: its statistics, and its packets. */
const OF_AN_INTERFACE: ReadonlySet<number> = new Set([5, 6]);
const NEWLINE = 0x0a;

/** Cuts a stream. */
export interface Cutter {
  /** Takes the next piece; answers what is whole now. Throws a `RangeError` for what is none of an agent's. */
  cut(piece: Uint8Array): readonly Uint8Array[];
}

/** What is not whole yet. Its place doubles: who sends octet by octet has each of them moved a few times, not a million times. */
class Rest {
  #place = new Uint8Array(0);
  #length = 0;

  /** All that there is now, until the next call. */
  add(piece: Uint8Array): Uint8Array {
    const length = this.#length + piece.length;
    if (length > this.#place.length) {
      const place = new Uint8Array(Math.max(length, this.#place.length * 2));
      place.set(this.#place.subarray(0, this.#length));
      this.#place = place;
    }
    this.#place.set(piece, this.#length);
    this.#length = length;
    return this.#place.subarray(0, length);
  }

  /** Octets that were there before the last piece. */
  get length(): number {
    return this.#length;
  }

  /** Takes away what is whole, which is copied, and keeps the others. */
  take(end: number): Uint8Array {
    const whole = this.#place.slice(0, end);
    const left = this.#length - end;
    if (left > MOST_RECORD_BYTES) {
      throw new RangeError(`A packet of more than ${MOST_RECORD_BYTES} octets`);
    }
    if (end > 0) this.#place.copyWithin(0, end, this.#length);
    this.#length = left;
    return whole;
  }
}

/** Cuts text after each empty line. */
export class TextCutter implements Cutter {
  readonly #rest = new Rest();

  cut(piece: Uint8Array): readonly Uint8Array[] {
    const before = this.#rest.length;
    const bytes = this.#rest.add(piece);
    let end = bytes.length;
    while (end > before && !(bytes[end - 1] === NEWLINE && bytes[end - 2] === NEWLINE)) end--;
    if (end <= before) end = 0; // There was no empty line before, nor is there one now.
    const whole = this.#rest.take(end);
    return end === 0 ? [] : [whole];
  }
}

/**
 * Cuts a capture (pcapng) into its blocks, and makes several captures one: it begins once, and the interfaces of all are counted
 * together.
 *
 * Source: draft-ietf-opsawg-pcapng, sections 3.1, 4.1 to 4.6.
 */
export class BlockCutter implements Cutter {
  /** Of all captures together. */
  readonly #shared: { interfaces: number; begun: boolean };
  readonly #rest = new Rest();
  /** Number of an interface in its own capture -> in the one of all. */
  readonly #interfaces: number[] = [];

  constructor(shared: { interfaces: number; begun: boolean }) {
    this.#shared = shared;
  }

  cut(piece: Uint8Array): readonly Uint8Array[] {
    const bytes = this.#rest.add(piece);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const lengths: number[] = [];
    let end = 0;
    while (end + LEAST_BLOCK_BYTES <= bytes.length) {
      const length = view.getUint32(end + 4, true);
      if (length < LEAST_BLOCK_BYTES || length % 4 !== 0 || length > MOST_RECORD_BYTES) {
        throw new RangeError(`A block of ${length} octets`);
      }
      if (end + length > bytes.length) break;
      lengths.push(length);
      end += length;
    }
    const whole = this.#rest.take(end);
    const blocks: Uint8Array[] = [];
    let at = 0;
    for (const length of lengths) {
      const block = this.#block(whole.subarray(at, at + length));
      if (block !== undefined) blocks.push(block);
      at += length;
    }
    return blocks;
  }

  /** The block as it is in the capture of all; `undefined`: it is there already. */
  #block(block: Uint8Array): Uint8Array | undefined {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const type = view.getUint32(0, true);
    if (type === SECTION_HEADER) {
      if (this.#shared.begun) return undefined;
      this.#shared.begun = true;
    } else if (type === INTERFACE_DESCRIPTION) {
      this.#interfaces.push(this.#shared.interfaces++);
    } else if (OF_AN_INTERFACE.has(type) && block.length >= LEAST_BLOCK_BYTES + 4) {
      const known = this.#interfaces[view.getUint32(8, true)];
      if (known === undefined) {
        throw new RangeError("A packet of an interface that nobody described");
      }
      view.setUint32(8, known, true);
    }
    return block;
  }
}
