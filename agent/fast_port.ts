/**
 * {@linkcode DatagramPort} with few system calls: Deno's listener wakes, `recvmmsg` drains what else waits, `sendmmsg`
 * answers, and a send-only packet socket reaches clients that have no address yet.
 *
 * Needs `--allow-net` and `--allow-ffi`, and the capabilities NET_BIND_SERVICE (port 67) and NET_RAW (packet socket; without
 * it, replies to clients without an address are broadcast).
 *
 * @module
 */
import { Datagram, Reply } from "../core/dhcp/datagram.ts";
import { Destination } from "../core/dhcp/destination.ts";
import { readIPv4 } from "../core/net/mod.ts";
import type { DatagramPort } from "./datagram_port.ts";
import {
  IP_UDP_BYTES,
  LINK_ADDRESS_OFFSET,
  PKTINFO_BYTES,
  SOCKADDR_IN_BYTES,
  SOCKADDR_LL_BYTES,
  writeInternetAddress,
  writeIpUdp,
  writeLinkAddress,
  writeSourceAddress,
} from "./ffi/frames.ts";
import { Errno, errnoName, lastErrno, Sys, SystemCallError } from "./ffi/libc.ts";
import { MessageBatch, SlotMemory } from "./ffi/message_batch.ts";
import {
  bindToDevice,
  closePacketSender,
  type Listener,
  openListener,
  openPacketSender,
  setReceiveBuffer,
  socketProblem,
} from "./ffi/sockets.ts";
import type { Link } from "./host_network.ts";

/** Datagrams that are drained at once; more brings nothing. */
const BATCH = 16;
/** One more: what Deno's listener took is answered together with what is drained after it. */
const SLOTS = BATCH + 1;
const REQUEST_BYTES = 2_048;
const REPLY_PACKET_BYTES = 1_500;
/** Holds 1,000 DHCPDISCOVERs that come at once; the default holds some 160. */
const RECEIVE_BUFFER_BYTES = 1_048_576;
const SERVER_PORT = 67;
const BROADCAST = 0xffffffff;
/** Where `chaddr` is in a DHCP message. */
const CHADDR_OFFSET = 28;

/** Settings of a {@linkcode FastPort}. */
export interface FastPortOptions {
  /** UDP port to listen on. Default 67. */
  readonly port?: number;
}

/** The port of one interface; see the module. */
export class FastPort implements DatagramPort {
  readonly link: Link;
  readonly limits: readonly string[];
  readonly requests: readonly Datagram[];
  readonly replies: readonly Reply[];
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  readonly #listener: Listener;
  readonly #packetSender: number | undefined;
  readonly #first = new Uint8Array(REQUEST_BYTES);
  readonly #received = new MessageBatch({
    messages: BATCH,
    data: new SlotMemory(BATCH, REQUEST_BYTES),
    nameBytes: SOCKADDR_IN_BYTES,
  });
  readonly #datagrams: SendQueue;
  readonly #packets: SendQueue;
  readonly #ends = { source: 0, sourcePort: 0, destinationAddress: 0, destinationPort: 0 };
  readonly #range = { from: 0, to: 0 };
  #source = -1;
  #closed = false;

  constructor(link: Link, { port = SERVER_PORT }: FastPortOptions = {}) {
    this.link = link;
    const memory = new SlotMemory(SLOTS, REPLY_PACKET_BYTES);
    const capacity = Math.min(link.mtu, REPLY_PACKET_BYTES) - IP_UDP_BYTES;
    this.requests = Array.from(
      { length: SLOTS },
      (_, slot) => new Datagram(slot === 0 ? this.#first : this.#received.data(slot - 1)),
    );
    this.replies = Array.from(
      { length: SLOTS },
      (_, slot) => new Reply(memory.at(slot), IP_UDP_BYTES, capacity),
    );
    this.#datagrams = new SendQueue(
      new MessageBatch({
        messages: SLOTS,
        data: memory,
        dataOffset: IP_UDP_BYTES,
        nameBytes: SOCKADDR_IN_BYTES,
        controlBytes: PKTINFO_BYTES,
      }),
    );
    this.#packets = new SendQueue(
      new MessageBatch({ messages: SLOTS, data: memory, nameBytes: SOCKADDR_LL_BYTES }),
    );
    for (let message = 0; message < SLOTS; message++) {
      writeLinkAddress(this.#packets.batch.names.at(message), {
        index: link.index,
        protocol: Sys.ETH_P_IP,
      });
    }
    this.#ends.sourcePort = port;
    this.#listener = openListener(port);
    const limits: string[] = [];
    try {
      bindToDevice(this.#listener.descriptor, link.name);
      this.#dropWhatWaits();
      const given = setReceiveBuffer(this.#listener.descriptor, RECEIVE_BUFFER_BYTES);
      if (given < RECEIVE_BUFFER_BYTES) {
        limits.push(`The receive buffer is smaller than wanted, bursts may be lost: ${given}`);
      }
    } catch (error) {
      this.#listener.conn.close();
      throw error;
    }
    this.#packetSender = openSender(limits);
    this.limits = limits;
  }

  async receive(): Promise<number> {
    if (this.#closed) return 0;
    let bytes: Uint8Array;
    let from: Deno.NetAddr;
    try {
      [bytes, from] = await this.#listener.conn.receive(this.#first) as [Uint8Array, Deno.NetAddr];
    } catch (error) {
      if (this.#closed) return 0;
      throw error;
    }
    if (this.#closed) return 0;
    const first = this.requests[0];
    if (first !== undefined) {
      first.length = bytes.length;
      first.sourceAddress = Math.max(readIPv4(from.hostname), 0);
      first.sourcePort = from.port;
    }
    return 1 + this.#drain();
  }

  send(count: number, serverAddress: number): void {
    if (this.#closed) return;
    this.#setSource(serverAddress);
    this.#datagrams.clear();
    this.#packets.clear();
    for (let slot = 0; slot < count; slot++) {
      const reply = this.replies[slot];
      if (reply === undefined || reply.length === 0) continue;
      const { destination } = reply;
      const withoutAddress = destination === Destination.Hardware ||
        destination === Destination.Broadcast;
      if (withoutAddress && this.#packetSender !== undefined) this.#queuePacket(slot, reply);
      else this.#queueDatagram(slot, reply);
    }
    this.#sendAll(this.#datagrams, this.#listener.descriptor);
    if (this.#packetSender !== undefined) this.#sendAll(this.#packets, this.#packetSender);
  }

  problem(): string | undefined {
    return this.#closed ? undefined : socketProblem(this.#listener.descriptor, this.link.index);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.conn.close();
    if (this.#packetSender !== undefined) await closePacketSender(this.#packetSender);
  }

  /** Until the socket was bound to its interface, it heard all of them. */
  #dropWhatWaits(): void {
    while (this.#received.receive(this.#listener.descriptor) > 0);
  }

  #drain(): number {
    const count = this.#received.receive(this.#listener.descriptor);
    if (count < 0) {
      const errno = lastErrno();
      if (errno === Errno.EAGAIN || errno === Errno.EINTR) return 0;
      throw new SystemCallError(`Cannot receive on the interface ${this.link.name}`, {
        call: "recvmmsg",
        errno,
      });
    }
    for (let message = 0; message < count; message++) {
      const request = this.requests[message + 1];
      if (request === undefined) return message;
      const name = this.#received.names.at(message);
      request.length = this.#received.length(message);
      request.sourcePort = ((name[2] ?? 0) << 8) | (name[3] ?? 0);
      request.sourceAddress =
        (((name[4] ?? 0) << 24) | ((name[5] ?? 0) << 16) | ((name[6] ?? 0) << 8) |
          (name[7] ?? 0)) >>> 0;
    }
    return count;
  }

  #setSource(address: number): void {
    if (address === this.#source) return;
    this.#source = address;
    this.#ends.source = address;
    for (let message = 0; message < SLOTS; message++) {
      writeSourceAddress(this.#datagrams.batch.controls.at(message), address);
    }
  }

  #queueDatagram(slot: number, reply: Reply): void {
    const name = this.#datagrams.add(slot, reply.length);
    if (reply.destination !== Destination.Hardware) return writeInternetAddress(name, reply);
    this.#ends.destinationAddress = BROADCAST;
    this.#ends.destinationPort = reply.destinationPort;
    writeInternetAddress(name, this.#ends);
  }

  #queuePacket(slot: number, reply: Reply): void {
    const name = this.#packets.add(slot, IP_UDP_BYTES + reply.length);
    const unicast = reply.destination === Destination.Hardware;
    for (let octet = 0; octet < 6; octet++) {
      const chaddr = reply.bytes[reply.offset + CHADDR_OFFSET + octet] ?? 0;
      name[LINK_ADDRESS_OFFSET + octet] = unicast ? chaddr : 0xff;
    }
    this.#ends.destinationAddress = reply.destinationAddress;
    this.#ends.destinationPort = reply.destinationPort;
    writeIpUdp(reply.bytes, reply.length, this.#ends);
  }

  #sendAll(queue: SendQueue, descriptor: number): void {
    this.#range.from = 0;
    this.#range.to = queue.count;
    while (this.#range.from < queue.count) {
      const sent = queue.batch.send(descriptor, this.#range);
      if (sent > 0) {
        this.#range.from += sent;
        continue;
      }
      const errno = lastErrno();
      if (errno === Errno.EINTR) continue;
      // The kernel stops at the first that it refuses: leave that one out.
      const reply = this.replies[queue.slotOf(this.#range.from)];
      if (reply !== undefined) this.onRefused?.(reply, errnoName(errno));
      this.#range.from++;
    }
  }
}

/** The messages of one call of `sendmmsg`, and which reply each of them is. */
class SendQueue {
  readonly batch: MessageBatch;
  readonly #slots = new Int32Array(SLOTS);
  readonly #part = { slot: 0, length: 0 };
  #count = 0;

  constructor(batch: MessageBatch) {
    this.batch = batch;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Adds a reply; answers the memory for where it goes. */
  add(slot: number, length: number): Uint8Array {
    const message = this.#count++;
    this.#slots[message] = slot;
    this.#part.slot = slot;
    this.#part.length = length;
    this.batch.point(message, this.#part);
    return this.batch.names.at(message);
  }

  slotOf(message: number): number {
    return this.#slots[message] ?? 0;
  }
}

function openSender(limits: string[]): number | undefined {
  try {
    return openPacketSender();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    limits.push(`Replies to clients without an address are broadcast: ${error.message}`);
    return undefined;
  }
}
