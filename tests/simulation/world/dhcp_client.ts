/**
 * A DHCP client as RFC 2131 describes it, on a simulated network.
 *
 * @module
 */
import {
  BROADCAST_FLAG,
  decode,
  type DhcpMessage,
  type DhcpOption,
  encode,
  MessageType,
  optionValue,
} from "../../../core/dhcp/mod.ts";
import { formatIPv4, formatMac, macFromBytes, macToBytes } from "../../../core/net/mod.ts";
import type { Random } from "../../../runtime/clock.ts";
import type { Timeline, Timer } from "../engine/timeline.ts";
import { ALL, type Frame, type NetworkSegment, type Station } from "./segment.ts";

/** Of a client, RFC 2131 figure 5. */
type ClientState =
  | "OFF"
  | "INIT"
  | "SELECTING"
  | "REQUESTING"
  | "REBOOTING"
  | "PROBING"
  | "BOUND"
  | "RENEWING"
  | "REBINDING";

/**
 * In what a client's way is its own.
 *
 * - slow: minutes pass between an offer and its request
 * - firmware: asks twice at once, and all over again by another program as soon as it is bound, as a machine that boots from the network
 * - forgetful: remembers no address when it starts
 * - traveller: remembers an address of another network when it starts
 * - stubborn: its machine goes on using an address that it lost
 * - careless: another transaction and any flags in each message
 */
export const HABITS = [
  "slow",
  "firmware",
  "forgetful",
  "traveller",
  "stubborn",
  "careless",
] as const;

/** One of {@linkcode HABITS}. */
export type Habit = typeof HABITS[number];

/** The states in which it uses its address. */
const USING: ReadonlySet<ClientState> = new Set(["BOUND", "RENEWING", "REBINDING"]);

/** What a client has. */
interface ClientLease {
  readonly address: number;
  readonly server: number;
  /** On the timeline. */
  readonly ackedAt: number;
  readonly seconds: number;
}

/** Something that it asked. */
interface Asked {
  /** On the timeline. */
  readonly at: number;
  /** The server whose offer it wants, which alone is to answer; absent: whichever there is. */
  readonly server?: number;
}

/** Who is told what becomes of it. */
export interface ClientEvents {
  onBound(client: SimClient): void;
  /** It does not use its address any more. */
  onUnbound(client: SimClient): void;
  /** Its machine goes on using an address that it lost. */
  onKept?(client: SimClient, address: number): void;
}

/** Retransmissions begin here and double, RFC 2131 section 4.1, milliseconds. */
const FIRST_RETRY_MS = 4_000;
const LAST_RETRY_MS = 64_000;
/** How many times a request is sent before it begins anew. */
const REQUEST_TRIES = 4;
/** After a DECLINE. */
const DECLINE_MS = 10_000;
/** How long an answer to its ARP question may take. */
export const PROBE_MS = 1_000;
const RENEW_LEAST_MS = 60_000;
const EVERYBODY = 0xffffffff;
/** How long a slow client thinks about an offer. */
const SLOW_MS = { least: 30_000, most: 180_000 };
/** An address that is nowhere in the cluster. */
const ELSEWHERE = 0xac10_0505;

/** A client. */
export class SimClient implements Station {
  readonly name: string;
  readonly mac: number;
  /** Whether it is another machine with the MAC address of a NIC. */
  readonly isCopy: boolean;
  segment: NetworkSegment;
  habit: Habit | undefined;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #events: ClientEvents;
  #state: ClientState = "OFF";
  #timer: Timer | undefined;
  #lease: ClientLease | undefined;
  #xid = 0;
  #tries = 0;
  #sentAt = 0;
  #offer: { readonly address: number; readonly server: number } | undefined;
  /** What nobody has answered. */
  #unanswered: Asked[] = [];
  /** Whether the program that asks is the last one of its start. */
  #hasBooted = false;

  constructor(
    mac: number,
    { segment, timeline, random, events, name = `client ${formatMac(mac)}`, isCopy = false }: {
      readonly segment: NetworkSegment;
      readonly timeline: Timeline;
      readonly random: Random;
      readonly events: ClientEvents;
      readonly name?: string;
      readonly isCopy?: boolean;
    },
  ) {
    this.name = name;
    this.isCopy = isCopy;
    this.mac = mac;
    this.segment = segment;
    this.#timeline = timeline;
    this.#random = random;
    this.#events = events;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The address that it uses now. */
  get address(): number | undefined {
    return USING.has(this.#state) ? this.#lease?.address : undefined;
  }

  get lease(): ClientLease | undefined {
    return this.#lease;
  }

  /** What nobody has answered; empty where all is answered. */
  get unanswered(): readonly Asked[] {
    return this.#unanswered;
  }

  /** Its machine starts; one that remembers asks for the address that it had. */
  powerOn(remembers: boolean): void {
    if (this.#state !== "OFF") return;
    this.segment.join(this);
    if (!remembers || this.habit === "forgetful") this.#lease = undefined;
    if (this.habit === "traveller") {
      this.#lease = { address: ELSEWHERE, server: 0, ackedAt: 0, seconds: 0 };
    }
    this.#hasBooted = false;
    this.#begin(this.#lease === undefined ? "INIT" : "REBOOTING");
  }

  /** Its machine is attached elsewhere, and starts again where it ran. */
  moveTo(segment: NetworkSegment): void {
    const ran = this.#state !== "OFF";
    this.powerOff(false);
    this.segment = segment;
    if (ran) this.powerOn(true);
  }

  /** Its machine stops without a word, or gives the address back first. */
  powerOff(releases: boolean): void {
    if (this.#state === "OFF") return;
    const { address } = this;
    if (releases && address !== undefined) this.#release();
    this.#unbind();
    this.#timer?.cancel();
    this.#state = "OFF";
    this.#unanswered = [];
    this.segment.leave(this);
  }

  receive(frame: Frame): void {
    if (frame.kind === "arp") return this.#arp(frame);
    if (frame.port !== 68) return;
    const message = decode(frame.payload);
    if (message.op !== 2 || message.xid !== this.#xid) return;
    if (macFromBytes(message.chaddr) !== this.mac) return;
    this.#answered(message);
  }

  #arp({ what, address, from }: Frame & { readonly kind: "arp" }): void {
    // What its own hardware address says is its own, or a copy's (RFC 5227 section 2.1.1).
    if (from === this.mac) return;
    if (what === "asks") {
      if (address !== this.address) return;
      this.segment.send(this, { kind: "arp", from: this.mac, to: from, address, what: "answers" });
    } else if (this.#state === "PROBING" && address === this.#lease?.address) {
      this.#decline();
    } else if (
      this.#state === "RENEWING" && address === this.#lease?.server && what === "answers"
    ) {
      this.#sendRenewal(from);
    }
  }

  #begin(state: "INIT" | "REBOOTING"): void {
    this.#unbind();
    this.#tries = 0;
    this.#offer = undefined;
    this.#newTransaction();
    this.#state = state;
    // Machines that start together do not ask together.
    this.#in(this.#random() * 1_000, () => this.#ask());
  }

  /** Sends what the state asks for, and again when nobody answers. */
  #ask(): void {
    switch (this.#state) {
      case "INIT":
      case "SELECTING":
        this.#state = "SELECTING";
        this.#broadcast(MessageType.Discover, []);
        if (this.habit === "firmware") {
          this.#newTransaction();
          this.#broadcast(MessageType.Discover, []);
        }
        break;
      case "REQUESTING":
        if (this.#tries >= REQUEST_TRIES || this.#offer === undefined) return this.#begin("INIT");
        this.#broadcast(MessageType.Request, [
          { code: 50, value: this.#offer.address },
          { code: 54, value: this.#offer.server },
        ]);
        break;
      case "REBOOTING":
        if (this.#tries >= 2 || this.#lease === undefined) return this.#begin("INIT");
        this.#broadcast(MessageType.Request, [{ code: 50, value: this.#lease.address }]);
        break;
      default:
        return;
    }
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#tries++, LAST_RETRY_MS);
    this.#in(wait + (this.#random() * 2 - 1) * 1_000, () => this.#ask());
  }

  #answered(message: DhcpMessage): void {
    this.#unanswered = [];
    const type = optionValue(message, 53);
    const server = optionValue(message, 54) ?? 0;
    if (type === MessageType.Offer && this.#state === "SELECTING") {
      this.#offer = { address: message.yiaddr, server };
      this.#state = "REQUESTING";
      this.#tries = 0;
      this.#timer?.cancel();
      if (this.habit !== "slow") return this.#ask();
      const ms = SLOW_MS.least + this.#random() * (SLOW_MS.most - SLOW_MS.least);
      return this.#in(ms, () => {
        this.#ask();
      });
    }
    const asks = this.#state === "REQUESTING" || this.#state === "REBOOTING" ||
      this.#state === "RENEWING" || this.#state === "REBINDING";
    if (!asks) return;
    if (type === MessageType.Nak) {
      this.#forget();
      return this.#begin("INIT");
    }
    if (type !== MessageType.Ack) return;
    const isNew = this.address !== message.yiaddr;
    if (isNew) this.#forget();
    this.#lease = {
      address: message.yiaddr,
      server,
      ackedAt: this.#sentAt,
      seconds: optionValue(message, 51) ?? 0,
    };
    if (isNew) this.#probe();
    else this.#bound();
  }

  #probe(): void {
    const address = this.#lease?.address ?? 0;
    this.#state = "PROBING";
    this.segment.send(this, { kind: "arp", from: this.mac, to: ALL, address, what: "asks" });
    this.#in(PROBE_MS, () => this.#bound());
  }

  #bound(): void {
    const lease = this.#lease;
    if (lease === undefined) return this.#begin("INIT");
    const wasUsing = this.address !== undefined;
    const isFirmware = this.habit === "firmware" && !this.#hasBooted;
    this.#hasBooted = true;
    if (isFirmware) {
      this.#lease = undefined;
      return this.#begin("INIT");
    }
    this.#state = "BOUND";
    this.#newTransaction();
    if (!wasUsing) {
      const { address } = lease;
      this.segment.send(this, { kind: "arp", from: this.mac, to: ALL, address, what: "announces" });
      this.#events.onBound(this);
    }
    this.#until(lease, 0.5, () => {
      this.#state = "RENEWING";
      this.#renew();
    });
  }

  /** Asks its server until T2, then everybody until the lease is over. */
  #renew(): void {
    const lease = this.#lease;
    if (lease === undefined) return this.#begin("INIT");
    const leftMs = lease.ackedAt + lease.seconds * 1_000 - this.#timeline.now;
    const toT2Ms = lease.ackedAt + lease.seconds * 875 - this.#timeline.now;
    if (leftMs <= 0) {
      this.#forget();
      return this.#begin("INIT");
    }
    if (toT2Ms > 0) {
      const { server } = lease;
      this.segment.send(this, {
        kind: "arp",
        from: this.mac,
        to: ALL,
        address: server,
        what: "asks",
      });
      const wait = Math.max(toT2Ms / 2, RENEW_LEAST_MS);
      return this.#in(Math.min(wait, toT2Ms + 1), () => this.#renew());
    }
    this.#state = "REBINDING";
    this.#sendRequest({ to: ALL, destination: EVERYBODY, options: [] });
    const wait = Math.max(leftMs / 2, RENEW_LEAST_MS);
    this.#in(Math.min(wait, leftMs + 1), () => this.#renew());
  }

  #sendRenewal(to: number): void {
    const destination = this.#lease?.server ?? EVERYBODY;
    this.#sendRequest({ to, destination, options: [] });
  }

  #sendRequest({ to, destination, options }: {
    readonly to: number;
    readonly destination: number;
    readonly options: readonly DhcpOption[];
  }): void {
    this.#send({
      to,
      destination,
      type: MessageType.Request,
      ciaddr: this.#lease?.address ?? 0,
      options,
    });
  }

  #decline(): void {
    const { address = 0, server = 0 } = this.#lease ?? {};
    this.#lease = undefined;
    this.#broadcast(MessageType.Decline, [
      { code: 50, value: address },
      { code: 54, value: server },
    ]);
    this.#state = "INIT";
    this.#tries = 0;
    this.#newTransaction();
    this.#in(DECLINE_MS, () => this.#ask());
  }

  #release(): void {
    const { address = 0, server = 0 } = this.#lease ?? {};
    this.#send({
      to: ALL,
      destination: server,
      type: MessageType.Release,
      ciaddr: address,
      options: [{ code: 54, value: server }],
    });
    this.#forget();
  }

  #broadcast(type: number, options: readonly DhcpOption[]): void {
    this.#send({ to: ALL, destination: EVERYBODY, type, ciaddr: 0, options });
  }

  #send({ to, destination, type, ciaddr, options }: {
    readonly to: number;
    readonly destination: number;
    readonly type: number;
    readonly ciaddr: number;
    readonly options: readonly DhcpOption[];
  }): void {
    this.#sentAt = this.#timeline.now;
    if (type === MessageType.Discover || type === MessageType.Request) {
      const server = this.#state === "REQUESTING" ? this.#offer?.server : undefined;
      this.#unanswered.push({ at: this.#sentAt, ...(server !== undefined && { server }) });
    }
    if (this.habit === "careless") this.#newTransaction();
    const payload = encode({
      op: 1,
      xid: this.#xid,
      flags: this.#flags(),
      ciaddr,
      chaddr: macToBytes(this.mac),
      options: [{ code: 53, value: type }, ...options, { code: 55, value: [1, 3, 6, 51] }],
    });
    this.segment.send(this, {
      kind: "dhcp",
      from: this.mac,
      to,
      source: ciaddr,
      destination,
      port: 67,
      payload,
    });
  }

  #flags(): number {
    if (this.habit === "careless") return Math.floor(this.#random() * 0x1_0000);
    return this.mac % 2 === 0 ? BROADCAST_FLAG : 0;
  }

  #unbind(): void {
    if (this.address === undefined) return;
    this.#state = "INIT";
    this.#events.onUnbound(this);
  }

  #forget(): void {
    const { address } = this;
    this.#unbind();
    if (address !== undefined && this.habit === "stubborn") {
      this.#events.onKept?.(this, address);
    }
    this.#lease = undefined;
  }

  #newTransaction(): void {
    this.#xid = Math.floor(this.#random() * 0x1_0000_0000);
  }

  #until(lease: ClientLease, part: number, work: () => void): void {
    const at = lease.ackedAt + lease.seconds * 1_000 * part;
    this.#in(at - this.#timeline.now, work);
  }

  #in(ms: number, work: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#timeline.after(ms, work);
  }

  /** As in a story. */
  toString(): string {
    const { address } = this;
    return `${this.name} ${this.#state}${address === undefined ? "" : ` ${formatIPv4(address)}`}`;
  }
}
