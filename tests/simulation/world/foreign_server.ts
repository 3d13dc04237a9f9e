/**
 * Another DHCP server on a network, which nobody asked to be there.
 *
 * @module
 */
import {
  decode,
  type DhcpMessage,
  type DhcpOption,
  encode,
  MessageType,
  optionValue,
} from "../../../core/dhcp/mod.ts";
import { macFromBytes } from "../../../core/net/mod.ts";
import type { Timeline } from "../engine/timeline.ts";
import { ALL, type Frame, type NetworkSegment, type Station } from "./segment.ts";

const SERVER_MAC = 0x02_ed_00_00_00_01;
const LEASE_SECONDS = 120;
const LEASES = 40;

/** What it is and does. */
interface ForeignServerSettings {
  readonly segment: NetworkSegment;
  readonly timeline: Timeline;
  /** Its own address. */
  readonly address: number;
  /** The first of the addresses that it gives. */
  readonly first: number;
  /** How long it thinks, milliseconds. */
  readonly lateMs: number;
  /** Whether it refuses who asks for what it did not give. */
  readonly isAuthoritative: boolean;
}

/** A server that gives its own addresses to everybody. */
export class ForeignServer implements Station {
  readonly name = "foreign server";
  readonly mac = SERVER_MAC;
  readonly isForeign = true;
  readonly #settings: ForeignServerSettings;
  /** MAC address -> address. */
  readonly #leases = new Map<number, number>();

  constructor(settings: ForeignServerSettings) {
    this.#settings = settings;
    settings.segment.join(this);
  }

  holds(address: number): boolean {
    return address === this.#settings.address;
  }

  goAway(): void {
    this.#settings.segment.leave(this);
  }

  receive(frame: Frame): void {
    const { segment, timeline, address, lateMs } = this.#settings;
    if (frame.kind === "arp") {
      if (frame.what !== "asks" || frame.address !== address) return;
      segment.send(this, { kind: "arp", from: this.mac, to: frame.from, address, what: "answers" });
      return;
    }
    if (frame.port !== 67) return;
    const message = decode(frame.payload);
    if (message.op !== 1 || message.giaddr !== 0) return;
    timeline.after(lateMs, () => this.#answer(message));
  }

  #answer(message: DhcpMessage): void {
    const type = optionValue(message, 53);
    const named = optionValue(message, 54);
    if (type === MessageType.Discover) {
      return this.#reply(message, { type: MessageType.Offer, yiaddr: this.#leaseOf(message) });
    }
    if (type !== MessageType.Request) return;
    if (named !== undefined && named !== this.#settings.address) return;
    const asked = optionValue(message, 50) ?? message.ciaddr;
    const lease = this.#leases.get(macFromBytes(message.chaddr));
    if (asked === lease) this.#reply(message, { type: MessageType.Ack, yiaddr: asked });
    else if (named !== undefined || this.#settings.isAuthoritative) {
      this.#reply(message, { type: MessageType.Nak, yiaddr: 0 });
    }
  }

  #leaseOf({ chaddr }: DhcpMessage): number {
    const mac = macFromBytes(chaddr);
    const lease = this.#leases.get(mac) ?? this.#settings.first + this.#leases.size % LEASES;
    this.#leases.set(mac, lease);
    return lease;
  }

  #reply(
    { xid, flags, chaddr }: DhcpMessage,
    { type, yiaddr }: { readonly type: number; readonly yiaddr: number },
  ): void {
    const { segment, address } = this.#settings;
    const lease: readonly DhcpOption[] = type === MessageType.Nak
      ? []
      : [{ code: 51, value: LEASE_SECONDS }, { code: 1, value: 0xffffff00 }];
    segment.send(this, {
      kind: "dhcp",
      from: this.mac,
      to: ALL,
      source: address,
      destination: 0xffffffff,
      port: 68,
      payload: encode({
        op: 2,
        xid,
        flags,
        yiaddr,
        chaddr,
        options: [{ code: 53, value: type }, { code: 54, value: address }, ...lease],
      }),
    });
  }
}
