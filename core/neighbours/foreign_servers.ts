/**
 * Which other DHCP servers answer on a network.
 *
 * @module
 */
import { BROADCAST_FLAG } from "../dhcp/wire/constants.ts";
import { decode, encode, MessageType, optionValue } from "../dhcp/mod.ts";
import { macToBytes } from "../net/mod.ts";
import { NONE } from "../record/entries.ts";

/** From one question to the next. */
export const ROUND_MS = 300_000;
/** The first question comes within this time, so that the agents of many networks do not ask together. */
const FIRST_WITHIN_MS = 2_000;
/** The first round has a second question, so long after the first, as clients ask whose question was lost (RFC 2131 section 4.1). */
const FIRST_QUESTIONS = 2;
const FIRST_AGAIN_MS = 4_000;
/** After so much time without an answer to the first question it is known that there is no other server. */
const KNOWN_AFTER_MS = 10_000;
/** After so many rounds without a word of it a server is gone. */
const SILENT_ROUNDS = 2;
/** Servers that are remembered. */
const MAX_SERVERS = 8;

/** A DHCP server. Both are numbers. */
interface ForeignServer {
  /** Its server identifier. */
  readonly address: number;
  /** The MAC address that its replies come from; {@linkcode NONE} where no reply was heard. */
  readonly mac: number;
}

/** Remembers which other DHCP servers were heard. Times are milliseconds of a clock that never goes back. */
export class ForeignServers {
  readonly #random: () => number;
  readonly #servers = new Map<number, { mac: number; silentRounds: number }>();
  #asked = 0;
  #firstAskedAt: number | undefined;
  #nextAt: number | undefined;

  /** `random`: a number in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** A server was heard, or a client that answers it. */
  hear({ address, mac }: ForeignServer): void {
    const known = this.#servers.get(address);
    if (known !== undefined) {
      known.silentRounds = 0;
      if (mac !== NONE) known.mac = mac;
    } else if (this.#servers.size < MAX_SERVERS) {
      this.#servers.set(address, { mac, silentRounds: 0 });
    }
  }

  /** Whether nothing was asked yet. */
  get isNew(): boolean {
    return this.#firstAskedAt === undefined;
  }

  /** Whether it is time to ask again. But for the second question of the first, a round begins then, and who was silent in the ones before is forgotten. */
  isDue(now: number): boolean {
    this.#nextAt ??= now + this.#random() * FIRST_WITHIN_MS;
    if (now < this.#nextAt) return false;
    this.#firstAskedAt ??= now;
    this.#asked++;
    this.#nextAt = now + (this.#asked < FIRST_QUESTIONS ? FIRST_AGAIN_MS : ROUND_MS);
    if (this.#asked <= FIRST_QUESTIONS) return true;
    for (const [address, server] of this.#servers) {
      // The round that ends now: a server that was heard in it starts again at zero.
      if (server.silentRounds++ >= SILENT_ROUNDS) this.#servers.delete(address);
    }
    return true;
  }

  /** The servers by their addresses; `undefined` before anything can be said. */
  list(now: number): readonly ForeignServer[] | undefined {
    const isKnown = this.#firstAskedAt !== undefined && now - this.#firstAskedAt >= KNOWN_AFTER_MS;
    if (!isKnown && this.#servers.size === 0) return undefined;
    return [...this.#servers].map(([address, { mac }]) => ({ address, mac }))
      .sort((a, b) => a.address - b.address);
  }
}

/** A MAC address that is nobody's: local, of one station (IEEE 802), and random. */
export function randomLocalMac(random: () => number): number {
  const octet = () => Math.floor(random() * 0x100);
  const first = octet() & 0xfc | 0x02;
  return Array.from({ length: 5 }, octet).reduce((mac, next) => mac * 0x100 + next, first);
}

/** A DHCPDISCOVER by which nobody gets an address: it asks for broadcast answers, and is never followed by a request. */
export function discoverOf(mac: number, random: () => number): Uint8Array {
  return encode({
    op: 1,
    xid: Math.floor(random() * 0x1_0000_0000),
    flags: BROADCAST_FLAG,
    chaddr: macToBytes(mac),
    options: [{ code: 53, value: MessageType.Discover }],
  });
}

/** The server identifier of a DHCPOFFER, DHCPACK or DHCPNAK; {@linkcode NONE} where the octets are none, or have none. */
export function serverOfReply(payload: Uint8Array): number {
  try {
    const message = decode(payload);
    const isReply = message.op === 2 && ANSWERS.has(optionValue(message, 53));
    return isReply ? optionValue(message, 54) ?? NONE : NONE;
  } catch {
    return NONE; // Not a DHCP message.
  }
}

const ANSWERS: ReadonlySet<number | undefined> = new Set([
  MessageType.Offer,
  MessageType.Ack,
  MessageType.Nak,
]);
