/**
 * Hears what is said on a network beside the requests of DHCP clients: ARP (RFC 826), and the replies of DHCP servers.
 *
 * @module
 */
import type { ArpClaim } from "../../core/neighbours/survey.ts";
import type { HeardReply, Segment } from "../host/host_network.ts";
import { ARP_BYTES, readArp, readLinkSource, SOCKADDR_LL_BYTES, udpPayload } from "./frames.ts";
import { Errno, SystemCallError } from "./libc.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";
import { ARP_CLAIMS, DHCP_REPLIES } from "./packet_filter.ts";
import { openPacketListener } from "./packet_socket.ts";
import { closeDescriptor, closePacketSocket } from "./sockets.ts";

/** Received by one call. */
const ARP_BATCH = 16;
const REPLY_BATCH = 4;
const REPLY_BYTES = 1_500;
/** Taken at most at a time, however many there are. */
const MAX_ARP = 512;
const MAX_REPLIES = 32;
/** That nothing waits, or that an interface went down, is no error. */
const HARMLESS: readonly number[] = [Errno.EAGAIN, Errno.EINTR, Errno.ENETDOWN];

/** What taps receive into; one serves all that take turns. */
export class TapMemory {
  readonly arp: MessageBatch;
  readonly replies: MessageBatch;

  /** For tests, other batches. */
  constructor(
    arp: MessageBatch = batch(ARP_BATCH, ARP_BYTES),
    replies: MessageBatch = batch(REPLY_BATCH, REPLY_BYTES),
  ) {
    this.arp = arp;
    this.replies = replies;
  }
}

/** The descriptors of a tap. */
interface Descriptors {
  readonly arp: number;
  readonly replies: number;
}

/** Two sockets on one interface. Opening them needs CAP_NET_RAW. */
export class SegmentTap implements Segment {
  readonly #memory: TapMemory;
  readonly #descriptors: Descriptors;

  /** Listens on the interface of this index. */
  static open(index: number, memory: TapMemory): SegmentTap {
    const arp = openPacketListener(index, ARP_CLAIMS);
    try {
      return new SegmentTap({ arp, replies: openPacketListener(index, DHCP_REPLIES) }, memory);
    } catch (error) {
      closeDescriptor(arp);
      throw error;
    }
  }

  constructor(descriptors: Descriptors, memory: TapMemory) {
    this.#descriptors = descriptors;
    this.#memory = memory;
  }

  /** What was said by ARP since the last call. Never waits. */
  claims(): readonly ArpClaim[] {
    const words: ArpClaim[] = [];
    take(this.#memory.arp, { descriptor: this.#descriptors.arp, most: MAX_ARP }, (packet, mac) => {
      const word = readArp(packet, mac);
      if (word !== undefined) words.push(word);
    });
    return words;
  }

  /** What was sent to DHCP clients since the last call. Never waits. */
  replies(): readonly HeardReply[] {
    const heard: HeardReply[] = [];
    const { replies: descriptor } = this.#descriptors;
    take(this.#memory.replies, { descriptor, most: MAX_REPLIES }, (packet, mac) => {
      const payload = udpPayload(packet);
      if (payload !== undefined) heard.push({ payload: payload.slice(), mac });
    });
    return heard;
  }

  async close(): Promise<void> {
    const { arp, replies } = this.#descriptors;
    await Promise.all([arp, replies].map(closePacketSocket));
  }
}

function take(
  into: MessageBatch,
  { descriptor, most }: { readonly descriptor: number; readonly most: number },
  each: (packet: Uint8Array, source: number) => void,
): void {
  for (let rest = most; rest > 0; rest -= into.messages) {
    const count = into.receive(descriptor);
    for (let message = 0; message < count; message++) {
      const packet = into.data(message).subarray(0, into.length(message));
      each(packet, readLinkSource(into.names.at(message)));
    }
    if (count < 0 && !HARMLESS.includes(-count)) {
      throw new SystemCallError("Cannot hear a network", { call: "recvmmsg", errno: -count });
    }
    if (count < into.messages) return;
  }
}

function batch(messages: number, bytes: number): MessageBatch {
  const data = new SlotMemory(messages, bytes);
  return new MessageBatch({ messages, data, nameBytes: SOCKADDR_LL_BYTES });
}
