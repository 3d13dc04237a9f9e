/**
 * Simulated time for everything at once: a queue of what is due, and nothing else that anybody waits for.
 *
 * @module
 */
import { nextTick } from "node:process";
import { setImmediate } from "node:timers";
import type { Random } from "../../../runtime/clock.ts";

/** Something that is due. */
export interface Timer {
  /** It will not happen any more. */
  cancel(): void;
}

class Entry implements Timer {
  readonly due: number;
  /** What is due at the same time comes in the order of these: the seed's, nobody's. */
  readonly order: number;
  work: (() => void) | undefined;

  constructor(due: number, order: number, work: () => void) {
    this.due = due;
    this.order = order;
    this.work = work;
  }

  cancel(): void {
    this.work = undefined;
  }
}

/** How much may happen at one moment: more is somebody who waits again and again for no time. */
const MOST_AT_ONCE = 100_000;

/** Beginning of simulated time, milliseconds since 1970. */
const BEGINNING = Date.UTC(2026, 0, 1);

/** So often the runtime has its turn, which takes longer than most steps. */
const STEPS_OF_A_TURN = 32;

/**
 * The one source of time. Each thing that is due runs alone, at its time, and whatever it starts runs as far as it can before the
 * next one: so one order of things follows from one seed, as long as nobody waits for the world outside.
 */
export class Timeline {
  readonly #random: Random;
  readonly #heap: Entry[] = [];
  #now = 0;
  #steps = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Wall clock of a machine whose clock is right. */
  get wall(): number {
    return BEGINNING + this.#now;
  }

  /** Number of things that happened. */
  get steps(): number {
    return this.#steps;
  }

  /** Has something happen after so many milliseconds. */
  after(ms: number, work: () => void): Timer {
    const entry = new Entry(this.#now + Math.max(0, ms), this.#random(), work);
    this.#push(entry);
    return entry;
  }

  /** Lets time pass up to a moment. `each` is called after every step; where it answers `false` no more happens. */
  async runUntil(end: number, each: () => boolean = () => true): Promise<void> {
    await turn();
    let atOnce = 0;
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) {
      this.#pop();
      const { work } = next;
      if (work === undefined) continue;
      atOnce = next.due > this.#now ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE) throw new Error(`No time passes any more at ${this.#now} ms`);
      this.#now = Math.max(this.#now, next.due);
      this.#steps++;
      work();
      await (this.#steps % STEPS_OF_A_TURN === 0 ? turn() : settle());
      if (!each()) return;
    }
    this.#now = Math.max(this.#now, end);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    while (true) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        below++;
        child = other;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

/** Lets everything run that waits for nothing: a tick begins when no promise is left to go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}

/** The same, and lets the runtime tell of signals and of rejections that nobody handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}
