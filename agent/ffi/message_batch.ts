/**
 * Arrays of `struct mmsghdr` for `recvmmsg` and `sendmmsg`, and the memory that they point to.
 *
 * @module
 */
import { lastErrno, libc, Sys } from "./libc.ts";

/** `struct mmsghdr` on 64-bit Linux: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48, len 56. */
const HEADER_BYTES = 64;
/** `struct iovec`: base 0, len 8. */
const IOVEC_BYTES = 16;

/** A row of equal stretches of memory whose addresses the kernel may be given. */
export class SlotMemory {
  /** Number of slots. */
  readonly slots: number;
  /** Bytes per slot. */
  readonly bytes: number;
  readonly #parts: readonly Uint8Array<ArrayBuffer>[];
  readonly #base: bigint;

  constructor(slots: number, bytes: number) {
    this.slots = slots;
    this.bytes = bytes;
    const memory = new Uint8Array(new ArrayBuffer(Math.max(slots * bytes, 1)));
    this.#parts = Array.from(
      { length: slots },
      (_, slot) => memory.subarray(slot * bytes, (slot + 1) * bytes),
    );
    this.#base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
  }

  /** One slot. */
  at(slot: number): Uint8Array<ArrayBuffer> {
    const part = this.#parts[slot];
    if (part === undefined) {
      throw new RangeError(`Cannot use a slot of memory: no such slot: ${slot}`);
    }
    return part;
  }

  /** The address of one slot. */
  address(slot: number): bigint {
    return this.#base + BigInt(slot * this.bytes);
  }
}

/** What the messages of a {@linkcode MessageBatch} are made of. */
interface MessageBatchLayout {
  /** Number of messages. */
  readonly messages: number;
  /** What is received or sent. Message `i` points to slot `i` until it is pointed elsewhere. */
  readonly data: SlotMemory;
  /** Where in a slot the data begins. Default 0. */
  readonly dataOffset?: number;
  /** Bytes of socket address per message. Default 0: none. */
  readonly nameBytes?: number;
  /** Bytes of control messages per message. Default 0: none. */
  readonly controlBytes?: number;
}

/** Messages that are received, or sent, by one call. It keeps alive all memory that the kernel is told of. */
export class MessageBatch {
  /** Number of messages. */
  readonly messages: number;
  /** The socket addresses, one per message. */
  readonly names: SlotMemory;
  /** The control messages, one stretch per message. */
  readonly controls: SlotMemory;
  readonly #data: SlotMemory;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  /** Low and high halves of the address of each slot's data, to copy without making a bigint. */
  readonly #addresses: Uint32Array;
  /** Messages before this one may have lengths that the kernel wrote. */
  #used = 0;

  constructor(layout: MessageBatchLayout) {
    const { messages, data, dataOffset = 0 } = layout;
    this.messages = messages;
    this.names = new SlotMemory(messages, layout.nameBytes ?? 0);
    this.controls = new SlotMemory(messages, layout.controlBytes ?? 0);
    this.#data = data;
    this.#bytes = new Uint8Array(new ArrayBuffer(messages * (HEADER_BYTES + IOVEC_BYTES)));
    this.#view = new DataView(this.#bytes.buffer);
    const addresses = Array.from(
      { length: data.slots },
      (_, slot) => data.address(slot) + BigInt(dataOffset),
    );
    this.#addresses = new Uint32Array(BigUint64Array.from(addresses).buffer);
    const iovecs = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#bytes)) +
      BigInt(messages * HEADER_BYTES);
    for (let message = 0; message < messages; message++) {
      const header = message * HEADER_BYTES;
      if (this.names.bytes > 0) this.#view.setBigUint64(header, this.names.address(message), true);
      if (this.controls.bytes > 0) {
        this.#view.setBigUint64(header + 32, this.controls.address(message), true);
      }
      this.#view.setBigUint64(header + 16, iovecs + BigInt(message * IOVEC_BYTES), true);
      this.#view.setUint32(header + 24, 1, true);
      this.#resetLengths(message);
      if (message < data.slots) {
        this.point(message, { slot: message, length: data.bytes - dataOffset });
      }
    }
  }

  /** Lets a message receive into, or send from, `length` bytes of a slot of the data. */
  point(
    message: number,
    { slot, length }: { readonly slot: number; readonly length: number },
  ): void {
    const iovec = this.messages * HEADER_BYTES + message * IOVEC_BYTES;
    this.#view.setUint32(iovec, this.#addresses[slot * 2] ?? 0, true);
    this.#view.setUint32(iovec + 4, this.#addresses[slot * 2 + 1] ?? 0, true);
    this.#view.setUint32(iovec + 8, length, true);
  }

  /** The whole slot that message `message` received into, where it was never pointed elsewhere. */
  data(message: number): Uint8Array<ArrayBuffer> {
    return this.#data.at(message);
  }

  /** Number of bytes that were received into a message. */
  length(message: number): number {
    return this.#view.getUint32(message * HEADER_BYTES + 56, true);
  }

  /** Receives what waits, without waiting: the number of messages, or the error number below zero. */
  receive(descriptor: number): number {
    for (let message = 0; message < this.#used; message++) this.#resetLengths(message);
    const flags = Sys.MSG_DONTWAIT;
    const count = libc().recvmmsg(descriptor, this.#bytes, this.messages, flags, null);
    this.#used = Math.max(count, 0);
    return count < 0 ? -lastErrno() : count;
  }

  /** Sends messages `from` up to, not including, `to`: the number that went out, or the error number below zero. */
  send(descriptor: number, { from, to }: { readonly from: number; readonly to: number }): number {
    const headers = from === 0 ? this.#bytes : this.#bytes.subarray(from * HEADER_BYTES);
    const count = libc().sendmmsg(descriptor, headers, to - from, Sys.MSG_DONTWAIT);
    return count < 0 ? -lastErrno() : count;
  }

  /** The kernel writes what it used over what there was room for. */
  #resetLengths(message: number): void {
    this.#view.setUint32(message * HEADER_BYTES + 8, this.names.bytes, true);
    this.#view.setUint32(message * HEADER_BYTES + 40, this.controls.bytes, true);
  }
}
