/**
 * A switch or router that relays DHCP (RFC 1542, RFC 3046).
 *
 * @module
 */
import {
  BROADCAST_FLAG,
  decode,
  type DhcpMessage,
  encode,
  MessageType,
  optionValue,
} from "../../../core/dhcp/mod.ts";
import { macFromBytes } from "../../../core/net/mod.ts";
import { ALL, type Frame, type Interceptor, type NetworkSegment, type Station } from "./segment.ts";

const RELAY_MAC = 0x02_ec_00_00_00_01;
const RELAY_INFORMATION = 82;
/** RFC 1542 section 4.1.1. */
const MOST_HOPS = 16;

/** Where a relay stands. */
interface RelayPlace {
  readonly segment: NetworkSegment;
  /** Its own address, which it writes into `giaddr`. */
  readonly address: number;
  /** Where it sends requests to. */
  readonly server: number;
  /** Whether servers hear those behind it by it alone. */
  readonly isBetween: boolean;
  /** Called with each answer that came to it. */
  readonly onAnswer: () => void;
}

/** A relay, beside a network or in the middle of it. */
export class Relay implements Interceptor {
  readonly name = "relay";
  readonly mac = RELAY_MAC;
  readonly #place: RelayPlace;

  constructor(place: RelayPlace) {
    this.#place = place;
    place.segment.join(this);
    if (place.isBetween) place.segment.interceptor = this;
  }

  holds(address: number): boolean {
    return address === this.#place.address;
  }

  /** Two of three clients are behind it. */
  takes({ mac, name }: Station): boolean {
    return name.startsWith("client") && mac % 3 !== 0;
  }

  goAway(): void {
    const { segment } = this.#place;
    segment.leave(this);
    if (segment.interceptor === this) segment.interceptor = undefined;
  }

  receive(frame: Frame): void {
    const { segment, address, onAnswer } = this.#place;
    if (frame.kind === "arp") {
      if (frame.what !== "asks" || frame.address !== address) return;
      segment.send(this, { kind: "arp", from: this.mac, to: frame.from, address, what: "answers" });
      return;
    }
    if (frame.port !== 67) return;
    const message = decode(frame.payload);
    if (message.op === 1 && message.giaddr === 0) this.#forward(message);
    else if (message.op === 2 && frame.destination === address) {
      onAnswer();
      this.#deliver(message);
    }
  }

  #forward(message: DhcpMessage): void {
    const { segment, address, server } = this.#place;
    const to = segment.holderOf(server)?.mac;
    if (to === undefined || message.hops >= MOST_HOPS) return;
    const value = [{ code: 1, value: Uint8Array.of(0, 7, message.chaddr[5] ?? 0) }];
    const options = [...message.options, { code: RELAY_INFORMATION, value } as const];
    segment.send(this, {
      kind: "dhcp",
      from: this.mac,
      to,
      source: address,
      destination: server,
      port: 67,
      payload: encode({ ...message, hops: message.hops + 1, giaddr: address, options }),
    });
  }

  #deliver(message: DhcpMessage): void {
    const isBroadcast = (message.flags & BROADCAST_FLAG) !== 0 ||
      optionValue(message, 53) === MessageType.Nak;
    this.#place.segment.send(this, {
      kind: "dhcp",
      from: this.mac,
      to: isBroadcast ? ALL : macFromBytes(message.chaddr),
      source: this.#place.address,
      destination: isBroadcast ? 0xffffffff : message.yiaddr,
      port: 68,
      payload: encode({
        ...message,
        options: message.options.filter(({ code }) => code !== RELAY_INFORMATION),
      }),
    });
  }
}
