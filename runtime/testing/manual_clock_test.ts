import assert from "node:assert/strict";
import { ManualClock } from "./manual_clock.ts";

Deno.test("ManualClock wakes sleepers in the order of their times, each at its time", async () => {
  const clock = new ManualClock(0);
  const woken: string[] = [];
  const wait = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push(`${name}@${clock.now()}`);
  };
  const all = Promise.all([wait("late", 30), wait("early", 10), wait("early too", 10)]);
  await clock.advance(100);
  await all;
  assert.deepEqual(woken, ["early@10", "early too@10", "late@30"]);
  assert.equal(clock.monotonic(), 100);
});

Deno.test("ManualClock wakes within one advance also what a woken sleeper waits for", async () => {
  const clock = new ManualClock(0);
  let ticks = 0;
  const loop = (async () => {
    while (ticks < 3) {
      await clock.sleep(10);
      ticks++;
    }
  })();
  await clock.advance(30);
  await loop;
  assert.equal(ticks, 3);
});

Deno.test("ManualClock rejects a sleep with the signal's reason and forgets it", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const sleep = clock.sleep(10, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(sleep, /enough/);
  await assert.rejects(clock.sleep(10, stop.signal), /enough/);
  assert.equal(clock.sleeping, 0);
});

Deno.test("ManualClock lets the wall clock jump without waking anybody", async () => {
  const clock = new ManualClock(0);
  const stop = new AbortController();
  const sleep = clock.sleep(10, stop.signal);
  clock.jump(1_000);
  await clock.settle();
  assert.deepEqual([clock.now(), clock.monotonic(), clock.sleeping], [1_000, 0, 1]);
  stop.abort(new Error("enough"));
  await assert.rejects(sleep);
});

Deno.test("ManualClock.advanceUntil stops when the condition holds, and fails when it never does", async () => {
  const clock = new ManualClock(0);
  await clock.advanceUntil(() => clock.now() >= 450);
  assert.equal(clock.now(), 500);
  await assert.rejects(clock.advanceUntil(() => false, { limitMs: 1_000 }), /1000 ms/);
});
