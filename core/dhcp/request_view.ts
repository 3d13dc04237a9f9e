/**
 * Reading a request without allocating anything.
 *
 * @module
 */
import { HEADER_LENGTH, MAGIC_COOKIE, Op, OptionCode } from "./constants.ts";
import type { Datagram } from "./datagram.ts";
import { Verdict } from "./verdict.ts";

/** What {@linkcode RequestView.parse} answers: `Ok`, or the verdict on a datagram that cannot be read. */
export const ParseResult = {
  Ok: -1,
  TooShort: Verdict.TooShort,
  NoCookie: Verdict.NoCookie,
  NotARequest: Verdict.NotARequest,
  Malformed: Verdict.Malformed,
  WrongOptionLength: Verdict.WrongOptionLength,
} as const;

/** One of {@linkcode ParseResult}. */
export type ParseResult = typeof ParseResult[keyof typeof ParseResult];

/** The value of an option, as a stretch of a buffer. `length` 0 stands for an absent or empty option. */
export interface OptionBytes {
  /** The datagram's buffer, or one of the view's own where the option came in pieces. */
  readonly bytes: Uint8Array;
  /** Where the value begins. */
  readonly offset: number;
  /** Octets of the value. */
  readonly length: number;
}

/** What {@linkcode decide} looks at in a request. Addresses are unsigned 32-bit numbers, 0 stands for none. */
export interface DecisionRequest {
  /** Option 53; 0 for a BOOTP request. */
  readonly type: number;
  /** `ciaddr`. */
  readonly ciaddr: number;
  /** Option 50. */
  readonly requestedAddress: number;
  /** Option 54. */
  readonly serverIdentifier: number;
  /** Source address of the datagram. */
  readonly sourceAddress: number;
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

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

function u32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | u24(bytes, at + 1)) >>> 0;
}

/**
 * A request as numbers, read from a datagram without allocating. One view is reused for all datagrams; what it
 * shows is valid until the next {@linkcode RequestView.parse} and while the datagram's buffer is left alone.
 *
 * Only what a server decides by is read. {@linkcode decode} gives the whole message.
 *
 * @example
 * ```ts
 * import { Datagram, decode, encode, MessageType, ParseResult, RequestView } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * const view = new RequestView();
 * strictEqual(view.parse(new Datagram(new Uint8Array(100))), ParseResult.TooShort);
 * ```
 */
export class RequestView implements DecisionRequest {
  /** Option 53; 0 for a BOOTP request. */
  type = 0;
  /** Hardware type; 1 is Ethernet. */
  htype = 0;
  /** Length of the hardware address. */
  hlen = 0;
  /** Transaction id, unsigned 32 bits. */
  xid = 0;
  /** Flags; the highest of the 16 bits asks for a broadcast. */
  flags = 0;
  /** The address that the client uses. */
  ciaddr = 0;
  /** The relay's address. */
  giaddr = 0;
  /** Whether the hardware address is an Ethernet address (`htype` 1, `hlen` 6), the only kind that has leases. */
  ethernet = false;
  /** First three octets of `chaddr`. */
  chaddrHigh = 0;
  /** Next three octets of `chaddr`. */
  chaddrLow = 0;
  /** Option 50, or 0. */
  requestedAddress = 0;
  /** Option 54, or 0. */
  serverIdentifier = 0;
  /** Option 51: the lease time asked for, in seconds, or 0. */
  leaseTime = 0;
  /** Option 57, or 0. */
  maximumMessageSize = 0;
  /** Source address of the datagram. */
  sourceAddress = 0;
  /** UDP source port of the datagram. */
  sourcePort = 0;
  /** Whether the relay wants its answer on its own source port (RFC 8357). */
  relaySourcePort = false;
  /** Buffer of the datagram. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the message begins in `bytes`. */
  offset = 0;

  readonly #requestList = new Stretch();
  readonly #clientIdentifier = new Stretch();
  readonly #relayInformation = new Stretch();
  /** Slot -> where its option begins, and its length; -1 for absent. */
  readonly #at = new Int32Array(SLOTS);
  readonly #length = new Int32Array(SLOTS);
  /** Bit set of the slots whose option came more than once. */
  #repeated = 0;
  #end = 0;
  #overload = 0;
  #scratch = new Uint8Array(1500);
  #scratchUsed = 0;

  /** Option 55, the codes that the client asks for. */
  get parameterRequestList(): OptionBytes {
    return this.#requestList;
  }

  /** Option 61. */
  get clientIdentifier(): OptionBytes {
    return this.#clientIdentifier;
  }

  /** Option 82. */
  get relayInformation(): OptionBytes {
    return this.#relayInformation;
  }

  /**
   * Reads a datagram (RFC 2131 section 2, RFC 2132, RFC 3396). Never throws, never reads outside the datagram.
   *
   * @param datagram The datagram
   * @returns `ParseResult.Ok`, or why it cannot be read; the view then shows what was read so far
   */
  parse(datagram: Datagram): ParseResult {
    const { bytes, offset } = datagram;
    const length = Math.min(datagram.length, bytes.length - offset);
    this.#clear(datagram);
    if (length < HEADER_LENGTH) return ParseResult.TooShort; // rule 2
    if (u32(bytes, offset + FILE_END) !== MAGIC_COOKIE) return ParseResult.NoCookie; // rule 2
    if (bytes[offset] !== Op.Request) return ParseResult.NotARequest; // rule 1
    this.htype = bytes[offset + 1] ?? 0;
    this.hlen = bytes[offset + 2] ?? 0;
    if (this.hlen > 16) return ParseResult.Malformed; // rule 4
    this.xid = u32(bytes, offset + 4);
    this.flags = u16(bytes, offset + 10);
    this.ciaddr = u32(bytes, offset + 12);
    this.giaddr = u32(bytes, offset + 24);
    this.ethernet = this.htype === 1 && this.hlen === 6;
    if (this.ethernet) {
      this.chaddrHigh = u24(bytes, offset + 28);
      this.chaddrLow = u24(bytes, offset + 31);
    }
    this.#end = offset + length;
    return this.#readOptions();
  }

  #clear(datagram: Datagram): void {
    this.bytes = datagram.bytes;
    this.offset = datagram.offset;
    this.sourceAddress = datagram.sourceAddress;
    this.sourcePort = datagram.sourcePort;
    this.type =
      this.htype =
      this.hlen =
      this.xid =
      this.flags =
      this.ciaddr =
      this.giaddr =
        0;
    this.chaddrHigh = this.chaddrLow = 0;
    this.requestedAddress =
      this.serverIdentifier =
      this.leaseTime =
      this.maximumMessageSize =
        0;
    this.ethernet = this.relaySourcePort = false;
    this.#requestList.length = 0;
    this.#clientIdentifier.length = 0;
    this.#relayInformation.length = 0;
    this.#length.fill(-1);
    this.#repeated = this.#overload = this.#scratchUsed = 0;
  }

  #readOptions(): ParseResult {
    const { bytes, offset } = this;
    if (!this.#scan(offset + HEADER_LENGTH, this.#end)) return ParseResult.Malformed;
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
    const bytes = this.bytes;
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
    const { offset } = this;
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
    const bytes = this.bytes;
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
    const bytes = (this.#repeated & (1 << slot)) !== 0 ? this.#scratch : this.bytes;
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
        this.#stretch(this.#requestList, slot);
        break;
      case CLIENT_ID:
        this.#stretch(this.#clientIdentifier, slot);
        break;
      case RELAY_INFO:
        this.#stretch(this.#relayInformation, slot);
        this.relaySourcePort = hasSubOption(this.#relayInformation, RELAY_SOURCE_PORT);
        break;
    }
  }

  #stretch(target: Stretch, slot: number): void {
    target.bytes = (this.#repeated & (1 << slot)) !== 0 ? this.#scratch : this.bytes;
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
