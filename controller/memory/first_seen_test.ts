import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { FirstSeen } from "./first_seen.ts";

Deno.test("FirstSeen counts from the first time, whatever the wall clock does, and anew after it forgot", async () => {
  const clock = new ManualClock();
  const seen = new FirstSeen(clock);
  assert.equal(seen.see("a"), 0);
  await clock.advance(100);
  clock.jump(-3_600_000);
  assert.equal(seen.see("a"), 100);
  assert.equal(seen.see("b"), 0);
  await clock.advance(50);
  seen.keep(new Set(["b"]));
  assert.equal(seen.see("a"), 0);
  assert.equal(seen.see("b"), 50);
  seen.forget("b");
  assert.equal(seen.see("b"), 0);
});
