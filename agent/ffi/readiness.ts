/**
 * Tells when descriptors that Deno does not know can be read.
 *
 * @module
 */
import { nextTurn } from "../socket/turns.ts";
import { openWaker } from "./epoll.ts";
import { libc } from "./libc.ts";
import { closeDescriptor } from "./sockets.ts";

/** Octets of `struct pollfd`: the descriptor 0, what is asked 4, what is so 6 (poll(2)). */
const POLLFD_BYTES = 8;
const POLLIN = 1;
const FOR_EVER = -1;

/** One thread waits for all of them; while there is none, none does. */
export class Readiness {
  readonly #watched = new Map<number, () => void>();
  /** Ends the wait. */
  #waker: number | undefined;
  /** The wait that is under way. */
  #waiting: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;

  /**
   * Calls `onReadable` in a turn of the event loop of its own whenever there is something to read, until it is removed. Throws where
   * the kernel gives no descriptor for it.
   */
  add(descriptor: number, onReadable: () => void): void {
    this.#waker ??= openWaker();
    this.#watched.set(descriptor, onReadable);
    this.#wake();
    this.#running ??= this.#run(this.#waker);
  }

  /** Forgets a descriptor. Resolves when nobody waits for it any more, so that it may be closed. */
  async remove(descriptor: number): Promise<void> {
    if (!this.#watched.delete(descriptor)) return;
    this.#wake();
    await (this.#watched.size === 0 ? this.#running : this.#waiting);
  }

  async #run(waker: number): Promise<void> {
    const drained = new Uint8Array(8);
    while (this.#watched.size > 0) {
      const descriptors = [waker, ...this.#watched.keys()];
      const polled = new DataView(new ArrayBuffer(descriptors.length * POLLFD_BYTES));
      for (const [at, descriptor] of descriptors.entries()) {
        polled.setInt32(at * POLLFD_BYTES, descriptor, true);
        polled.setInt16(at * POLLFD_BYTES + 4, POLLIN, true);
      }
      const bytes = new Uint8Array(polled.buffer);
      this.#waiting = libc().pollElsewhere(bytes, descriptors.length, FOR_EVER);
      await this.#waiting;
      for (const [at, descriptor] of descriptors.entries()) {
        if (polled.getInt16(at * POLLFD_BYTES + 6, true) === 0) continue;
        if (descriptor === waker) libc().read(waker, drained, drained.length);
        else this.#watched.get(descriptor)?.();
      }
      // Whoever always has something to read leaves the others their turns.
      await nextTurn();
    }
    this.#waker = undefined;
    this.#running = undefined;
    closeDescriptor(waker);
  }

  #wake(): void {
    const one = new Uint8Array(BigUint64Array.of(1n).buffer);
    if (this.#waker !== undefined) libc().write(this.#waker, one, one.length);
  }
}
