/**
 * One exchange of a DHCP client: what it says until it is acknowledged, with the times of RFC 2131 section 4.1.
 *
 * @module
 */
import { type DhcpMessage, MessageType, optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4 } from "../../core/net/mod.ts";
import type { Random } from "../../runtime/clock.ts";

/** What a client has, as numbers. */
export interface ClientLease {
  readonly address: number;
  readonly server: number;
}

/** How an exchange speaks, by a transaction id. */
export interface Speech {
  discover(xid: number): void;
  select(xid: number, offered: ClientLease): void;
  /** To the server; `rebind`: to everybody, as when the server is not heard. */
  renew(xid: number, lease: ClientLease): void;
  rebind(xid: number, lease: ClientLease): void;
}

/** What an exchange begins with. */
interface ExchangeOptions {
  /** `fresh`: DISCOVER, OFFER, REQUEST, ACK; `renewal`: REQUEST, ACK. */
  readonly kind: "fresh" | "renewal";
  /** What the client is to have. */
  readonly lease: ClientLease;
  readonly speech: Speech;
  readonly now: number;
  readonly random: Random;
}

/** Milliseconds until the second and the third time that something is said, each give or take a second. */
const RETRY_MS = [4_000, 8_000];
const SPREAD_MS = 1_000;
/** How often the server itself is asked to renew before everybody is. */
const RENEWALS = 2;
/** Milliseconds after which it is lost: the third try had three seconds for its answer. */
const PATIENCE_MS = 16_000;

/** An exchange under way, or ended. */
export class Exchange {
  readonly begunAt: number;
  /** What it was told beside what it is to have: an address, or a refusal. */
  readonly surprises: string[] = [];
  #options: ExchangeOptions;
  #outcome: "open" | "acknowledged" | "lost" = "open";
  #offered: ClientLease | undefined;
  #xid = 0;
  #tries = 0;
  #nextAt = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.begunAt = options.now;
    this.#say(options.now);
  }

  get outcome(): "open" | "acknowledged" | "lost" {
    return this.#outcome;
  }

  /** Says it again where it is time, and gives up. */
  tick(now: number): void {
    if (this.#outcome !== "open") return;
    if (now - this.begunAt >= PATIENCE_MS) this.#outcome = "lost";
    else if (now >= this.#nextAt) this.#say(now);
  }

  /** Hears a reply, of whatever transaction. */
  hear(reply: DhcpMessage, now: number): void {
    if (this.#outcome !== "open" || reply.xid !== this.#xid) return;
    const type = optionValue(reply, 53);
    if (type === MessageType.Nak) return this.#refused(now);
    if (reply.yiaddr !== this.#options.lease.address) {
      this.surprises.push(`told ${formatIPv4(reply.yiaddr)}`);
    }
    if (type === MessageType.Ack) this.#outcome = "acknowledged";
    else if (type === MessageType.Offer && this.#offered === undefined) {
      this.#offered = { ...this.#options.lease, address: reply.yiaddr };
      this.#tries = 0;
      this.#say(now);
    }
  }

  /** A client that is refused begins anew. */
  #refused(now: number): void {
    this.surprises.push("refused");
    this.#offered = undefined;
    this.#options = { ...this.#options, kind: "fresh" };
    this.#say(now);
  }

  #say(now: number): void {
    const { kind, lease, speech, random } = this.#options;
    if (this.#offered === undefined) this.#xid = Math.floor(random() * 0x1_0000_0000);
    if (this.#offered !== undefined) speech.select(this.#xid, this.#offered);
    else if (kind === "fresh") speech.discover(this.#xid);
    else if (this.#tries < RENEWALS) speech.renew(this.#xid, lease);
    else speech.rebind(this.#xid, lease);
    const retryMs = RETRY_MS[this.#tries] ?? PATIENCE_MS;
    this.#nextAt = now + retryMs + (random() * 2 - 1) * SPREAD_MS;
    this.#tries++;
  }
}
