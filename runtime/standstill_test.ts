import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { standstillsOf } from "./standstill.ts";
import { ManualClock } from "./testing/manual_clock.ts";

/** A clock that may go on while nobody looks at it. */
class SkippingClock extends ManualClock {
  skippedMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.skippedMs;
  }
}

Deno.test("standstillsOf counts when nobody looked for more than ten seconds, however many follow, by one timer", async () => {
  const clock = new SkippingClock();
  const standstills = standstillsOf(clock);
  strictEqual(standstillsOf(clock), standstills);
  notStrictEqual(standstillsOf(new ManualClock()), standstills);
  {
    using _one = standstills.follow();
    using _other = standstills.follow();
    const counts: number[] = [];
    for (const skippedMs of [0, 10_000, 10_001, 0]) {
      clock.skippedMs += skippedMs;
      counts.push(standstills.count);
      await clock.advance(60_000);
      strictEqual(clock.sleeping, 1);
    }
    deepStrictEqual([counts, standstills.count], [[0, 0, 1, 1], 1]);
  }
  await clock.settle();
  strictEqual(clock.sleeping, 0);
  clock.skippedMs += 60_000;
  using _again = standstills.follow();
  strictEqual(standstills.count, 1, "what was before somebody followed concerns nobody");
});
