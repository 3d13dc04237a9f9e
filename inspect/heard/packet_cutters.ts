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

/** What is not whole yet. */
class Rest {
  #bytes = new Uint8Array(0);

  add(piece: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(this.#bytes.length + piece.length);
    bytes.set(this.#bytes);
    bytes.set(piece, this.#bytes.length);
    return bytes;
  }

  keep(bytes: Uint8Array): void {
    if (bytes.length > MOST_RECORD_BYTES) {
      throw new RangeError(`A packet of more than ${MOST_RECORD_BYTES} octets`);
    }
    this.#bytes = bytes.slice();
  }
}

/** Cuts text after each empty line. */
export class TextCutter implements Cutter {
  readonly #rest = new Rest();

  cut(piece: Uint8Array): readonly Uint8Array[] {
    const bytes = this.#rest.add(piece);
    let end = bytes.length;
    while (end > 0 && !(bytes[end - 1] === NEWLINE && bytes[end - 2] === NEWLINE)) end--;
    this.#rest.keep(bytes.subarray(end));
    return end === 0 ? [] : [bytes.subarray(0, end)];
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
    const view = new DataView(bytes.buffer);
    const blocks: Uint8Array[] = [];
    let at = 0;
    while (at + LEAST_BLOCK_BYTES <= bytes.length) {
      const length = view.getUint32(at + 4, true);
      if (length < LEAST_BLOCK_BYTES || length % 4 !== 0 || length > MOST_RECORD_BYTES) {
        throw new RangeError(`A block of ${length} octets`);
      }
      if (at + length > bytes.length) break;
      const block = this.#block(bytes.subarray(at, at + length));
      if (block !== undefined) blocks.push(block);
      at += length;
    }
    this.#rest.keep(bytes.subarray(at));
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
