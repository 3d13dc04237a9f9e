import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { standstillsOf } from "./standstill.ts";
import { ManualClock } from "./testing/manual_clock.ts";
import { SkippingClock } from "./testing/skipping_clock.ts";

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

Deno.test("standstillsOf tells for a second that a process is just back, whoever looks first, and whatever the clock is set to", async () => {
  const clock = new SkippingClock();
  const standstills = standstillsOf(clock);
  const isJustBack = () => standstills.isJustBack(clock.now());
  clock.skippedMs += 60_000;
  strictEqual(isJustBack(), false, "nobody follows");
  using _follower = standstills.follow();
  await clock.advance(60_000);
  const seen: boolean[] = [isJustBack()];
  clock.skippedMs += 10_000;
  seen.push(isJustBack());
  clock.skippedMs += 60_000;
  seen.push(isJustBack());
  await clock.advance(999);
  seen.push(isJustBack());
  await clock.advance(1);
  seen.push(isJustBack());
  clock.skippedMs += 60_000;
  strictEqual(standstills.count, 2);
  seen.push(isJustBack());
  clock.skippedMs -= 3_600_000;
  seen.push(isJustBack());
  await clock.advance(3_600_000);
  seen.push(isJustBack());
  deepStrictEqual(seen, [false, false, true, true, false, true, false, false]);
});
