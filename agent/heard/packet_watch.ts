/**
 * One who watches packets as they come.
 *
 * @module
 */
import type { PacketsQuery } from "../../core/inspect/heard.ts";
import {
  type Datagram,
  IP_UDP_HEADER_LENGTH,
  MESSAGE_TYPE_NAMES,
  type Reply,
  SERVER_PORT,
} from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac, parseMac } from "../../core/net/mod.ts";
import type { Clock } from "../../runtime/clock.ts";
import { LineBound } from "../../runtime/line_bound.ts";
import { packetViews, writeIpUdp } from "../ffi/frames.ts";
import type { AnsweredBatch } from "./answered_batch.ts";
import { interfaceBlock, packetBlock, sectionBlock, statisticsBlock } from "./capture_file.ts";
import { answerOf, askedText } from "./heard_memory.ts";
import { packetText } from "./packet_text.ts";

/** What waits for a reader at most, in octets: who reads slowly loses packets, and holds up nobody. */
const MOST_WAITING_BYTES = 262_144;
const BROADCAST = 0xffffffff;
const MAC_HALF = 0x100_0000;

/** What a watch is given. */
export interface PacketWatchOptions {
  readonly query: PacketsQuery;
  /** What a text begins with, a line each. */
  readonly opening: readonly string[];
  readonly clock: Clock;
  /** Called once, when it ends. */
  readonly onEnd: () => void;
}

/** One packet on its way, in either direction. */
interface Passing {
  readonly batch: AnsweredBatch;
  readonly at: number;
  readonly macAddress: string;
  readonly what: string;
  readonly payload: Uint8Array;
  readonly source: number;
  readonly sourcePort: number;
  readonly destinationAddress: number;
  readonly destinationPort: number;
}

/**
 * Makes text, or a capture file, of the packets that it is shown: {@linkcode LineBound.perSecond} exchanges a second at most, since
 * strangers' packets are shown, too. What is left out is counted, and told.
 */
export class PacketWatch {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #options: PacketWatchOptions;
  readonly #macs: ReadonlySet<number>;
  readonly #bound: LineBound;
  readonly #waiting: Uint8Array[] = [];
  readonly #timer = new AbortController();
  /** Numbers of the interfaces in the capture, by pool. */
  readonly #interfaces = new Map<string, number>();
  #waitingBytes = 0;
  #leftOut = 0;
  #told = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(options: PacketWatchOptions) {
    const { query, opening, clock } = options;
    this.#options = options;
    this.#macs = new Set((query.macAddresses ?? []).map(parseMac));
    this.#bound = new LineBound({ clock, onLeftOut: () => undefined });
    if (query.format === "pcap") this.#put(sectionBlock());
    else if (opening.length > 0) {
      this.#put(text(`${opening.map((line) => `# ${line}\n`).join("")}\n`));
    }
    this.stream = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Ends it after so many milliseconds, or when the signal aborts. */
  endAfter(ms: number, signal: AbortSignal): void {
    const end = () => this.#end();
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true, signal: this.#timer.signal });
    this.#options.clock.sleep(ms, this.#timer.signal).then(end, () => undefined);
  }

  /** Takes what it wants of a batch. */
  show(batch: AnsweredBatch): void {
    const { pool } = this.#options.query;
    if (pool !== undefined && pool !== batch.pool) return;
    for (let slot = 0; slot < batch.count; slot++) {
      const request = batch.requests[slot];
      const reply = batch.replies[slot];
      if (request === undefined || reply === undefined) return;
      const mac = reply.chaddrHigh * MAC_HALF + reply.chaddrLow;
      if (this.#macs.size > 0 && !this.#macs.has(mac)) continue;
      const has = reply.length > 0 ? 2 : 1;
      if (!this.#bound.admit()) this.#leftOut += has;
      else this.#take(batch, request, reply);
    }
  }

  #take(batch: AnsweredBatch, request: Datagram, reply: Reply): void {
    this.#tellLeftOut(request.receivedAt);
    const { network, dryRun, refused } = batch;
    const server = network?.serverAddress ?? 0;
    const macAddress = formatMac(reply.chaddrHigh * MAC_HALF + reply.chaddrLow);
    const common = { batch, at: request.receivedAt, macAddress };
    const { answer, why } = answerOf(reply.verdict, false);
    this.#add({
      ...common,
      what: `${askedText(reply.requestType)}${answer === "" ? `, no answer: ${why}` : ""}`,
      payload: request.bytes.subarray(request.offset, request.offset + request.length),
      source: request.sourceAddress,
      sourcePort: request.sourcePort,
      // The socket does not tell where a packet went: to all, where its sender has no address, else most likely to us.
      destinationAddress: request.sourceAddress === 0 || server === 0 ? BROADCAST : server,
      destinationPort: SERVER_PORT,
    });
    if (reply.length === 0) return;
    const unsent = dryRun ? "dry run" : refused.get(reply);
    this.#add({
      ...common,
      what: replyText(reply, why) + (unsent === undefined ? "" : `, not sent: ${unsent}`),
      payload: reply.bytes.subarray(reply.offset, reply.offset + reply.length),
      source: server,
      sourcePort: SERVER_PORT,
      destinationAddress: reply.destinationAddress,
      destinationPort: reply.destinationPort,
    });
  }

  #add(packet: Passing): void {
    const octets = this.#options.query.format === "pcap"
      ? this.#packetBlocks(packet)
      : text(packetText({ ...packet, pool: packet.batch.pool, way: wayOf(packet) }));
    if (octets === undefined || !this.#put(octets)) this.#leftOut++;
  }

  /** `undefined` where its interface cannot be told, since too much waits. */
  #packetBlocks(passing: Passing): Uint8Array | undefined {
    const { batch: { pool, interfaceName }, at, macAddress, what, payload } = passing;
    let interfaceId = this.#interfaces.get(pool);
    if (interfaceId === undefined) {
      const block = interfaceBlock({ name: pool, description: `${interfaceName} of the agent` });
      if (!this.#put(block)) return undefined;
      interfaceId = this.#interfaces.size;
      this.#interfaces.set(pool, interfaceId);
    }
    const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + payload.length);
    packet.set(payload, IP_UDP_HEADER_LENGTH);
    writeIpUdp(packetViews(packet), payload.length, passing);
    return packetBlock({ interfaceId, at, packet, comment: `${macAddress} ${what}` });
  }

  /** Says in a text that packets are missing, where they are. */
  #tellLeftOut(at: number): void {
    const missing = this.#leftOut - this.#told;
    if (missing === 0 || this.#options.query.format === "pcap") return;
    const line = `# ${
      new Date(at).toISOString()
    } ${missing} packets are left out: ${WHY_LEFT_OUT}\n\n`;
    if (this.#put(text(line))) this.#told = this.#leftOut;
  }

  /** Hands octets on, unless too many wait already. */
  #put(octets: Uint8Array): boolean {
    if (this.#ended || this.#waitingBytes + octets.length > MOST_WAITING_BYTES) return false;
    this.#waiting.push(octets);
    this.#waitingBytes += octets.length;
    this.#wake();
    return true;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#waiting.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const next = this.#waiting.shift();
    if (next === undefined) return controller.close();
    this.#waitingBytes -= next.length;
    controller.enqueue(next);
  }

  #end(): void {
    if (this.#ended) return;
    const now = this.#options.clock.now();
    // There is always room for the last word.
    this.#waitingBytes = 0;
    this.#tellLeftOut(now);
    if (this.#options.query.format === "pcap" && this.#leftOut > 0) this.#putStatistics(now);
    this.#ended = true;
    this.#timer.abort();
    this.#wake();
    this.#options.onEnd();
  }

  /** How many packets a capture has not, said of its first interface: they are counted together. */
  #putStatistics(at: number): void {
    if (this.#interfaces.size === 0) {
      this.#put(interfaceBlock({ name: "all pools", description: "the agent" }));
    }
    this.#put(statisticsBlock({ interfaceId: 0, at, leftOut: this.#leftOut }));
  }
}

const WHY_LEFT_OUT =
  `more than ${LineBound.perSecond} a second came, or what was sent before was not read`;

/** Such as `OFFER` or `NAK: nak_no_lease`. */
function replyText({ type }: Reply, why: string): string {
  const name = type === 0 ? "BOOTREPLY" : MESSAGE_TYPE_NAMES[type]?.toUpperCase() ?? String(type);
  return why === "" ? name : `${name}: ${why}`;
}

function wayOf({ source, sourcePort, destinationAddress, destinationPort }: Passing): string {
  return `${formatIPv4(source)}:${sourcePort} > ${
    formatIPv4(destinationAddress)
  }:${destinationPort}`;
}

function text(lines: string): Uint8Array {
  return new TextEncoder().encode(lines);
}
