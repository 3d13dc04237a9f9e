/**
 * Reading a request without allocating anything.
 *
 * @module
 */
import { FIXED_LENGTH, HEADER_LENGTH, MAGIC_COOKIE, Op } from "../wire/constants.ts";
import { u16, u24, u32 } from "../wire/octets.ts";
import type { Datagram } from "./datagram.ts";
import { RequestOptions } from "./request_options.ts";
import { ParseResult } from "./verdict.ts";

/** What {@linkcode decide} looks at in a request. Addresses are unsigned 32-bit numbers, 0 stands for none. */
export interface DecisionRequest {
  /** Option 53; 0 for a BOOTP request. */
  readonly type: number;
  /** `ciaddr`. */
  readonly ciaddr: number;
  /** `giaddr`: the relay's address. */
  readonly giaddr: number;
  /** Option 50. */
  readonly requestedAddress: number;
  /** Option 54. */
  readonly serverIdentifier: number;
  /** Source address of the datagram. */
  readonly sourceAddress: number;
  /** Whether `chaddr` is the Ethernet address of one station, so that a frame can be sent to it. */
  readonly station: boolean;
  /** Whether option 80 is there. */
  readonly rapidCommit: boolean;
}

/** In the first three octets of an Ethernet address: it is a group's (IEEE 802). */
const GROUP_BIT = 0x01_0000;

/**
 * A request as numbers, read from a datagram without allocating. One view is reused for all datagrams; what it
 * shows is valid until the next {@linkcode RequestView.parse} and while the datagram's buffer is left alone.
 *
 * Only what a server decides by is read. {@linkcode decode} gives the whole message.
 *
 * @example
 * ```ts
 * import { Datagram, ParseResult, RequestView } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * const view = new RequestView();
 * strictEqual(view.parse(new Datagram(new Uint8Array(100))), ParseResult.TooShort);
 * ```
 */
export class RequestView extends RequestOptions implements DecisionRequest {
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
  /** Whether it is that of one station, no group's. */
  station = false;
  /** First three octets of `chaddr`. */
  chaddrHigh = 0;
  /** Next three octets of `chaddr`. */
  chaddrLow = 0;
  /** Source address of the datagram. */
  sourceAddress = 0;
  /** UDP source port of the datagram. */
  sourcePort = 0;
  /** Buffer of the datagram. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the message begins in `bytes`. */
  offset = 0;

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
    if (u32(bytes, offset + FIXED_LENGTH) !== MAGIC_COOKIE) return ParseResult.NoCookie; // rule 2
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
      this.station = (this.chaddrHigh & GROUP_BIT) === 0;
    }
    return this.readOptions(bytes, offset, offset + length);
  }

  #clear(datagram: Datagram): void {
    this.bytes = datagram.bytes;
    this.offset = datagram.offset;
    this.sourceAddress = datagram.sourceAddress;
    this.sourcePort = datagram.sourcePort;
    this.htype =
      this.hlen =
      this.xid =
      this.flags =
      this.ciaddr =
      this.giaddr =
        0;
    this.chaddrHigh = this.chaddrLow = 0;
    this.ethernet = this.station = false;
    this.clearOptions();
  }
}
