/**
 * What was last heard of each client on one network.
 *
 * @module
 */
import type { ClientHeard, PoolHeard } from "../../core/inspect/heard.ts";
import {
  actionOf,
  type Datagram,
  type LeaseTable,
  MESSAGE_TYPE_NAMES,
  MessageType,
  type Reply,
  Verdict,
  VERDICT_NAMES,
} from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";
import type { AnsweredBatch } from "./answered_batch.ts";
import { ClientRows, Field, NEVER, NONE } from "./client_rows.ts";

/** Clients without a record that are remembered: whoever makes up more pushes out the oldest. */
const MOST_UNKNOWN = 512;
const MOST_UNTAKEN = 0xffff;
/** Stands in a row for a reply that the system did not take. */
const NOT_SENT = 0xff;
/** Where `giaddr` is in a DHCP message. */
const GIADDR_OFFSET = 24;
const MAC_HALF = 0x100_0000;

/** What of a row has an address to tell. */
const WITH_ADDRESS: ReadonlySet<number> = new Set([
  Verdict.Offer,
  Verdict.Ack,
  Verdict.BootReply,
  Verdict.Declined,
  Verdict.Released,
  Verdict.AddressHeld,
  Verdict.NakHeld,
]);

/** The whole moment, from seconds since 1970, as RFC 3339 has it. */
export function momentText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}

/** Where and how packets are heard. */
interface HeardOptions {
  /** `namespace/name` of the pool. */
  readonly pool: string;
  /** Replies are made and not sent. */
  readonly dryRun: boolean;
}

/**
 * Remembers the last packet of each client: of those with a record all, also when the pool is edited, and of others so many. A packet
 * costs some stores into typed arrays, and allocates nothing but where a client is new.
 */
export class HeardMemory {
  readonly #options: HeardOptions;
  readonly #recorded = new ClientRows();
  readonly #strangers = new ClientRows();
  /** Second of 1970 that the rows count from, so that their numbers are small. */
  #base: number | undefined;
  #since: number | undefined;
  /** The second of the batch, by that count. */
  #now = 0;
  /** Who has a record now. */
  #leases: LeaseTable | undefined;
  #forgotten = 0;

  constructor(options: HeardOptions) {
    this.#options = options;
  }

  /** Whether packets are to be noted. */
  get hears(): boolean {
    return this.#since !== undefined;
  }

  /** Begins to hear at `now` (milliseconds since 1970), or ends: what was heard stays. */
  hear(hears: boolean, now: number): void {
    if (!hears) this.#since = undefined;
    else this.#since ??= Math.floor(now / 1_000);
  }

  /** Notes packets and their replies, once these were handed to the system, or refused by it. */
  note({ requests, replies, count, network, refused }: AnsweredBatch): void {
    this.#leases = network?.leases;
    // All of a batch were received at once.
    this.#now = this.#seconds(requests[0]?.receivedAt ?? 0);
    for (let slot = 0; slot < count; slot++) {
      const request = requests[slot];
      const reply = replies[slot];
      if (request === undefined || reply === undefined) return;
      this.#noteOne(request, reply, refused.size > 0 && refused.has(reply));
    }
  }

  #noteOne(request: Datagram, reply: Reply, refused: boolean): void {
    if ((reply.chaddrHigh | reply.chaddrLow) === 0) return; // Not read that far, or no Ethernet address.
    let rows = this.#recorded;
    let row = rows.find(reply);
    if (row === NONE) {
      if (reply.lease !== 0) row = this.#addRecorded(reply);
      else {
        rows = this.#strangers;
        row = rows.find(reply);
        if (row === NONE) row = this.#addStranger(reply);
      }
    }
    rows.touch(row);
    const { words } = rows;
    const { verdict, requestType } = reply;
    words[row + Field.At] = this.#now;
    words[row + Field.Asked] = requestType;
    words[row + Field.Verdict] = refused ? NOT_SENT : verdict;
    words[row + Field.Address] = reply.lease;
    words[row + Field.Relay] = giaddrOf(request);
    // Nobody looked whether it has a record where the pool is not served, or the packet cannot be read.
    if (verdict !== Verdict.NotServed && verdict < Verdict.TooShort) {
      words[row + Field.Known] = reply.lease === 0 ? 0 : 1;
    }
    if (requestType === MessageType.Request) words[row + Field.Untaken] = 0;
    if (refused || this.#options.dryRun) return;
    if (verdict === Verdict.Offer) {
      words[row + Field.Untaken] = Math.min(rows.get(row, Field.Untaken) + 1, MOST_UNTAKEN);
    } else if (verdict === Verdict.Ack || verdict === Verdict.BootReply) {
      words[row + Field.Untaken] = 0;
      words[row + Field.AckedAt] = this.#now;
    }
  }

  /** How much its word is worth. */
  get state(): PoolHeard {
    return {
      pool: this.#options.pool,
      since: this.#since === undefined ? "" : momentText(this.#since),
      forgotten: this.#forgotten,
    };
  }

  /** Clients that are remembered. */
  get size(): number {
    return this.#recorded.size + this.#strangers.size;
  }

  /** What is remembered of one client, by its address of 48 bits. */
  find(mac: number): ClientHeard | undefined {
    const key = { chaddrHigh: Math.floor(mac / MAC_HALF), chaddrLow: mac % MAC_HALF };
    for (const rows of [this.#recorded, this.#strangers]) {
      const row = rows.find(key);
      if (row !== NONE) return this.#tell(rows, row);
    }
    return undefined;
  }

  /** All clients, those that were heard last first; who is heard meanwhile may come once more or not at all. */
  *clients(): Generator<ClientHeard> {
    for (const rows of [this.#recorded, this.#strangers]) {
      for (const row of rows.rows()) {
        if (rows.macOf(row) !== 0) yield this.#tell(rows, row);
      }
    }
  }

  #seconds(now: number): number {
    this.#base ??= Math.floor(now / 1_000);
    return Math.floor(now / 1_000) - this.#base;
  }

  /** Those whose record is gone make room, before memory is asked for. */
  #addRecorded(key: Reply): number {
    const stranger = this.#strangers.find(key);
    if (stranger !== NONE) this.#strangers.remove(stranger);
    const rows = this.#recorded;
    if (rows.isFull) {
      if (this.#leases !== undefined) dropUnrecorded(rows, this.#leases);
      // Half of it stays free at least, or the next new client would have all looked through again.
      if (rows.size * 2 >= rows.capacity) rows.grow(Infinity);
    }
    return rows.add(key);
  }

  #addStranger(key: Reply): number {
    const rows = this.#strangers;
    if (rows.isFull && !rows.grow(MOST_UNKNOWN)) {
      this.#forgotten++;
      return rows.replaceOldest(key);
    }
    return rows.add(key);
  }

  #tell(rows: ClientRows, row: number): ClientHeard {
    const verdict = rows.get(row, Field.Verdict);
    const base = this.#base ?? 0;
    const ackedAt = rows.get(row, Field.AckedAt);
    const relay = rows.get(row, Field.Relay) >>> 0;
    return {
      pool: this.#options.pool,
      macAddress: formatMac(rows.macOf(row)),
      known: rows.get(row, Field.Known) === 1,
      at: momentText(base + rows.get(row, Field.At)),
      asked: askedText(rows.get(row, Field.Asked)),
      ...answerOf(verdict, this.#options.dryRun),
      address: WITH_ADDRESS.has(verdict) ? formatIPv4(rows.get(row, Field.Address) >>> 0) : "",
      offersUntaken: rows.get(row, Field.Untaken),
      ackedAt: ackedAt === NEVER ? "" : momentText(base + ackedAt),
      relay: relay === 0 ? "" : formatIPv4(relay),
    };
  }
}

/** A number with a sign: one without would be an object of V8's, and the row takes either for the same. */
function giaddrOf({ bytes, offset }: Datagram): number {
  const at = offset + GIADDR_OFFSET;
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0);
}

/** Removes the clients that have no record any more. */
function dropUnrecorded(rows: ClientRows, leases: LeaseTable): void {
  for (const row of rows.rows()) {
    const mac = rows.macOf(row);
    if (leases.find(Math.floor(mac / MAC_HALF), mac % MAC_HALF) === 0) rows.remove(row);
  }
}

/** The type of a request, as `ClientHeard.asked` has it. */
export function askedText(type: number): string {
  return MESSAGE_TYPE_NAMES[type]?.toUpperCase() ?? "OTHER";
}

/** What was answered, and why nothing or a NAK, as `ClientHeard` has it. */
export function answerOf(
  verdict: number,
  dryRun: boolean,
): Pick<ClientHeard, "answer" | "why"> {
  if (verdict === NOT_SENT) return { answer: "", why: "not_sent" };
  const why = VERDICT_NAMES[verdict] ?? "";
  const action = actionOf(verdict as Verdict);
  if (action !== "offer" && action !== "ack" && action !== "nak") return { answer: "", why };
  if (dryRun) return { answer: "", why: "dry_run" };
  if (action === "nak") return { answer: "NAK", why };
  if (verdict === Verdict.BootReply) return { answer: "BOOTREPLY", why: "" };
  return { answer: action.toUpperCase(), why: "" };
}
