/**
 * Waits for many descriptors at once, at a cost that does not grow with their number (epoll(7)).
 *
 * @module
 */
import { checked, libc, Sys } from "./libc.ts";
import { closeDescriptor } from "./sockets.ts";

/** `struct epoll_event`: events 0, then 8 octets for the caller, which are packed on x86-64 alone. */
const DATA_OFFSET = Deno.build.arch === "x86_64" ? 4 : 8;
const EVENT_BYTES = DATA_OFFSET + 8;
const EPOLLIN = 1;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** Told at once; what is left out is told the next time, before the others. */
const MOST = 64;
const FOR_EVER = -1;
/** What the waker is called; descriptors are not below 0. */
const WAKER = -1;

/** Opens a descriptor that can be read once something is written to it (eventfd(2)). */
export function openWaker(): number {
  const flags = Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK; // Those of eventfd(2) have the same values.
  return checked(libc().eventfd(0, flags), { action: "Cannot wait for packets", call: "eventfd" });
}

/** A set of descriptors. Those that can be read are told each time, until they cannot. */
export class Epoll {
  readonly #descriptor: number;
  readonly #waker: number;
  readonly #bytes = new Uint8Array(MOST * EVENT_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  /** What the other thread writes to. */
  readonly #elsewhere = new Uint8Array(EVENT_BYTES);

  /** Throws, and keeps nothing, where the kernel gives no descriptor for it. `open`: opens what it is woken by. */
  constructor(open = openWaker) {
    this.#descriptor = checked(libc().epoll_create1(Sys.SOCK_CLOEXEC), {
      action: "Cannot wait for packets",
      call: "epoll_create1",
    });
    const opened = [this.#descriptor];
    try {
      this.#waker = open();
      opened.push(this.#waker);
      this.#control(EPOLL_CTL_ADD, this.#waker, WAKER);
    } catch (error) {
      for (const descriptor of opened) closeDescriptor(descriptor);
      throw error;
    }
  }

  /** Waits for a descriptor, too. */
  add(descriptor: number): void {
    this.#control(EPOLL_CTL_ADD, descriptor, descriptor);
  }

  /** Waits for it no more; it may be closed at once. */
  remove(descriptor: number): void {
    this.#control(EPOLL_CTL_DEL, descriptor, descriptor);
  }

  /** How many can be read, after so many milliseconds at most; this thread does nothing else meanwhile. Not after a signal: 0. */
  wait(milliseconds: number): number {
    return Math.max(0, libc().epoll_wait(this.#descriptor, this.#bytes, MOST, milliseconds));
  }

  /** One of those that {@linkcode Epoll.wait} found. */
  found(index: number): number {
    return this.#view.getInt32(index * EVENT_BYTES + DATA_OFFSET, true);
  }

  /** Waits on another thread, until there is something to read or {@linkcode Epoll.wake} is called. */
  async waitElsewhere(): Promise<void> {
    await libc().epollWaitElsewhere(this.#descriptor, this.#elsewhere, 1, FOR_EVER);
  }

  /** Ends a wait on another thread, and every one that begins later. */
  wake(): void {
    const one = new Uint8Array(BigUint64Array.of(1n).buffer);
    libc().write(this.#waker, one, one.length);
  }

  /** Nobody may be waiting. */
  close(): void {
    closeDescriptor(this.#waker);
    closeDescriptor(this.#descriptor);
  }

  #control(operation: number, descriptor: number, name: number): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, EPOLLIN, true);
    view.setInt32(DATA_OFFSET, name, true);
    checked(libc().epoll_ctl(this.#descriptor, operation, descriptor, event), {
      action: "Cannot wait for packets",
      call: "epoll_ctl",
    });
  }
}
