import { overload } from "../options/exchange/overload.ts";
import { END_OPTION, FILE_OFFSET, FIXED_LENGTH, SNAME_OFFSET } from "./constants.ts";

/** Option 52 with its code and length. */
const OVERLOAD_OCTETS = 3;

/** Where an {@linkcode OptionPacker} may put options. */
interface PackerArea {
  /** Where the message begins in the buffer. */
  readonly message: number;
  /** Where the first option goes. */
  readonly start: number;
  /** End of the room for options in the options field; the packer keeps 3 octets of it for option 52 where it may need one. */
  readonly end: number;
  /** Values of option 52: which of `file` and `sname`, zero so far, may hold options. */
  readonly fields: number;
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
    this.#file = area.message + FILE_OFFSET;
    this.#sname = area.message + SNAME_OFFSET;
  }

  /** Puts the octets `from` to `to` of `bytes` as a whole into the first field with room; false if there is none. */
  put(bytes: Uint8Array, from: number, to: number): boolean {
    const length = to - from;
    const { message, end, fields } = this.#area;
    const kept = fields === 0 ? 0 : OVERLOAD_OCTETS;
    if (this.#at + length <= end - kept) this.#at = this.#copy(bytes, from, to, this.#at);
    else if ((fields & overload.file) !== 0 && this.#file + length < message + FIXED_LENGTH) {
      this.#file = this.#copy(bytes, from, to, this.#file);
    } else if ((fields & overload.sname) !== 0 && this.#sname + length < message + FILE_OFFSET) {
      this.#sname = this.#copy(bytes, from, to, this.#sname);
    } else return false;
    return true;
  }

  /** Ends `file` and `sname` and says by option 52 that they hold options. Returns where the next octet goes. */
  finish(): number {
    const { message } = this.#area;
    let fields = 0;
    if (this.#file > message + FILE_OFFSET) {
      fields |= overload.file;
      this.#out[this.#file] = END_OPTION;
    }
    if (this.#sname > message + SNAME_OFFSET) {
      fields |= overload.sname;
      this.#out[this.#sname] = END_OPTION;
    }
    if (fields !== 0) {
      this.#out[this.#at++] = overload.code;
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
