/** Clients that are remembered at most; a power of two. */
const SLOTS = 1024;

/**
 * Bounds how many DHCPNAKs one client gets, so that a client and a server that contradict each other do not fill the
 * network (rule 47). Each client may have a few at once and then one per interval.
 *
 * A fixed table, direct-mapped: clients that share a slot push each other out, which forgets and never forbids.
 */
export class NakLimiter {
  readonly #interval: number;
  readonly #burst: number;
  readonly #network = new Int32Array(SLOTS);
  readonly #high = new Int32Array(SLOTS);
  readonly #low = new Int32Array(SLOTS);
  /** When the client's allowance is whole again, milliseconds. */
  readonly #wholeAt = new Float64Array(SLOTS);

  /** `burst` NAKs at once, then one each `interval` milliseconds. */
  constructor(burst: number, interval: number) {
    this.#burst = burst;
    this.#interval = interval;
  }

  /** Whether a client (of a network, by its tag) may be sent a NAK at `now`; if so, it is counted. */
  allows(network: number, client: NakClient, now: number): boolean {
    const { chaddrHigh, chaddrLow } = client;
    const slot = Math.imul(chaddrLow ^ chaddrHigh ^ network, 0x9e3779b1) >>> 22;
    const same = this.#network[slot] === network && this.#high[slot] === chaddrHigh &&
      this.#low[slot] === chaddrLow;
    const span = this.#burst * this.#interval;
    const recorded = this.#wholeAt[slot] ?? 0;
    // The wall clock may jump back: then what is recorded lies further ahead than it ever can.
    const wholeAt = same && recorded > now && recorded <= now + span ? recorded : now;
    if (wholeAt + this.#interval > now + span) return false;
    this.#network[slot] = network;
    this.#high[slot] = chaddrHigh;
    this.#low[slot] = chaddrLow;
    this.#wholeAt[slot] = wholeAt + this.#interval;
    return true;
  }
}

/** The client, by its hardware address. */
interface NakClient {
  readonly chaddrHigh: number;
  readonly chaddrLow: number;
}
