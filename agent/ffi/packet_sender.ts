/**
 * Sends single packets to everybody on a network.
 *
 * @module
 */
import { SOCKADDR_LL_BYTES, writeLinkAddress } from "./frames.ts";
import { checked } from "./libc.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";
import { closeDescriptor, openPacketSender } from "./sockets.ts";

const PACKET_BYTES = 1_500;

/** Where a packet goes, and what it is. */
interface Broadcast {
  /** Index of the interface. */
  readonly index: number;
  /** EtherType. */
  readonly protocol: number;
}

/** A packet socket that hears nothing. Opening it needs CAP_NET_RAW. */
export class PacketSender implements Disposable {
  readonly #descriptor: number;
  readonly #out = new MessageBatch({
    messages: 1,
    data: new SlotMemory(1, PACKET_BYTES),
    nameBytes: SOCKADDR_LL_BYTES,
  });

  constructor(openSender = openPacketSender) {
    this.#descriptor = openSender();
  }

  /** Broadcasts a packet. */
  send(packet: Uint8Array, to: Broadcast): void {
    this.#out.data(0).set(packet);
    this.#out.point(0, { slot: 0, length: packet.length });
    writeLinkAddress(this.#out.names.at(0), to);
    const sent = this.#out.send(this.#descriptor, { from: 0, to: 1 });
    checked(sent, { action: "Cannot send a packet", call: "sendmmsg", errno: -sent });
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#descriptor);
  }
}
