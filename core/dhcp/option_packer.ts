import { OptionCode } from "./constants.ts";

/** Offsets and lengths of the two fields that can hold options (RFC 2131 figure 1). */
const SNAME = 44;
const FILE = 108;
const SNAME_LENGTH = 64;
const FILE_LENGTH = 128;

/** Where an {@linkcode OptionPacker} may put options. */
export interface PackerArea {
  /** Where the message begins in the buffer. */
  readonly message: number;
  /** Where the first option goes. */
  readonly start: number;
  /** End of the room for options in the options field; the packer keeps 3 octets of it for option 52. */
  readonly end: number;
  /** Whether `file` and `sname`, zero so far, may hold options. */
  readonly overload: boolean;
}

/**
 * Puts encoded options one after the other into a message that has little room: into the options field, else into
 * `file`, else into `sname` (RFC 2131 section 4.1, option 52). An option is never cut.
 */
export class OptionPacker {
  readonly #out: Uint8Array;
  readonly #area: PackerArea;
  #at: number;
  #file: number;
  #sname: number;

  /** A packer that writes into `out`. */
  constructor(out: Uint8Array, area: PackerArea) {
    this.#out = out;
    this.#area = area;
    this.#at = area.start;
    this.#file = area.message + FILE;
    this.#sname = area.message + SNAME;
  }

  /** Puts the octets `from` to `to` of `bytes` as a whole into the first field with room; false if there is none. */
  put(bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    const { message, end, overload } = this.#area;
    if (this.#at + length <= end - 3) this.#at = this.#copy(bytes, from, to, this.#at);
    else if (overload && this.#file + length < message + FILE + FILE_LENGTH) {
      this.#file = this.#copy(bytes, from, to, this.#file);
    } else if (overload && this.#sname + length < message + SNAME + SNAME_LENGTH) {
      this.#sname = this.#copy(bytes, from, to, this.#sname);
    } else return false;
    return true;
  }

  /** Ends `file` and `sname` and says by option 52 that they hold options. Returns where the next octet goes. */
  finish(): number {
    const { message } = this.#area;
    let fields = 0;
    if (this.#file > message + FILE) {
      fields |= 1;
      this.#out[this.#file] = OptionCode.End;
    }
    if (this.#sname > message + SNAME) {
      fields |= 2;
      this.#out[this.#sname] = OptionCode.End;
    }
    if (fields !== 0) {
      this.#out[this.#at++] = OptionCode.Overload;
      this.#out[this.#at++] = 1;
      this.#out[this.#at++] = fields;
    }
    return this.#at;
  }

  #copy(bytes: Uint8Array, from: number, to: number, at: number): number {
    for (let i = from; i < to; i++) this.#out[at++] = bytes[i] ?? 0;
    return at;
  }
}
