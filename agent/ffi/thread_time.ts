import { libc } from "./libc.ts";

const CLOCK_THREAD_CPUTIME_ID = 3;
/** `struct timespec`: seconds, nanoseconds. */
const time = new Uint32Array(4);

/** Processor time that this thread has used, milliseconds: what else the machine does is not in it (clock_gettime(2)). */
export function threadTime(): number {
  libc().clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
  return (time[0] ?? 0) * 1e3 + (time[2] ?? 0) / 1e6;
}
