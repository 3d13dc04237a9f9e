import { HEADER_LENGTH, OptionCode } from "./constants.ts";
import { u16, u32 } from "./octets.ts";
import { ParseResult } from "./parse_result.ts";

/** The value of an option, as a stretch of a buffer. `length` 0 stands for an absent or empty option. */
export interface OptionBytes {
  /** The datagram's buffer, or one of the view's own where the option came in pieces. */
  readonly bytes: Uint8Array;
  /** Where the value begins. */
  readonly offset: number;
  /** Octets of the value. */
  readonly length: number;
}

const OVERLOAD = 1;
const TYPE = 2;
const REQUESTED = 3;
const LEASE_TIME = 4;
const SERVER = 5;
const MAX_SIZE = 6;
const REQUEST_LIST = 7;
const CLIENT_ID = 8;
const RELAY_INFO = 9;
const SLOTS = 10;

/** Option code -> slot of the view, or 0 for an option that the server does not read. */
const SLOT_OF = new Uint8Array(256);
SLOT_OF[OptionCode.Overload] = OVERLOAD;
SLOT_OF[OptionCode.MessageType] = TYPE;
SLOT_OF[OptionCode.RequestedAddress] = REQUESTED;
SLOT_OF[OptionCode.LeaseTime] = LEASE_TIME;
SLOT_OF[OptionCode.ServerIdentifier] = SERVER;
SLOT_OF[OptionCode.MaximumMessageSize] = MAX_SIZE;
SLOT_OF[OptionCode.ParameterRequestList] = REQUEST_LIST;
SLOT_OF[OptionCode.ClientIdentifier] = CLIENT_ID;
SLOT_OF[OptionCode.RelayAgentInformation] = RELAY_INFO;

/** Length that the option of a slot must have; 0 for any. Rule 11. */
const LENGTH_OF = [0, 1, 1, 4, 4, 4, 2, 0, 0, 0] as const;

/** Offsets of the fields of the fixed part (RFC 2131 figure 1). */
const SNAME = 44;
const FILE = 108;
const FILE_END = 236;

/** RAI sub-option "Relay Source Port" (RFC 8357 section 5.1). */
const RELAY_SOURCE_PORT = 19;

class Stretch implements OptionBytes {
  bytes: Uint8Array = new Uint8Array(0);
  offset = 0;
  length = 0;
}

/**
 * The options of a request that a server decides by, read without allocating (RFC 2132, RFC 3396). One object is reused
 * for all requests.
 */
export class RequestOptions {
  /** Option 53; 0 for a BOOTP request. */
  type = 0;
  /** Option 50, or 0. */
  requestedAddress = 0;
  /** Option 54, or 0. */
  serverIdentifier = 0;
  /** Option 51, or 0. */
  leaseTime = 0;
  /** Option 57, or 0. */
  maximumMessageSize = 0;
  /** Whether option 82 has the sub-option Relay Source Port (RFC 8357). */
  relaySourcePort = false;
  /** Option 55. */
  readonly requestList = new Stretch();
  /** Option 61. */
  readonly clientIdentifier = new Stretch();
  /** Option 82. */
  readonly relayInformation = new Stretch();

  /** Slot -> where its option begins, and its length; -1 for absent. */
  readonly #at = new Int32Array(SLOTS);
  readonly #length = new Int32Array(SLOTS);
  /** Bit set of the slots whose option came more than once. */
  #repeated = 0;
  #overload = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #end = 0;
  /** Holds the options that came in pieces. */
  #scratch = new Uint8Array(1500);
  #scratchUsed = 0;

  /** Forgets what was read. */
  clear(): void {
    this.type = this.requestedAddress = this.serverIdentifier = 0;
    this.leaseTime = this.maximumMessageSize = 0;
    this.relaySourcePort = false;
    this.requestList.length = this.clientIdentifier.length = this.relayInformation.length = 0;
    this.#length.fill(-1);
    this.#repeated = this.#overload = this.#scratchUsed = 0;
  }

  /**
   * Reads the options of the message that begins at `offset` and ends before `end`; what was read before is
   * forgotten.
   */
  read(bytes: Uint8Array, offset: number, end: number): ParseResult {
    this.clear();
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
    if (!this.#scan(offset + HEADER_LENGTH, end)) return ParseResult.Malformed;
    const overload = this.#length[OVERLOAD] ?? -1;
    if (overload >= 0) { // rule 7
      if (overload !== 1 || (this.#repeated & (1 << OVERLOAD)) !== 0) {
        return ParseResult.WrongOptionLength;
      }
      this.#overload = bytes[this.#at[OVERLOAD] ?? 0] ?? 0;
      if (this.#overload < 1 || this.#overload > 3) return ParseResult.Malformed;
      if ((this.#overload & 1) !== 0 && !this.#scan(offset + FILE, offset + FILE_END)) {
        return ParseResult.Malformed;
      }
      if ((this.#overload & 2) !== 0 && !this.#scan(offset + SNAME, offset + FILE)) {
        return ParseResult.Malformed;
      }
    }
    for (let slot = TYPE; slot < SLOTS; slot++) {
      if ((this.#length[slot] ?? -1) < 0) continue;
      if ((this.#repeated & (1 << slot)) !== 0) this.#gather(slot);
      const wanted = LENGTH_OF[slot] ?? 0;
      if (wanted !== 0 && this.#length[slot] !== wanted) return ParseResult.WrongOptionLength;
      this.#take(slot);
    }
    return ParseResult.Ok;
  }

  /** Notes the options of one field. False if one runs past the end of the field (rule 10). */
  #scan(start: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = start;
    while (at < end) {
      const code = bytes[at++] ?? OptionCode.End;
      if (code === OptionCode.Pad) continue;
      if (code === OptionCode.End) return true; // rule 9
      if (at >= end) return false;
      const length = bytes[at++] ?? 0;
      if (length > end - at) return false;
      const slot = SLOT_OF[code] ?? 0;
      if (slot !== 0) {
        if ((this.#length[slot] ?? -1) >= 0) this.#repeated |= 1 << slot;
        else {
          this.#at[slot] = at;
          this.#length[slot] = length;
        }
      }
      at += length;
    }
    return true; // rule 9: END may be missing
  }

  /** Joins the pieces of an option that came more than once (RFC 3396 section 7, rule 8). Off the usual path. */
  #gather(slot: number): void {
    const offset = this.#offset;
    const most = this.#end - offset;
    if (this.#scratch.length < most) this.#scratch = new Uint8Array(most);
    const start = this.#scratchUsed;
    this.#copyPieces(slot, offset + HEADER_LENGTH, this.#end);
    if ((this.#overload & 1) !== 0) this.#copyPieces(slot, offset + FILE, offset + FILE_END);
    if ((this.#overload & 2) !== 0) this.#copyPieces(slot, offset + SNAME, offset + FILE);
    this.#at[slot] = start;
    this.#length[slot] = this.#scratchUsed - start;
  }

  #copyPieces(slot: number, start: number, end: number): void {
    const bytes = this.#bytes;
    let at = start;
    while (at < end) {
      const code = bytes[at++] ?? OptionCode.End;
      if (code === OptionCode.Pad) continue;
      if (code === OptionCode.End) return;
      const length = bytes[at++] ?? 0;
      if (SLOT_OF[code] === slot) {
        for (let i = 0; i < length; i++) this.#scratch[this.#scratchUsed++] = bytes[at + i] ?? 0;
      }
      at += length;
    }
  }

  /** Moves the value of a slot into its field. */
  #take(slot: number): void {
    const bytes = (this.#repeated & (1 << slot)) !== 0 ? this.#scratch : this.#bytes;
    const at = this.#at[slot] ?? 0;
    switch (slot) {
      case TYPE:
        this.type = bytes[at] ?? 0;
        break;
      case REQUESTED:
        this.requestedAddress = u32(bytes, at);
        break;
      case LEASE_TIME:
        this.leaseTime = u32(bytes, at);
        break;
      case SERVER:
        this.serverIdentifier = u32(bytes, at);
        break;
      case MAX_SIZE:
        this.maximumMessageSize = u16(bytes, at);
        break;
      case REQUEST_LIST:
        this.#stretch(this.requestList, slot);
        break;
      case CLIENT_ID:
        this.#stretch(this.clientIdentifier, slot);
        break;
      case RELAY_INFO:
        this.#stretch(this.relayInformation, slot);
        this.relaySourcePort = hasSubOption(this.relayInformation, RELAY_SOURCE_PORT);
        break;
    }
  }

  #stretch(target: Stretch, slot: number): void {
    target.bytes = (this.#repeated & (1 << slot)) !== 0 ? this.#scratch : this.#bytes;
    target.offset = this.#at[slot] ?? 0;
    target.length = this.#length[slot] ?? 0;
  }
}

/** Whether option 82 holds a sub-option (RFC 3046 section 2.0). What does not parse is not there. */
function hasSubOption({ bytes, offset, length }: OptionBytes, code: number): boolean {
  const end = offset + length;
  let at = offset;
  while (at + 2 <= end) {
    const next = at + 2 + (bytes[at + 1] ?? 0);
    if (next > end) return false;
    if (bytes[at] === code) return true;
    at = next;
  }
  return false;
}
