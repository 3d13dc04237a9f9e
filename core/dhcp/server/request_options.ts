import type { OptionDefinition } from "../options/definition.ts";
import { clientArchitecture } from "../options/exchange/client_architecture.ts";
import { clientFqdn } from "../options/exchange/client_fqdn.ts";
import { clientIdentifier } from "../options/exchange/client_identifier.ts";
import { leaseTime } from "../options/exchange/lease_time.ts";
import { machineIdentifier } from "../options/exchange/machine_identifier.ts";
import { maximumMessageSize } from "../options/exchange/maximum_message_size.ts";
import { MessageType, messageType } from "../options/exchange/message_type.ts";
import { overload } from "../options/exchange/overload.ts";
import { parameterRequestList } from "../options/exchange/parameter_request_list.ts";
import { rapidCommit } from "../options/exchange/rapid_commit.ts";
import {
  RELAY_SOURCE_PORT,
  relayAgentInformation,
} from "../options/exchange/relay_agent_information.ts";
import { requestedAddress } from "../options/exchange/requested_address.ts";
import { serverIdentifier } from "../options/exchange/server_identifier.ts";
import { userClass } from "../options/exchange/user_class.ts";
import { vendorClass } from "../options/exchange/vendor_class.ts";
import { vendorClasses } from "../options/exchange/vendor_classes.ts";
import { vendorInformation } from "../options/network/vendor_information.ts";
import {
  END_OPTION,
  FILE_OFFSET,
  FIXED_LENGTH,
  HEADER_LENGTH,
  PAD_OPTION,
  SNAME_OFFSET,
} from "../wire/constants.ts";
import { u16, u32 } from "../wire/octets.ts";
import { ParseResult } from "./verdict.ts";

/** The value of an option, as a stretch of a buffer. `length` 0 stands for an absent or empty option. */
export interface OptionBytes {
  /** The datagram's buffer, or one of the view's own where the option came in pieces. */
  readonly bytes: Uint8Array;
  /** Where the value begins. */
  readonly offset: number;
  /** Octets of the value. */
  readonly length: number;
}

/** Slots of the options that the server reads; 0 is no slot. */
const OVERLOAD = 1;
const TYPE = 2;
const REQUESTED = 3;
const LEASE_TIME = 4;
const SERVER = 5;
const MAX_SIZE = 6;
const REQUEST_LIST = 7;
const CLIENT_ID = 8;
const RELAY_INFO = 9;
/** From here on, those that few clients send or few networks look at: read when they are asked for. */
const RAPID_COMMIT = 10;
const VENDOR_CLASS = 11;
const USER_CLASS = 12;
const ARCHITECTURE = 13;
const MACHINE = 14;
const FQDN = 15;
const VENDOR_CLASSES = 16;
const VENDOR_INFORMATION = 17;
const SLOTS = 18;
/** Bit set of the slots that are read of every request. */
const TAKEN = (2 << RELAY_INFO) - (1 << TYPE);

/** Option code -> slot, or 0 for an option that the server does not read. */
const SLOT_OF = new Uint8Array(256);
/** Slot -> length of an option that has a fixed one; 0 for any. Such an option is never in pieces. Rules 8, 11. */
const LENGTH_OF = new Uint8Array(SLOTS);

function reads(slot: number, { code, format }: OptionDefinition): void {
  SLOT_OF[code] = slot;
  LENGTH_OF[slot] = format.length ?? 0;
}

SLOT_OF[overload.code] = OVERLOAD;
LENGTH_OF[OVERLOAD] = 1;
reads(TYPE, messageType);
reads(REQUESTED, requestedAddress);
reads(LEASE_TIME, leaseTime);
reads(SERVER, serverIdentifier);
reads(MAX_SIZE, maximumMessageSize);
reads(REQUEST_LIST, parameterRequestList);
reads(CLIENT_ID, clientIdentifier);
reads(RELAY_INFO, relayAgentInformation);
reads(RAPID_COMMIT, rapidCommit);
reads(VENDOR_CLASS, vendorClass);
reads(USER_CLASS, userClass);
reads(ARCHITECTURE, clientArchitecture);
reads(MACHINE, machineIdentifier);
reads(FQDN, clientFqdn);
reads(VENDOR_CLASSES, vendorClasses);
reads(VENDOR_INFORMATION, vendorInformation);

/** Options that may come back in the reply, each in a way of its own; 60 only where it may be of firmware that boots. */
const ANSWERED = (1 << RAPID_COMMIT) | (1 << MACHINE) | (1 << FQDN);
/** How `HTTPClient` and `PXEClient` begin. */
const HTTP = 0x48;
const PXE = 0x50;

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
  readonly parameterRequestList = new Stretch();
  /** Option 61. */
  readonly clientIdentifier = new Stretch();
  /** Option 82. */
  readonly relayInformation = new Stretch();

  readonly #late = Array.from({ length: SLOTS }, () => new Stretch());

  /** Bit set of the slots whose option is there. */
  #present = 0;
  /** Slot -> where its option begins, and its length, if it is there. */
  readonly #at = new Int32Array(SLOTS);
  readonly #length = new Int32Array(SLOTS);
  /** Bit set of the slots whose option came in pieces. */
  #pieces = 0;
  /** Bit set of the slots whose pieces are joined. */
  #joined = 0;
  #overload = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #end = 0;
  /** Holds the options that came in pieces. */
  #scratch = new Uint8Array(1500);
  #scratchUsed = 0;

  /** Whether option 80 is there. */
  get rapidCommit(): boolean {
    return (this.#present & (1 << RAPID_COMMIT)) !== 0;
  }

  /** Whether one of the options 60, 80, 81 and 97 is there and may come back. */
  get answered(): boolean {
    return (this.#present & ANSWERED) !== 0 || this.mayBoot;
  }

  /** Whether option 60 may be that of firmware that boots. */
  get mayBoot(): boolean {
    if ((this.#present & (1 << VENDOR_CLASS)) === 0) return false;
    const first = this.#bytes[this.#at[VENDOR_CLASS] ?? 0];
    return first === HTTP || first === PXE;
  }

  /** Option 60. */
  get vendorClass(): OptionBytes {
    return this.#read(VENDOR_CLASS);
  }

  /** Option 77. */
  get userClass(): OptionBytes {
    return this.#read(USER_CLASS);
  }

  /** Option 93. */
  get architecture(): OptionBytes {
    return this.#read(ARCHITECTURE);
  }

  /** Option 97. */
  get machineIdentifier(): OptionBytes {
    return this.#read(MACHINE);
  }

  /** Option 81. */
  get clientFqdn(): OptionBytes {
    return this.#read(FQDN);
  }

  /** Option 124. */
  get vendorClasses(): OptionBytes {
    return this.#read(VENDOR_CLASSES);
  }

  /** Option 125. */
  get vendorInformation(): OptionBytes {
    return this.#read(VENDOR_INFORMATION);
  }

  /** Forgets the options that were read. */
  protected clearOptions(): void {
    this.type = this.requestedAddress = this.serverIdentifier = 0;
    this.leaseTime = this.maximumMessageSize = 0;
    this.relaySourcePort = false;
    this.parameterRequestList.length =
      this.clientIdentifier.length =
      this.relayInformation.length =
        0;
    this.#present =
      this.#pieces =
      this.#joined =
      this.#overload =
      this.#scratchUsed =
        0;
  }

  /** Reads the options of the message that begins at `offset` and ends before `end`, after those of the one before are cleared. */
  protected readOptions(bytes: Uint8Array, offset: number, end: number): ParseResult {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
    if (!this.#scan(offset + HEADER_LENGTH, end)) return ParseResult.Malformed;
    if ((this.#present & (1 << OVERLOAD)) !== 0) {
      const overloaded = this.#readOverload();
      if (overloaded !== ParseResult.Ok) return overloaded;
    }
    for (let rest = this.#present & TAKEN; rest !== 0; rest &= rest - 1) {
      const slot = 31 - Math.clz32(rest & -rest);
      if ((this.#pieces & (1 << slot)) !== 0) this.#gather(slot);
      const wanted = LENGTH_OF[slot] ?? 0;
      if (wanted === 0 || this.#length[slot] === wanted) this.#take(slot);
      else if (!this.#isHint(slot)) return ParseResult.WrongOptionLength; // rule 11
    }
    // Type 0 stands for a BOOTP request, which has no option 53.
    const isNoType = this.type === 0 && (this.#present & (1 << TYPE)) !== 0;
    return isNoType ? ParseResult.Malformed : ParseResult.Ok;
  }

  /** Reads the fields that option 52 names (rule 7); 0 names none (rule 11). */
  #readOverload(): ParseResult {
    if (this.#length[OVERLOAD] !== 1) return ParseResult.WrongOptionLength;
    const offset = this.#offset;
    this.#overload = this.#bytes[this.#at[OVERLOAD] ?? 0] ?? 0;
    if (this.#overload > 3) return ParseResult.Malformed;
    const { file, sname } = overload;
    const read = ((this.#overload & file) === 0 ||
      this.#scan(offset + FILE_OFFSET, offset + FIXED_LENGTH)) &&
      ((this.#overload & sname) === 0 ||
        this.#scan(offset + SNAME_OFFSET, offset + FILE_OFFSET));
    return read ? ParseResult.Ok : ParseResult.Malformed;
  }

  /**
   * Whether an option that cannot be read is as good as none (rule 11): 51 and 57 always, 50 but where the client says by it
   * which address it means. The slot of option 53 comes before all others, so the type is known.
   */
  #isHint(slot: number): boolean {
    if (slot === LEASE_TIME || slot === MAX_SIZE) return true;
    return slot === REQUESTED && this.type !== MessageType.Request &&
      this.type !== MessageType.Decline;
  }

  /** Notes the options of one field. False if one runs past the end of the field (rule 10). */
  #scan(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const begins = this.#at;
    const lengths = this.#length;
    let present = this.#present;
    let pieces = this.#pieces;
    let at = start;
    while (at < end) {
      const code = bytes[at++] ?? END_OPTION;
      if (code === PAD_OPTION) continue;
      if (code === END_OPTION) break; // rule 9
      if (at >= end) return false;
      const length = bytes[at++] ?? 0;
      if (length > end - at) return false;
      const slot = SLOT_OF[code] ?? 0;
      if (slot !== 0) {
        if ((present & (1 << slot)) === 0) {
          present |= 1 << slot;
          begins[slot] = at;
          lengths[slot] = length;
        } else if (LENGTH_OF[slot] === 0) pieces |= 1 << slot; // rule 8
      }
      at += length;
    }
    this.#present = present;
    this.#pieces = pieces;
    return true; // rule 9: END may be missing
  }

  /** The value in a slot that is not read before it is asked for. */
  #read(slot: number): OptionBytes {
    const stretch = this.#late[slot] ?? new Stretch();
    const bit = 1 << slot;
    if ((this.#present & bit) === 0) {
      stretch.length = 0;
      return stretch;
    }
    if ((this.#pieces & bit) !== 0 && (this.#joined & bit) === 0) this.#gather(slot);
    this.#stretch(stretch, slot);
    return stretch;
  }

  /** Joins the pieces of an option that came more than once (RFC 3396 section 7, rule 8). Off the usual path. */
  #gather(slot: number): void {
    const offset = this.#offset;
    const most = this.#end - offset;
    if (this.#scratch.length < most) this.#scratch = new Uint8Array(most);
    const start = this.#scratchUsed;
    this.#copyPieces(slot, offset + HEADER_LENGTH, this.#end);
    if ((this.#overload & overload.file) !== 0) {
      this.#copyPieces(slot, offset + FILE_OFFSET, offset + FIXED_LENGTH);
    }
    if ((this.#overload & overload.sname) !== 0) {
      this.#copyPieces(slot, offset + SNAME_OFFSET, offset + FILE_OFFSET);
    }
    this.#at[slot] = start;
    this.#length[slot] = this.#scratchUsed - start;
    this.#joined |= 1 << slot;
  }

  #copyPieces(slot: number, start: number, end: number): void {
    const bytes = this.#bytes;
    let at = start;
    while (at < end) {
      const code = bytes[at++] ?? END_OPTION;
      if (code === PAD_OPTION) continue;
      if (code === END_OPTION) return;
      const length = bytes[at++] ?? 0;
      if (SLOT_OF[code] === slot) {
        for (let i = 0; i < length; i++) this.#scratch[this.#scratchUsed++] = bytes[at + i] ?? 0;
      }
      at += length;
    }
  }

  /** Moves the value of a slot into its field. */
  #take(slot: number): void {
    const bytes = (this.#pieces & (1 << slot)) !== 0 ? this.#scratch : this.#bytes;
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
        this.#stretch(this.parameterRequestList, slot);
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
    target.bytes = (this.#pieces & (1 << slot)) !== 0 ? this.#scratch : this.#bytes;
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
