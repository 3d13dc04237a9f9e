/**
 * What a port receives into and sends from. It is lent while a batch is answered, so that many ports need no more than one.
 *
 * @module
 */
import { Datagram, IP_UDP_HEADER_LENGTH, Reply } from "../../core/dhcp/mod.ts";
import {
  type PacketViews,
  packetViews,
  PKTINFO_BYTES,
  SOCKADDR_IN_BYTES,
  SOCKADDR_LL_BYTES,
  writeLinkAddress,
  writeLinkIndex,
  writeSourceAddress,
} from "../ffi/frames.ts";
import { Sys } from "../ffi/libc.ts";
import { MessageBatch, SlotMemory } from "../ffi/message_batch.ts";
import type { Link } from "../host/host_network.ts";

/** Datagrams that are taken at once; more brings nothing. */
const SLOTS = 64;
const REQUEST_BYTES = 2_048;
const REPLY_PACKET_BYTES = 1_500;

/** Slots for a batch of requests and their replies. */
export class PortMemory {
  readonly requests: readonly Datagram[];
  readonly replies: readonly Reply[];
  /** The packets of the replies, headers and all. */
  readonly replyPackets: readonly PacketViews[];
  readonly received: MessageBatch;
  /** To relays, as whole IPv4 packets. */
  readonly relayed: SendQueue;
  /** To clients, as frames. */
  readonly packets: SendQueue;
  /** To anybody, where neither of these can be sent. */
  readonly datagrams: SendQueue;
  #index = 0;
  #capacity = 0;
  #source = -1;

  constructor() {
    this.received = new MessageBatch({
      messages: SLOTS,
      data: new SlotMemory(SLOTS, REQUEST_BYTES),
      nameBytes: SOCKADDR_IN_BYTES,
    });
    const data = new SlotMemory(SLOTS, REPLY_PACKET_BYTES);
    this.requests = Array.from(
      { length: SLOTS },
      (_, slot) => new Datagram(this.received.data(slot)),
    );
    this.replies = Array.from(
      { length: SLOTS },
      (_, slot) => new Reply(data.at(slot), IP_UDP_HEADER_LENGTH),
    );
    this.replyPackets = this.replies.map(({ bytes }) => packetViews(bytes));
    this.datagrams = new SendQueue(
      new MessageBatch({
        messages: SLOTS,
        data,
        dataOffset: IP_UDP_HEADER_LENGTH,
        nameBytes: SOCKADDR_IN_BYTES,
        controlBytes: PKTINFO_BYTES,
      }),
    );
    this.packets = new SendQueue(
      new MessageBatch({ messages: SLOTS, data, nameBytes: SOCKADDR_LL_BYTES }),
    );
    for (let message = 0; message < SLOTS; message++) {
      writeLinkAddress(this.packets.batch.names.at(message), {
        index: 0,
        protocol: Sys.ETH_P_IP,
      });
    }
    this.relayed = new SendQueue(
      new MessageBatch({ messages: SLOTS, data, nameBytes: SOCKADDR_IN_BYTES }),
    );
  }

  /** Makes it that of a link: how long a reply may be, and by which interface frames go. */
  use({ mtu, index }: Link): void {
    this.#index = index;
    const capacity = Math.min(mtu, REPLY_PACKET_BYTES) - IP_UDP_HEADER_LENGTH;
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    for (const reply of this.replies) reply.capacity = capacity;
  }

  /** Adds a frame to the packets; answers the memory for where it goes. */
  addPacket(slot: number, length: number): Uint8Array {
    const name = this.packets.add(slot, length);
    writeLinkIndex(name, this.#index);
    return name;
  }

  /** Lets datagrams come from an address, an unsigned 32-bit number. */
  sendFrom(address: number): void {
    if (address === this.#source) return;
    this.#source = address;
    for (let message = 0; message < SLOTS; message++) {
      writeSourceAddress(this.datagrams.batch.controls.at(message), address);
    }
  }
}

/** The messages of one call of `sendmmsg`, and which reply each of them is. */
export class SendQueue {
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

/** Memory that nobody uses. */
const free: PortMemory[] = [];

/** Lends memory, for a link. */
export function lendMemory(link: Link): PortMemory {
  const memory = free.pop() ?? new PortMemory();
  memory.use(link);
  return memory;
}

/** Takes it back. */
export function returnMemory(memory: PortMemory): void {
  free.push(memory);
}
