/**
 * A packet socket for ARP (RFC 826) on all interfaces: sends any packet, hears replies only.
 *
 * @module
 */
import { checked, Errno, lastErrno, libc, Sys, SystemCallError } from "./libc.ts";
import {
  ARP_BYTES,
  type ArpReply,
  readArpReply,
  readLinkIndex,
  SOCKADDR_LL_BYTES,
  writeLinkAddress,
} from "./frames.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";
import { closeDescriptor } from "./sockets.ts";

/** Received by one call. */
const BATCH = 16;
/** Received at most at a time, however many there are. */
const MOST = 1_024;

/**
 * Classic BPF (`<linux/filter.h>`: code, jump if true, jump if false, operand): the operation, at octet 6 of an ARP packet, is
 * a reply; so the requests of a whole network wake nobody and fill nothing.
 */
const REPLIES_ONLY: readonly (readonly [number, number, number, number])[] = [
  [0x28, 0, 0, 6],
  [0x15, 0, 1, 2],
  [0x06, 0, 0, 0xffff],
  [0x06, 0, 0, 0],
];

/** An ARP reply, and the interface it came in by. */
export interface HeardReply extends ArpReply {
  readonly index: number;
}

/** The socket. Opening it needs CAP_NET_RAW. */
export class ArpSocket {
  readonly #descriptor: number;
  readonly #out = new MessageBatch({
    messages: 1,
    data: new SlotMemory(1, ARP_BYTES),
    nameBytes: SOCKADDR_LL_BYTES,
  });
  readonly #in = new MessageBatch({
    messages: BATCH,
    data: new SlotMemory(BATCH, ARP_BYTES),
    nameBytes: SOCKADDR_LL_BYTES,
  });

  constructor() {
    // With protocol 0 it hears nothing until the filter is there and it is bound.
    const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
    this.#descriptor = checked(libc().socket(Sys.AF_PACKET, type, 0), {
      action: "Cannot open a socket for ARP",
      call: "socket",
    });
    try {
      this.#attachFilter();
      const name = new Uint8Array(SOCKADDR_LL_BYTES);
      writeLinkAddress(name, { index: 0, protocol: Sys.ETH_P_ARP });
      checked(libc().bind(this.#descriptor, name, name.length), {
        action: "Cannot bind a socket to ARP",
        call: "bind",
      });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Broadcasts a packet on the interface of this index. */
  send(index: number, packet: Uint8Array): void {
    this.#out.data(0).set(packet);
    writeLinkAddress(this.#out.names.at(0), { index, protocol: Sys.ETH_P_ARP });
    checked(this.#out.send(this.#descriptor, { from: 0, to: 1 }), {
      action: "Cannot send an ARP packet",
      call: "sendmmsg",
    });
  }

  /** The replies that came in since the last call. Never waits. */
  receive(): HeardReply[] {
    const heard: HeardReply[] = [];
    for (let rest = MOST; rest > 0; rest -= BATCH) {
      const count = this.#in.receive(this.#descriptor);
      for (let message = 0; message < count; message++) {
        const reply = readArpReply(this.#in.data(message).subarray(0, this.#in.length(message)));
        if (reply === undefined) continue;
        heard.push({ ...reply, index: readLinkIndex(this.#in.names.at(message)) });
      }
      if (count < 0) this.#checkWaiting();
      if (count < BATCH) break;
    }
    return heard;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#descriptor);
  }

  /** That nothing waits, or that an interface went down, is no error. */
  #checkWaiting(): void {
    const errno = lastErrno();
    const harmless: readonly number[] = [Errno.EAGAIN, Errno.EINTR, Errno.ENETDOWN];
    if (harmless.includes(errno)) return;
    throw new SystemCallError("Cannot hear ARP", { call: "recvmmsg", errno });
  }

  #attachFilter(): void {
    const filter = new Uint8Array(REPLIES_ONLY.length * 8);
    const instructions = new DataView(filter.buffer);
    for (const [at, [code, jumpTrue, jumpFalse, operand]] of REPLIES_ONLY.entries()) {
      instructions.setUint16(at * 8, code, true);
      instructions.setUint8(at * 8 + 2, jumpTrue);
      instructions.setUint8(at * 8 + 3, jumpFalse);
      instructions.setUint32(at * 8 + 4, operand, true);
    }
    // `struct sock_fprog`: length 0, filter 8.
    const program = new Uint8Array(16);
    const view = new DataView(program.buffer);
    view.setUint16(0, REPLIES_ONLY.length, true);
    view.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)), true);
    const { SOL_SOCKET, SO_ATTACH_FILTER } = Sys;
    checked(
      libc().setsockopt(this.#descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length),
      { action: "Cannot filter a socket for ARP", call: "setsockopt" },
    );
  }
}
