/**
 * Answers ARP questions for one address on one network (RFC 826), in the place of the kernel: that makes an entry in its neighbour
 * table, 1,024 for all of a node, for each sender that is named in a question.
 *
 * @module
 */
import type { Link } from "../host/host_network.ts";
import {
  answerArp,
  ARP_BYTES,
  LINK_ADDRESS_OFFSET,
  SOCKADDR_LL_BYTES,
  writeLinkAddress,
} from "./frames.ts";
import { Errno, Sys, SystemCallError } from "./libc.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";
import { arpQuestionsFor } from "./packet_filter.ts";
import { openPacketListener } from "./packet_socket.ts";
import type { Readiness } from "./readiness.ts";
import { closeDescriptor, closePacketSocket, setReceiveBuffer } from "./sockets.ts";

/** Received by one call, and calls in one turn of the event loop. */
const BATCH = 16;
const CALLS = 4;
/** Holds some 1,300 questions that come at once. */
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** That nothing waits, or that an interface went down, is no error. */
const HARMLESS: readonly number[] = [Errno.EAGAIN, Errno.EINTR, Errno.ENETDOWN];

/** What responders receive into and send from; one serves all, as they take turns. */
export class ArpMemory {
  readonly data: SlotMemory = new SlotMemory(BATCH, ARP_BYTES);
  readonly received: MessageBatch = batchOf(this.data);
  readonly sent: MessageBatch = batchOf(this.data);
}

/** What is answered, and by what. */
interface ArpResponderOptions {
  readonly link: Link;
  /** Unsigned 32-bit number. */
  readonly address: number;
  readonly memory: ArpMemory;
  readonly readiness: Readiness;
  /** Called where it can hear no more; it is to be closed then. */
  readonly onFailed: (error: unknown) => void;
}

/** One packet socket. Opening it needs CAP_NET_RAW. */
export class ArpResponder {
  readonly #options: ArpResponderOptions;
  readonly #descriptor: number;

  constructor(options: ArpResponderOptions) {
    this.#options = options;
    this.#descriptor = openPacketListener(options.link.index, arpQuestionsFor(options.address));
    try {
      setReceiveBuffer(this.#descriptor, RECEIVE_BUFFER_BYTES);
      options.readiness.add(this.#descriptor, () => this.#answerAll());
    } catch (error) {
      closeDescriptor(this.#descriptor);
      throw error;
    }
  }

  /** Answers no more. Resolves when the socket is given back. */
  async close(): Promise<void> {
    await this.#options.readiness.remove(this.#descriptor);
    await closePacketSocket(this.#descriptor);
  }

  #answerAll(): void {
    for (let call = 0; call < CALLS; call++) {
      const count = this.#options.memory.received.receive(this.#descriptor);
      if (count < 0 && !HARMLESS.includes(-count)) {
        const what = { call: "recvmmsg", errno: -count };
        this.#options.onFailed(new SystemCallError("Cannot hear ARP questions", what));
        return;
      }
      this.#answer(Math.max(count, 0));
      if (count < BATCH) return;
    }
  }

  #answer(count: number): void {
    const { link, address, memory: { data, received, sent } } = this.#options;
    let answers = 0;
    for (let slot = 0; slot < count; slot++) {
      const packet = data.at(slot).subarray(0, received.length(slot));
      if (!answerArp(packet, { hardwareAddress: link.hardwareAddress, address })) continue;
      const name = sent.names.at(answers);
      writeLinkAddress(name, { index: link.index, protocol: Sys.ETH_P_ARP });
      name.set(packet.subarray(18, 24), LINK_ADDRESS_OFFSET);
      sent.point(answers, { slot, length: ARP_BYTES });
      answers++;
    }
    // What is not taken is asked for again.
    if (answers > 0) sent.send(this.#descriptor, { from: 0, to: answers });
  }
}

function batchOf(data: SlotMemory): MessageBatch {
  return new MessageBatch({ messages: BATCH, data, nameBytes: SOCKADDR_LL_BYTES });
}
