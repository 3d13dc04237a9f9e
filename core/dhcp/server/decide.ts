/**
 * What the server does about a request: one pure ladder.
 *
 * @module
 */
import { MessageType } from "../options/exchange/message_type.ts";
import type { DecisionRequest } from "./request_view.ts";
import { Verdict } from "./verdict.ts";

/** What {@linkcode decide} asks of the network that a request came from. Addresses are unsigned 32-bit numbers. */
export interface DecisionNetwork {
  /** Whether the server may refuse clients that it does not know (the convention of ISC, Kea and dnsmasq). */
  readonly authoritative: boolean;
  /** Whether clients that speak BOOTP only are answered. */
  readonly bootp: boolean;
  /** Whether a client that asks for it is bound by two messages rather than four (RFC 4039). */
  readonly rapidCommit: boolean;
  /** Whether an address is inside the subnet. */
  contains(address: number): boolean;
  /** Whether another host than the server can have an address: it names neither the subnet, nor all of it, nor the server. */
  isHost(address: number): boolean;
  /** Whether this server uses, or ever used, an address as its server identifier on this network. */
  isServer(address: number): boolean;
  /** Whether an address is held at `now` (milliseconds since the epoch) because of a conflict. */
  isHeld(address: number, now: number): boolean;
}

/** What a request meets: the client's lease on the network it came from, and the time. */
export interface DecisionContext {
  /** The client's address on this network, unsigned 32 bits; 0 if it has none. */
  readonly lease: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Decides what to do about a request (RFC 2131 section 4.3). Pure: the same arguments give the same verdict, nothing
 * is changed.
 *
 * Leases are static: a client either has an address on the network or is unknown, and an unknown client is met with
 * silence, because another server may know it. Only a client that chose this server, and on an authoritative network
 * any client, is told by a DHCPNAK that it cannot have what it asks for.
 *
 * @example
 * ```ts
 * import { decide, MessageType, Verdict } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const server = parseIPv4("10.0.0.1");
 * const network = {
 *   authoritative: false,
 *   bootp: false,
 *   rapidCommit: false,
 *   contains: (address: number) => address >>> 8 === server >>> 8,
 *   isHost: (address: number) => address >>> 8 === server >>> 8 && address !== server,
 *   isServer: (address: number) => address === server,
 *   isHeld: () => false,
 * };
 * const request = {
 *   type: MessageType.Request,
 *   ciaddr: 0,
 *   giaddr: 0,
 *   requestedAddress: parseIPv4("10.0.0.20"),
 *   serverIdentifier: server,
 *   sourceAddress: 0,
 *   station: true,
 *   rapidCommit: false,
 * };
 * strictEqual(decide(request, network, { lease: parseIPv4("10.0.0.20"), now: 0 }), Verdict.Ack);
 * strictEqual(decide(request, network, { lease: parseIPv4("10.0.0.21"), now: 0 }), Verdict.NakWrongAddress);
 * ```
 *
 * @param request The request
 * @param network The network that it came from
 * @param context The client's lease there, and the time
 * @returns The verdict; one of those that follow a successful parse
 */
export function decide(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  const { giaddr } = request;
  if (giaddr !== 0 && (!network.isHost(giaddr) || network.isServer(giaddr))) {
    return Verdict.RelayOutside; // rule 58
  }
  switch (request.type) {
    case MessageType.Discover:
      return onDiscover(request, network, context);
    case MessageType.Request:
      return onRequest(request, network, context);
    case MessageType.Decline:
      return onDecline(request, network, context);
    case MessageType.Release:
      return onRelease(request, network, context);
    case MessageType.Inform:
      return onInform(request, network);
    case 0:
      return onBootp(network, context);
    default:
      return Verdict.UnexpectedType; // rule 3
  }
}

/** RFC 2131 section 4.3.1. Options 50 and 51 are hints that a static lease does not follow (rules 16, 21). */
function onDiscover(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  const named = request.serverIdentifier;
  if (named !== 0 && !network.isServer(named)) return Verdict.OtherServer; // rule 20
  if (context.lease === 0) return Verdict.UnknownClient; // rule 15
  if (network.isHeld(context.lease, context.now)) return Verdict.AddressHeld; // rule 51
  if (network.rapidCommit && request.rapidCommit) return Verdict.Ack; // rule 91
  return Verdict.Offer; // rule 14
}

/** RFC 2131 section 4.3.2: the client's state shows in which fields are set. */
function onRequest(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  if (request.serverIdentifier !== 0) return onSelecting(request, network, context);
  if (request.requestedAddress !== 0) return onInitReboot(request, network, context);
  if (request.ciaddr !== 0) return onRenewing(request, network, context);
  return Verdict.NoState; // rule 40
}

/** Option 54 is set: the client answers an offer. `ciaddr` is ignored (rule 41), but where option 50 is missing. */
function onSelecting(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  if (!network.isServer(request.serverIdentifier)) return Verdict.OtherServer; // rule 25
  if (context.lease === 0) return Verdict.NakNoLease; // rules 26, 27
  if (request.requestedAddress === 0) return onNamedRenewal(request, context);
  if (request.requestedAddress !== context.lease) return Verdict.NakWrongAddress; // rule 26
  if (network.isHeld(context.lease, context.now)) return Verdict.NakHeld; // rule 51
  return Verdict.Ack; // rule 24
}

/** A client that renews and names the server, against RFC 2131 table 5; it has its address in use, as in `onRenewing`. */
function onNamedRenewal(request: DecisionRequest, context: DecisionContext): Verdict {
  if (request.ciaddr === 0) return Verdict.NakNoAddress; // rule 29
  return request.ciaddr === context.lease ? Verdict.Ack : Verdict.NakWrongAddress; // rules 24, 29
}

/** Option 50 without 54: the client restarts and verifies the address it had. `ciaddr` is ignored (rule 41). */
function onInitReboot(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  const asked = request.requestedAddress;
  if (asked === context.lease) {
    return network.isHeld(asked, context.now) ? Verdict.AddressHeld : Verdict.Ack; // rules 30, 51
  }
  const known = context.lease !== 0;
  if (!known && !network.authoritative) return Verdict.UnknownClient; // rules 32, 33
  if (!network.contains(asked)) return Verdict.NakWrongNetwork; // rule 32
  return known ? Verdict.NakWrongAddress : Verdict.NakNoLease; // rules 31, 33
}

/** Only `ciaddr`: the client uses its address and extends the lease, by unicast (RENEWING) or not (REBINDING). */
function onRenewing(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  if (context.lease === 0) { // rules 37, 38
    return network.authoritative ? Verdict.NakNoLease : Verdict.UnknownClient;
  }
  // A hold keeps an address from being taken into use; a client that has it in use keeps it.
  return request.ciaddr === context.lease ? Verdict.Ack : Verdict.NakWrongAddress; // rules 35, 36, 42
}

/** RFC 2131 section 4.3.3. Only the owner of an address can decline it (rule 50). */
function onDecline(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  const valid = context.lease !== 0 && request.requestedAddress === context.lease &&
    network.isServer(request.serverIdentifier);
  return valid ? Verdict.Declined : Verdict.DeclineIgnored; // rules 49, 50
}

/**
 * RFC 2131 section 4.3.4. The binding is static and stays (rule 52). systemd-networkd 252 leaves option 54 out, and
 * as the message is unicast to the server, that is not held against it.
 */
function onRelease(
  request: DecisionRequest,
  network: DecisionNetwork,
  context: DecisionContext,
): Verdict {
  const named = request.serverIdentifier;
  const valid = context.lease !== 0 && request.ciaddr === context.lease &&
    (named === 0 || network.isServer(named));
  return valid ? Verdict.Released : Verdict.ReleaseIgnored; // rules 52, 53
}

/**
 * RFC 2131 section 4.3.5: any host of the subnet, with or without a lease, may ask for parameters (rule 56). The answer is for it
 * alone (rule 54): who names a group's hardware address would have all of the network hear it.
 */
function onInform(request: DecisionRequest, network: DecisionNetwork): Verdict {
  if (request.giaddr === 0 && !request.station) return Verdict.InformIgnored;
  const host = request.ciaddr !== 0 ? request.ciaddr : request.sourceAddress; // rule 55
  return host !== 0 && network.isHost(host) ? Verdict.InformAck : Verdict.InformIgnored;
}

/** RFC 1534 section 2: a request without option 53 (rule 57). */
function onBootp(network: DecisionNetwork, context: DecisionContext): Verdict {
  if (!network.bootp) return Verdict.BootpIgnored;
  if (context.lease === 0) return Verdict.UnknownClient;
  return network.isHeld(context.lease, context.now) ? Verdict.AddressHeld : Verdict.BootReply;
}
