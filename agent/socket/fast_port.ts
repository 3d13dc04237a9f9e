/**
 * {@linkcode DatagramPort} with few system calls: `recvmmsg` takes what waits, `sendmmsg` answers it. Clients are reached through a
 * send-only packet socket by their hardware address, so the kernel's neighbour table (1,024 entries for all of a node) is never
 * touched; relays through a raw socket of their own, so that those that answer no ARP hold nobody up. Both carry whole checksums.
 *
 * Needs `--allow-ffi`, and the capabilities NET_BIND_SERVICE (port 67) and NET_RAW (without it, all replies go through the UDP socket,
 * without a UDP checksum, and those to clients without an address are broadcast).
 *
 * @module
 */
import {
  type Datagram,
  Destination,
  IP_UDP_HEADER_LENGTH,
  type Reply,
  SERVER_PORT,
} from "../../core/dhcp/mod.ts";
import { LINK_ADDRESS_OFFSET, writeInternetAddress, writeIpUdp } from "../ffi/frames.ts";
import { Errno, errnoName, SystemCallError } from "../ffi/libc.ts";
import {
  closeDescriptor,
  closePacketSocket,
  droppedUnread,
  openIpSender,
  openPacketSender,
  openUdpSocket,
  sendWithoutChecksum,
  setReceiveBuffer,
  socketProblem,
} from "../ffi/sockets.ts";
import type { Link } from "../host/host_network.ts";
import type { DatagramPort } from "./datagram_port.ts";
import { lendMemory, type PortMemory, returnMemory, type SendQueue } from "./port_memory.ts";
import { PortRounds, type RoundsPort } from "./port_rounds.ts";

/** Holds 1,000 DHCPDISCOVERs that come at once; the default holds some 160. */
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** Holds what waits for the ARP answers of 16 relays, as many as are answered, and more. */
const RELAY_BUFFER_BYTES = 4_194_304;
const BROADCAST = 0xffffffff;
/** Where `chaddr` is in a DHCP message. */
const CHADDR_OFFSET = 28;

/** Settings of a {@linkcode FastPort}. */
interface FastPortOptions {
  /** UDP port to listen on. Default 67. */
  readonly port?: number;
  /** Opens the packet socket. Default: the system's, which needs NET_RAW. */
  readonly openSender?: () => number;
}

/** All ports of the process take turns. */
const rounds = new PortRounds();

/** The port of one interface; see the module. */
export class FastPort implements DatagramPort, RoundsPort {
  readonly link: Link;
  readonly limits: readonly string[];
  readonly descriptor: number;
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  readonly #senders: Senders | undefined;
  /** While packets are answered. */
  #memory: PortMemory | undefined;
  /** While it waits for packets. */
  #waiting: PromiseWithResolvers<number> | undefined;
  readonly #ends = { source: 0, sourcePort: 0, destinationAddress: 0, destinationPort: 0 };
  readonly #range = { from: 0, to: 0 };
  #closed = false;

  constructor(
    link: Link,
    { port = SERVER_PORT, openSender = openPacketSender }: FastPortOptions = {},
  ) {
    this.link = link;
    this.#ends.sourcePort = port;
    this.descriptor = openUdpSocket(link.name, port);
    const limits: string[] = [];
    try {
      rounds.join(this);
      const given = setReceiveBuffer(this.descriptor, RECEIVE_BUFFER_BYTES);
      if (given < RECEIVE_BUFFER_BYTES) {
        limits.push(`The receive buffer is smaller than wanted, bursts may be lost: ${given}`);
      }
      this.#senders = openSenders({ link, openSender }, limits);
      if (this.#senders === undefined) sendWithoutChecksum(this.descriptor);
    } catch (error) {
      void rounds.leave(this);
      closeDescriptor(this.descriptor);
      throw error;
    }
    this.limits = limits;
  }

  get requests(): readonly Datagram[] {
    return this.#lent().requests;
  }

  get replies(): readonly Reply[] {
    return this.#lent().replies;
  }

  receive(): Promise<number> {
    this.#giveBack();
    if (this.#closed) return Promise.resolve(0);
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    rounds.wait(this);
    return promise;
  }

  take(): number {
    const { received, requests } = this.#lent();
    const count = received.receive(this.descriptor);
    if (count <= 0) {
      this.#giveBack();
      if (count === 0 || count === -Errno.EAGAIN || count === -Errno.EINTR) return 0;
      const action = `Cannot receive on the interface ${this.link.name}`;
      this.#waiting?.reject(new SystemCallError(action, { call: "recvmmsg", errno: -count }));
      return count;
    }
    for (let message = 0; message < count; message++) {
      const request = requests[message];
      if (request === undefined) break;
      const name = received.names.at(message);
      request.length = received.length(message);
      request.sourcePort = ((name[2] ?? 0) << 8) | (name[3] ?? 0);
      request.sourceAddress =
        (((name[4] ?? 0) << 24) | ((name[5] ?? 0) << 16) | ((name[6] ?? 0) << 8) |
          (name[7] ?? 0)) >>> 0;
    }
    this.#waiting?.resolve(count);
    return count;
  }

  send(count: number, serverAddress: number): void {
    if (this.#closed) return;
    const { datagrams, packets, relayed, replies } = this.#lent();
    this.#ends.source = serverAddress;
    datagrams.clear();
    packets.clear();
    relayed.clear();
    for (let slot = 0; slot < count; slot++) {
      const reply = replies[slot];
      if (reply === undefined || reply.length === 0) continue;
      if (this.#senders === undefined) this.#queueDatagram(datagrams, slot, reply);
      else if (reply.destination === Destination.Relay) this.#queueRelayed(relayed, slot, reply);
      else this.#queuePacket(slot, reply);
    }
    if (this.#senders === undefined) {
      this.#lent().sendFrom(serverAddress);
      return this.#sendAll(datagrams, this.descriptor);
    }
    this.#sendAll(packets, this.#senders.frames);
    this.#sendAll(relayed, this.#senders.packets);
  }

  unread(): number {
    return this.#closed ? 0 : droppedUnread(this.descriptor);
  }

  problem(): string | undefined {
    return this.#closed ? undefined : socketProblem(this.descriptor, this.link.index);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const left = rounds.leave(this);
    closeDescriptor(this.descriptor);
    this.#waiting?.resolve(0);
    if (this.#senders !== undefined) {
      closeDescriptor(this.#senders.packets);
      await closePacketSocket(this.#senders.frames);
    }
    await left;
  }

  #lent(): PortMemory {
    return this.#memory ??= lendMemory(this.link);
  }

  #giveBack(): void {
    if (this.#memory === undefined) return;
    returnMemory(this.#memory);
    this.#memory = undefined;
  }

  #queueDatagram(queue: SendQueue, slot: number, reply: Reply): void {
    const name = queue.add(slot, reply.length);
    if (reply.destination !== Destination.Hardware) return writeInternetAddress(name, reply);
    this.#ends.destinationAddress = BROADCAST;
    this.#ends.destinationPort = reply.destinationPort;
    writeInternetAddress(name, this.#ends);
  }

  #queuePacket(slot: number, reply: Reply): void {
    const name = this.#lent().addPacket(slot, IP_UDP_HEADER_LENGTH + reply.length);
    const { bytes, offset } = reply;
    const unicast = reply.destination !== Destination.Broadcast && hasStationAddress(reply);
    for (let octet = 0; octet < 6; octet++) {
      name[LINK_ADDRESS_OFFSET + octet] = unicast
        ? bytes[offset + CHADDR_OFFSET + octet] ?? 0
        : 0xff;
    }
    this.#writeHeaders(slot, reply);
  }

  #queueRelayed(queue: SendQueue, slot: number, reply: Reply): void {
    writeInternetAddress(queue.add(slot, IP_UDP_HEADER_LENGTH + reply.length), reply);
    this.#writeHeaders(slot, reply);
  }

  #writeHeaders(slot: number, reply: Reply): void {
    this.#ends.destinationAddress = reply.destinationAddress;
    this.#ends.destinationPort = reply.destinationPort;
    const packet = this.#lent().replyPackets[slot];
    if (packet !== undefined) writeIpUdp(packet, reply.length, this.#ends);
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
      if (sent === -Errno.EINTR) continue;
      // The kernel stops at the first that it refuses: leave that one out.
      const reply = this.#lent().replies[queue.slotOf(this.#range.from)];
      if (reply !== undefined) this.onRefused?.(reply, errnoName(-sent));
      this.#range.from++;
    }
  }
}

/** Whether `chaddr` is one machine's Ethernet address: a DHCPINFORM is answered whatever it is (rule 54). */
function hasStationAddress({ bytes, offset }: Reply): boolean {
  const isEthernet = bytes[offset + 1] === 1 && bytes[offset + 2] === 6;
  return isEthernet && ((bytes[offset + CHADDR_OFFSET] ?? 1) & 1) === 0;
}

/** What replies leave by. */
interface Senders {
  /** A packet socket: the receiver's hardware address is said. */
  readonly frames: number;
  /** A raw socket: the kernel finds the receiver. */
  readonly packets: number;
}

function openSenders(
  { link, openSender }: { readonly link: Link; readonly openSender: () => number },
  limits: string[],
): Senders | undefined {
  const opened: number[] = [];
  try {
    const frames = openSender();
    opened.push(frames);
    return { frames, packets: openIpSender(link.name, RELAY_BUFFER_BYTES) };
  } catch (error) {
    for (const descriptor of opened) closeDescriptor(descriptor);
    if (!(error instanceof SystemCallError)) throw error;
    limits.push(`Replies to clients without an address are broadcast: ${error.message}`);
    return undefined;
  }
}
