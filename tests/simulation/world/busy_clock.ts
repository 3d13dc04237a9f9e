/**
 * A clock by which work takes time, where all of a program is in one process and waits for nothing else.
 *
 * @module
 */
import type { Clock } from "../../../runtime/clock.ts";
import type { SimProcess } from "../engine/process.ts";

/** Longest time from one look at the clock to the next, milliseconds. */
const WORK_MS = 4;

/** The clock of a process, that goes on a little with each look at it: so other things happen between two pieces of work. */
export function busyClock({ clock, random }: SimProcess): Clock {
  /** How far its work is ahead of the world, by its clock. */
  let ahead = 0;
  return {
    now: () => clock.now(),
    monotonic: () => {
      ahead = Math.max(ahead, clock.monotonic()) + random() * WORK_MS;
      return ahead;
    },
    sleep: (ms, signal) => clock.sleep(ms + Math.max(0, ahead - clock.monotonic()), signal),
  };
}
