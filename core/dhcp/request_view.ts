/**
 * Reading a request without allocating anything.
 *
 * @module
 */
import { FIXED_LENGTH, HEADER_LENGTH, MAGIC_COOKIE, Op } from "./constants.ts";
import type { Datagram } from "./datagram.ts";
import { u16, u24, u32 } from "./octets.ts";
import { ParseResult } from "./parse_result.ts";
import { type OptionBytes, RequestOptions } from "./request_options.ts";

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
export class RequestView implements DecisionRequest {
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
  /** Source address of the datagram. */
  sourceAddress = 0;
  /** UDP source port of the datagram. */
  sourcePort = 0;
  /** Buffer of the datagram. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the message begins in `bytes`. */
  offset = 0;

  /** The options. */
  readonly #options = new RequestOptions();

  /** Option 53; 0 for a BOOTP request. */
  get type(): number {
    return this.#options.type;
  }

  /** Option 50, or 0. */
  get requestedAddress(): number {
    return this.#options.requestedAddress;
  }

  /** Option 54, or 0. */
  get serverIdentifier(): number {
    return this.#options.serverIdentifier;
  }

  /** Option 51: the lease time asked for, in seconds, or 0. */
  get leaseTime(): number {
    return this.#options.leaseTime;
  }

  /** Option 57, or 0. */
  get maximumMessageSize(): number {
    return this.#options.maximumMessageSize;
  }

  /** Whether the relay wants its answer on its own source port (RFC 8357). */
  get relaySourcePort(): boolean {
    return this.#options.relaySourcePort;
  }

  /** Option 55, the codes that the client asks for. */
  get parameterRequestList(): OptionBytes {
    return this.#options.requestList;
  }

  /** Option 61. */
  get clientIdentifier(): OptionBytes {
    return this.#options.clientIdentifier;
  }

  /** Option 82. */
  get relayInformation(): OptionBytes {
    return this.#options.relayInformation;
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
    }
    return this.#options.read(bytes, offset, offset + length);
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
    this.ethernet = false;
    this.#options.clear();
  }
}
