/**
 * Where a reply goes.
 *
 * @module
 */
import { MessageType } from "../options/exchange/message_type.ts";
import { BROADCAST_FLAG } from "../wire/constants.ts";

/** How a reply travels. */
export const Destination = {
  /** There is no reply. */
  None: 0,
  /** To the relay at `giaddr`, port 67 (or the relay's own port, RFC 8357), by ARP as usual. */
  Relay: 1,
  /** To the client at `ciaddr`, port 68, in a frame to `chaddr` without ARP. */
  Client: 2,
  /** To the source address of the request, port 68, in a frame to `chaddr`: a DHCPINFORM without `ciaddr`. */
  Source: 3,
  /** To 255.255.255.255, port 68, as a link-layer broadcast. */
  Broadcast: 4,
  /** To `yiaddr`, port 68, in a frame to `chaddr`: the client does not have the address yet. */
  Hardware: 5,
} as const;

/** One of {@linkcode Destination}. */
export type Destination = typeof Destination[keyof typeof Destination];

/** What {@linkcode destination} looks at in a request. */
export interface DestinationRequest {
  /** Address of the relay, or 0. */
  readonly giaddr: number;
  /** The flags as received. */
  readonly flags: number;
}

/** What {@linkcode destination} looks at in a reply. */
export interface DestinationReply {
  /** Option 53 of the request. */
  readonly requestType: number;
  /** Option 53 of the reply. */
  readonly type: number;
  /** `ciaddr` of the reply: the address that the client uses, or 0. */
  readonly ciaddr: number;
}

/**
 * Decides how a reply travels (RFC 2131 section 4.1; the order of the rungs matters).
 *
 * @example
 * ```ts
 * import { Destination, destination, MessageType } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * const offer = { requestType: MessageType.Discover, type: MessageType.Offer, ciaddr: 0 };
 * strictEqual(destination({ giaddr: 0, flags: 0x8000 }, offer), Destination.Broadcast);
 * strictEqual(destination({ giaddr: 0x0a000001, flags: 0x8000 }, offer), Destination.Relay);
 * ```
 *
 * @param request Addresses and flags of the request
 * @param reply Type and `ciaddr` of the reply
 * @returns How the reply travels; never `None`
 */
export function destination(request: DestinationRequest, reply: DestinationReply): Destination {
  if (request.giaddr !== 0) return Destination.Relay; // rules 46, 58
  if (reply.type === MessageType.Nak) return Destination.Broadcast; // rule 45
  if (reply.ciaddr !== 0) return Destination.Client; // rules 54, 59
  if (reply.requestType === MessageType.Inform) return Destination.Source; // rule 55
  if ((request.flags & BROADCAST_FLAG) !== 0) return Destination.Broadcast; // rule 60
  return Destination.Hardware; // rule 61
}
