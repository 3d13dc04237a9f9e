/**
 * What goes into the responder and what comes out: two objects that are made once per slot of a batch and reused.
 *
 * @module
 */
import { Destination } from "../server/destination.ts";
import { Verdict } from "../server/verdict.ts";
import { CLIENT_PORT } from "../wire/constants.ts";

/**
 * A received UDP payload: a stretch of a buffer, and where it came from. Made once, refilled for each datagram, so
 * that receiving allocates nothing.
 *
 * @example
 * ```ts
 * import { Datagram } from "@vm-dhcp/vm-dhcp/dhcp";
 *
 * const datagram = new Datagram(new Uint8Array(1500));
 * datagram.length = 300; // what the socket said
 * datagram.sourceAddress = 0xc0a83051; // 192.168.48.81
 * datagram.sourcePort = 68;
 * datagram.receivedAt = 1_763_719_200_000;
 * ```
 */
export class Datagram {
  /** The buffer. */
  bytes: Uint8Array;
  /** Where the payload begins in `bytes`. */
  offset: number;
  /** Octets of the payload. */
  length: number;
  /** IPv4 source address, unsigned 32 bits; 0 is a client without an address. */
  sourceAddress = 0;
  /** UDP source port. */
  sourcePort: number = CLIENT_PORT;
  /** When it was received, milliseconds since the epoch. Good enough once per batch. */
  receivedAt = 0;

  /** The whole of `bytes`, or the `length` octets from `offset`. */
  constructor(bytes: Uint8Array, offset: number = 0, length: number = bytes.length - offset) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }
}

/**
 * The reply to one datagram, and the account of what became of it: a stretch of a buffer to write into, made once
 * and refilled by {@linkcode Responder.respond}.
 *
 * `length` is 0 where nothing is to be sent; `verdict` then says why. Otherwise the octets from `offset` go to
 * `destinationAddress`, UDP port `destinationPort`, from the server's address and port 67; `destination` says how.
 */
export class Reply {
  /** The buffer. */
  bytes: Uint8Array;
  /** Where the reply is written in `bytes`. */
  offset: number;
  /** Octets that may be written; at least 300 for any reply, 1472 for a full one. */
  capacity: number;
  /** Octets that were written; 0 for silence. */
  length = 0;
  /** What became of the request, and why. */
  verdict: Verdict = Verdict.NotServed;
  /** Option 53 of the request; 0 if it has none or was not read that far. */
  requestType = 0;
  /** Option 53 of the reply; 0 for none. */
  type = 0;
  /** How the reply travels. */
  destination: Destination = Destination.None;
  /** IPv4 address that the reply goes to, unsigned 32 bits. */
  destinationAddress = 0;
  /** UDP port that the reply goes to. */
  destinationPort = 0;
  /** `ciaddr` of the reply. */
  ciaddr = 0;
  /** The client's leased address, unsigned 32 bits, whatever was answered; 0 if it has none. */
  lease = 0;
  /** First three octets of the client's hardware address; 0 where it is not an Ethernet address. */
  chaddrHigh = 0;
  /** Last three octets of the client's hardware address. */
  chaddrLow = 0;
  /** Options that did not fit and were left out: a reason for a warning. */
  omitted = 0;
  /** Code of the first of them, the one that was asked for most; 0 for none. */
  omittedCode = 0;

  /** Replies are written into `bytes` from `offset`, at most `capacity` octets. */
  constructor(bytes: Uint8Array, offset: number = 0, capacity: number = bytes.length - offset) {
    this.bytes = bytes;
    this.offset = offset;
    this.capacity = capacity;
  }

  /** Notes that an option was left out. */
  omit(code: number): void {
    if (this.omitted++ === 0) this.omittedCode = code;
  }
}
