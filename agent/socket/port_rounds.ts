/**
 * Waits for the packets of all ports together, and gives each its turn.
 *
 * A wake-up costs more than all that is done with a packet: the kernel changes the task, and Deno's event loop looks at everything that
 * it has. So while packets come, this thread waits for the next ones itself, in the kernel, and goes back to the event loop every few
 * milliseconds, or at once where that has other work. While none come, another thread waits.
 *
 * Every port that has something to read has a few batches in each round, so that a flooded network leaves the others theirs.
 *
 * @module
 */
import { Epoll } from "../ffi/epoll.ts";
import { libc } from "../ffi/libc.ts";
import { threadTime } from "../ffi/thread_time.ts";
import { nextTurn } from "./turns.ts";

/** How long the event loop is held at a time, milliseconds. */
const HOLD_MS = 10;
/** How long nothing must come until another thread waits, milliseconds. */
const WAIT_MS = 4;
/** A turn of the event loop that uses more had other work, milliseconds: then packets are looked for, but not waited for. */
const IDLE_TURN_MS = 0.5;
/** While so many packets come in a millisecond, they are left to gather: a wake-up for some of them costs what one for one does. */
const DENSE = 6;
/** How long they are, microseconds; the kernel makes it some 50 more. */
const GATHER_US = 250;
/** So many at once are a rush, which is not left to gather. */
const RUSH = 8;
/** Batches that one port has in a row, while it alone has packets, before the others are looked at. */
const IN_A_ROW = 4;

/** What takes part. */
export interface RoundsPort {
  readonly descriptor: number;
  /**
   * Takes what waits, one batch at most: how many there are, or a number below 0 where the port is dead. They are answered in the
   * microtasks that follow, which end with {@linkcode PortRounds.wait}.
   */
  take(): number;
}

/** The ports of a process. */
export class PortRounds {
  #epoll: Epoll | undefined;
  /** By descriptor. */
  readonly #ports = new Map<number, RoundsPort>();
  /** Those that want packets. */
  readonly #waiting = new Set<RoundsPort>();
  /** Those that had packets while they wanted none: not listened to until they do. */
  readonly #parked = new Set<RoundsPort>();
  /** The port that alone had packets in the last round, and more than one. */
  #lone: RoundsPort | undefined;
  #inARow = 0;
  /** The wait on another thread. */
  #elsewhere: Promise<void> | undefined;
  #scheduled = false;
  /** Whether the event loop has its turn. */
  #turning = false;
  /** Whether that was just now. */
  #turned = false;
  /** Whether the event loop had nothing else to do then. */
  #patient = false;
  #heldSince = 0;
  /** Packets since then, and of the last round. */
  #heard = 0;
  #last = 0;
  #isDense = false;

  /** Begins to listen to a port. Throws where the kernel has no descriptor for it. */
  join(port: RoundsPort): void {
    this.#epoll ??= new Epoll();
    this.#epoll.add(port.descriptor);
    this.#ports.set(port.descriptor, port);
  }

  /** Listens to a port no more; its descriptor may be closed at once. Resolves when nothing waits for it. */
  async leave(port: RoundsPort): Promise<void> {
    const epoll = this.#epoll;
    if (epoll === undefined || !this.#ports.delete(port.descriptor)) return;
    if (!this.#parked.delete(port)) epoll.remove(port.descriptor);
    this.#waiting.delete(port);
    if (this.#ports.size > 0) return this.#nextSoon();
    this.#epoll = undefined;
    epoll.wake();
    await this.#elsewhere;
    epoll.close();
  }

  /** A port wants packets, at first or again. */
  wait(port: RoundsPort): void {
    if (this.#parked.delete(port)) this.#epoll?.add(port.descriptor);
    this.#waiting.add(port);
    this.#nextSoon();
  }

  /** When those that took packets have answered them. */
  #nextSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#next();
    });
  }

  /** Gives turns to those that have packets. */
  #next(): void {
    const epoll = this.#epoll;
    if (epoll === undefined || this.#waiting.size === 0) return;
    if (this.#turning || this.#elsewhere !== undefined) return;
    const isHeld = performance.now() - this.#heldSince < HOLD_MS;
    if (!isHeld || (!this.#patient && !this.#turned)) return this.#turn();
    if (this.#isDense && this.#last < RUSH) libc().usleep(GATHER_US);
    this.#last = 0;
    if (this.#lone !== undefined && this.#inARow++ < IN_A_ROW && this.#take(this.#lone) > 0) return;
    this.#turned = false;
    this.#lone = undefined;
    const found = epoll.wait(this.#patient ? WAIT_MS : 0);
    let taken = 0;
    for (let index = 0; index < found; index++) {
      const port = this.#ports.get(epoll.found(index));
      if (port === undefined) continue;
      if (!this.#waiting.has(port)) this.#park(port, epoll);
      else taken += this.#take(port);
      if (found === 1 && (taken > 1 || this.#isDense)) this.#lone = port;
    }
    this.#inARow = 0;
    if (taken > 0) return;
    if (found > 0) this.#turn();
    else this.#listenElsewhere(epoll);
  }

  #take(port: RoundsPort): number {
    if (!this.#waiting.has(port)) return 0;
    const count = port.take();
    if (count === 0) return 0;
    this.#waiting.delete(port);
    if (count < 0) return 0;
    this.#heard += count;
    this.#last += count;
    return count;
  }

  #park(port: RoundsPort, epoll: Epoll): void {
    epoll.remove(port.descriptor);
    this.#parked.add(port);
  }

  #turn(): void {
    this.#turning = true;
    const before = threadTime();
    nextTurn().then(() => {
      this.#turning = false;
      this.#patient = threadTime() - before < IDLE_TURN_MS;
      this.#isDense = this.#patient &&
        this.#heard > DENSE * (performance.now() - this.#heldSince);
      this.#begin();
    });
  }

  #listenElsewhere(epoll: Epoll): void {
    this.#elsewhere = epoll.waitElsewhere().then(() => {
      this.#elsewhere = undefined;
      this.#patient = this.#isDense = false;
      this.#begin();
    });
  }

  #begin(): void {
    this.#turned = true;
    this.#heard = 0;
    this.#heldSince = performance.now();
    this.#next();
  }
}
