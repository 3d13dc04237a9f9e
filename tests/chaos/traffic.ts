/**
 * Clients that ask all the time, and what becomes of it.
 *
 * @module
 */
import { type DhcpMessage, MessageType, optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4 } from "../../core/net/mod.ts";
import type { Random } from "../../runtime/clock.ts";
import type { Guest } from "../network/guest.ts";
import { type ClientLease, Exchange } from "./exchange.ts";
import { WireClient } from "./wire_client.ts";

/** Who asks. */
interface Asker {
  readonly guest: Guest;
  readonly network: string;
  readonly lease: ClientLease;
}

/** What was seen since the last {@linkcode Traffic.mark}. */
interface TrafficAccount {
  /** Exchanges that ended. */
  readonly exchanges: number;
  /** Those of them that no ACK ended. */
  readonly lost: number;
  /** The longest time in which nobody on a network had an ACK, though somebody asked five times a second. */
  readonly gapMs: number;
  /** Who was told another address, or was refused. */
  readonly surprises: readonly string[];
}

/** Milliseconds between the beginnings of two exchanges of a client, about. */
const EVERY_MS = 1_600;
/** Milliseconds between two questions of a metronome. */
const BEAT_MS = 200;
const TURN_MS = 10;

/** All that ask. Time is `performance.now()`'s. */
export class Traffic implements Disposable {
  readonly #clients: TrafficClient[];
  readonly #metronomes: Metronome[];
  readonly #lastAck = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;
  #gapMs = 0;
  #ended: Exchange[] = [];
  #surprises = new Set<string>();

  /** `metronomes`: one of each network, by which gaps are measured. */
  constructor(
    { clients, metronomes, random }: {
      readonly clients: readonly Asker[];
      readonly metronomes: readonly Asker[];
      readonly random: Random;
    },
  ) {
    const events = {
      onAck: (network: string, now: number) => this.#acknowledged(network, now),
      onSurprise: (what: string) => void this.#surprises.add(what),
      onEnd: (exchange: Exchange) => void this.#ended.push(exchange),
    };
    this.#clients = clients.map((asker) => new TrafficClient(asker, random, events));
    this.#metronomes = metronomes.map((asker) => new Metronome(asker, random, events));
    this.mark();
    this.#timer = setInterval(() => this.#turn(performance.now()), TURN_MS);
  }

  /** Begins a new account. */
  mark(): void {
    const now = performance.now();
    for (const { network } of this.#metronomes) this.#lastAck.set(network, now);
    this.#gapMs = 0;
    this.#ended = [];
    this.#surprises = new Set();
  }

  /** Whether every client was acknowledged in an exchange that ended after this moment. */
  answeredSince(since: number): boolean {
    return [...this.#clients, ...this.#metronomes].every(({ ackedAt }) => ackedAt > since);
  }

  /** Whether all exchanges that were begun before this moment have ended. */
  endedBefore(moment: number): boolean {
    return this.#clients.every(({ begunAt }) => begunAt === undefined || begunAt > moment);
  }

  account(): TrafficAccount {
    const now = performance.now();
    const open = [...this.#lastAck.values()].map((at) => now - at);
    return {
      exchanges: this.#ended.length,
      lost: this.#ended.filter(({ outcome }) => outcome === "lost").length,
      gapMs: Math.round(Math.max(this.#gapMs, ...open)),
      surprises: [...this.#surprises],
    };
  }

  #turn(now: number): void {
    for (const asker of [...this.#clients, ...this.#metronomes]) asker.turn(now);
  }

  #acknowledged(network: string, now: number): void {
    this.#gapMs = Math.max(this.#gapMs, now - (this.#lastAck.get(network) ?? now));
    this.#lastAck.set(network, now);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const asker of [...this.#clients, ...this.#metronomes]) asker.stop();
  }
}

/** Who is told what clients see. */
interface TrafficEvents {
  onAck(network: string, now: number): void;
  onSurprise(what: string): void;
  onEnd(exchange: Exchange): void;
}

/** Gets an address anew and renews it, by turns. */
class TrafficClient {
  ackedAt = -Infinity;
  readonly #asker: Asker;
  readonly #random: Random;
  readonly #events: TrafficEvents;
  readonly #wire: WireClient;
  #exchange: Exchange | undefined;
  #nextAt = 0;
  #count = 0;

  constructor(asker: Asker, random: Random, events: TrafficEvents) {
    this.#asker = asker;
    this.#random = random;
    this.#events = events;
    this.#wire = new WireClient(asker.guest, asker.lease.address);
  }

  /** When the exchange began that is under way. */
  get begunAt(): number | undefined {
    return this.#exchange?.begunAt;
  }

  turn(now: number): void {
    const replies = this.#wire.replies();
    if (this.#exchange === undefined) return this.#begin(now);
    for (const reply of replies) this.#exchange.hear(reply, now);
    this.#exchange.tick(now);
    const { outcome } = this.#exchange;
    if (outcome === "open") return;
    this.#end(this.#exchange, now);
  }

  stop(): void {
    this.#wire[Symbol.dispose]();
  }

  #begin(now: number): void {
    if (now < this.#nextAt) return;
    this.#nextAt = now + EVERY_MS * (0.8 + 0.4 * this.#random());
    const kind = this.#count++ % 2 === 0 ? "fresh" : "renewal";
    const { lease } = this.#asker;
    this.#exchange = new Exchange({ kind, lease, speech: this.#wire, now, random: this.#random });
  }

  #end(exchange: Exchange, now: number): void {
    const { guest, network } = this.#asker;
    this.#exchange = undefined;
    for (const surprise of exchange.surprises) this.#events.onSurprise(`${guest.name} ${surprise}`);
    this.#events.onEnd(exchange);
    if (exchange.outcome !== "acknowledged") return;
    this.ackedAt = now;
    this.#events.onAck(network, now);
  }
}

/** Asks to go on with its address five times a second, whatever becomes of it. */
class Metronome {
  ackedAt = -Infinity;
  readonly network: string;
  readonly #asker: Asker;
  readonly #random: Random;
  readonly #events: TrafficEvents;
  readonly #wire: WireClient;
  #nextAt = 0;

  constructor(asker: Asker, random: Random, events: TrafficEvents) {
    this.network = asker.network;
    this.#asker = asker;
    this.#random = random;
    this.#events = events;
    this.#wire = new WireClient(asker.guest, asker.lease.address);
  }

  turn(now: number): void {
    for (const reply of this.#wire.replies()) this.#hear(reply, now);
    if (now < this.#nextAt) return;
    this.#nextAt = now + BEAT_MS;
    this.#wire.rebind(Math.floor(this.#random() * 0x1_0000_0000), this.#asker.lease);
  }

  stop(): void {
    this.#wire[Symbol.dispose]();
  }

  #hear(reply: DhcpMessage, now: number): void {
    const { guest, network, lease } = this.#asker;
    const type = optionValue(reply, 53);
    if (type === MessageType.Nak) this.#events.onSurprise(`${guest.name} refused`);
    if (type !== MessageType.Ack) return;
    if (reply.yiaddr !== lease.address) {
      this.#events.onSurprise(`${guest.name} told ${formatIPv4(reply.yiaddr)}`);
    }
    this.ackedAt = now;
    this.#events.onAck(network, now);
  }
}
