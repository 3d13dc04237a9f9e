/**
 * A clock for tests of what stands still.
 *
 * @module
 */
import { ManualClock } from "./manual_clock.ts";

/** A clock that may go on while nobody looks at it: as it does while a process stands still. */
export class SkippingClock extends ManualClock {
  /** For how long, milliseconds. */
  skippedMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.skippedMs;
  }

  override now(): number {
    return super.now() + this.skippedMs;
  }
}
