/**
 * The server's packet path: a datagram in, a reply out.
 *
 * @module
 */
import { MessageType } from "../options/exchange/message_type.ts";
import { CLIENT_PORT, SERVER_PORT } from "../wire/constants.ts";
import type { Datagram, Reply } from "./datagram.ts";
import { decide, type DecisionContext } from "./decide.ts";
import { Destination, destination } from "./destination.ts";
import { NakLimiter } from "./nak_limiter.ts";
import { writeReply } from "./reply_writer.ts";
import { RequestView } from "./request_view.ts";
import type { ServedNetwork } from "./served_network.ts";
import { ParseResult, Verdict } from "./verdict.ts";

/** Settings of a {@linkcode Responder}. */
export interface ResponderOptions {
  /** DHCPNAKs that one client may get at once. Default: 4. */
  readonly nakBurst?: number;
  /** Milliseconds after which it may get one more. Default: 1000. */
  readonly nakInterval?: number;
}

/** DHCPNAKs that all clients without a lease of one network may get at once, and milliseconds for one more. */
const STRANGERS = { burst: 64, interval: 10 };
/** All of them together, as the one client that they may be. */
const STRANGER = { chaddrHigh: 0, chaddrLow: 0 };

const BROADCAST_ADDRESS = 0xffffffff;

/**
 * Answers datagrams: reads, looks the lease up, decides, encodes, and says where the reply goes. No I/O, no clock, and
 * nothing is allocated per datagram once a client's kind was seen. It never throws, whatever is in the datagram, and
 * writes only inside the reply's room.
 *
 * One responder serves any number of networks; which one a datagram belongs to, the socket says that it came from.
 *
 * @example
 * ```ts
 * import { Datagram, decode, encode, MessageType, optionValue, Reply, Responder, compilePool, Verdict } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { formatIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const { network } = compilePool({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { namespace: "default", name: "net-48" },
 *   spec: {
 *     networkName: "default/net-48",
 *     ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", router: "192.168.48.1" },
 *   },
 *   status: {
 *     ipv4: { allocated: { "192.168.48.81": "52:54:00:11:22:01" }, used: 1, available: 9 },
 *   },
 * });
 * const discover = encode({
 *   op: 1,
 *   xid: 7,
 *   chaddr: new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1]),
 *   options: [{ code: 53, value: MessageType.Discover }, { code: 55, value: [1, 3, 6] }],
 * });
 *
 * const responder = new Responder();
 * const datagram = new Datagram(discover);
 * datagram.receivedAt = Date.now();
 * const reply = new Reply(new Uint8Array(1472));
 * strictEqual(responder.respond(network, datagram, reply), Verdict.Offer);
 *
 * const offer = decode(reply.bytes.subarray(0, reply.length));
 * strictEqual(formatIPv4(offer.yiaddr), "192.168.48.81");
 * strictEqual(optionValue(offer, 53), MessageType.Offer);
 * ```
 */
export class Responder {
  /** The request that was read last; valid until the next one. */
  readonly request: RequestView = new RequestView();
  readonly #naks: NakLimiter;
  /** A DHCPNAK is a broadcast, and anybody can make up clients that are due one. */
  readonly #strangerNaks = new NakLimiter(STRANGERS.burst, STRANGERS.interval);
  readonly #context = new Context();

  /** A responder that has seen nothing yet. */
  constructor({ nakBurst = 4, nakInterval = 1000 }: ResponderOptions = {}) {
    this.#naks = new NakLimiter(nakBurst, nakInterval);
  }

  /**
   * Answers one datagram.
   *
   * @param network The network that it came from; `undefined` while its pool is not loaded: then there is silence
   * @param datagram The datagram
   * @param reply Where the reply is written; not the datagram's own octets. All its fields but `bytes`, `offset` and
   * `capacity` are set
   * @returns What became of it, also in `reply.verdict`; `reply.length` is over 0 where there is something to send
   */
  respond(network: ServedNetwork | undefined, datagram: Datagram, reply: Reply): Verdict {
    const request = this.request;
    clear(reply);
    const parsed = request.parse(datagram);
    reply.requestType = request.type;
    reply.chaddrHigh = request.chaddrHigh;
    reply.chaddrLow = request.chaddrLow;
    if (parsed !== ParseResult.Ok) return reply.verdict = parsed;
    if (network === undefined) return reply.verdict = Verdict.NotServed; // rule 34
    if (request.ethernet) { // rules 4, 5, 6, 96
      const { leases } = network;
      reply.lease = leases.addressAt(leases.slotOf(request.chaddrHigh, request.chaddrLow));
    }
    this.#context.lease = reply.lease;
    this.#context.now = datagram.receivedAt;
    reply.verdict = decide(request, network, this.#context);
    if (reply.verdict <= Verdict.NakHeld) this.#answer(network, datagram, reply);
    return reply.verdict;
  }

  #answer(network: ServedNetwork, datagram: Datagram, reply: Reply): void {
    const request = this.request;
    reply.type = replyType(reply.verdict);
    if (reply.type === MessageType.Nak && network.remembered) {
      return silence(reply, Verdict.NakUnsure); // rule 100
    }
    if (request.giaddr !== 0 && !network.relays.admits(request, this.#context)) {
      return silence(reply, Verdict.RelayLimited); // rule 58
    }
    if (reply.type === MessageType.Nak && !this.#allowsNak(network, reply, datagram.receivedAt)) {
      return silence(reply, Verdict.NakLimited); // rule 47
    }
    reply.ciaddr = replyCiaddr(request, reply);
    if (!writeReply(request, network, reply)) return silence(reply, Verdict.NoRoom);
    reply.destination = destination(request, reply);
    reply.destinationPort = CLIENT_PORT;
    switch (reply.destination) {
      case Destination.Relay:
        reply.destinationAddress = request.giaddr;
        if (request.relaySourcePort && datagram.sourcePort !== 0) {
          reply.destinationPort = datagram.sourcePort; // RFC 8357
        } else reply.destinationPort = SERVER_PORT;
        break;
      case Destination.Client:
        reply.destinationAddress = reply.ciaddr;
        break;
      case Destination.Source:
        reply.destinationAddress = datagram.sourceAddress;
        break;
      case Destination.Hardware:
        reply.destinationAddress = reply.lease;
        break;
      default:
        reply.destinationAddress = BROADCAST_ADDRESS;
    }
  }

  #allowsNak({ tag }: ServedNetwork, reply: Reply, now: number): boolean {
    return this.#naks.allows(tag, reply, now) &&
      (reply.lease !== 0 || this.#strangerNaks.allows(tag, STRANGER, now));
  }
}

/** A class of its own, so that V8 keeps both numbers unboxed: an allocation less per packet, as the bench shows. */
class Context implements DecisionContext {
  lease = 0;
  now = 0;
}

function clear(reply: Reply): void {
  reply.length =
    reply.type =
    reply.ciaddr =
    reply.lease =
    reply.omitted =
    reply.omittedCode =
      0;
  reply.destination = Destination.None;
  reply.destinationAddress = reply.destinationPort = 0;
}

function silence(reply: Reply, verdict: Verdict): void {
  reply.verdict = verdict;
  reply.length = reply.type = reply.ciaddr = 0;
}

function replyType(verdict: Verdict): number {
  if (verdict === Verdict.Offer) return MessageType.Offer;
  if (verdict === Verdict.BootReply) return 0;
  return verdict <= Verdict.BootReply ? MessageType.Ack : MessageType.Nak;
}

/**
 * `ciaddr` of the reply (RFC 2131 table 3): the request's where the client uses that address, which is so when it
 * renews or informs, or speaks BOOTP and has the address by its lease; else 0 (rules 17, 35, 41, 44).
 */
function replyCiaddr(request: RequestView, reply: Reply): number {
  switch (reply.verdict) {
    case Verdict.Ack: // Also to a DHCPDISCOVER, by rapid commit.
      return request.type === MessageType.Request && request.requestedAddress === 0
        ? request.ciaddr
        : 0;
    case Verdict.InformAck:
      return request.ciaddr;
    case Verdict.BootReply:
      return request.ciaddr === reply.lease ? request.ciaddr : 0;
    default:
      return 0;
  }
}
