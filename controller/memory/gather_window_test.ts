import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { GatherWindow } from "./gather_window.ts";
import { WriteTurns } from "./write_turns.ts";

function setUp(): {
  readonly clock: ManualClock;
  readonly window: GatherWindow;
  readonly turns: WriteTurns;
  readonly woken: string[];
  readonly busy: { is: boolean };
} {
  const clock = new ManualClock();
  const busy = { is: false };
  const woken: string[] = [];
  const wake = (key: string) => woken.push(key);
  const turns = new WriteTurns({
    clock,
    otherWrites: 2,
    stillMs: 50,
    maxMs: 50,
    mostMs: 60_000,
    wake,
  });
  const window = new GatherWindow({
    clock,
    quietMs: 10,
    firstMs: 100,
    maxMs: 400,
    moreToCome: () => busy.is,
    turns,
  });
  return { clock, window, turns, woken, busy };
}

/** Changes come every 5 ms; milliseconds from the first until the window closes. */
async function storm(clock: ManualClock, window: GatherWindow): Promise<number> {
  const start = clock.monotonic();
  window.touch("a");
  while (window.close("a") > 0) {
    await clock.advance(5);
    window.touch("a");
  }
  return clock.monotonic() - start;
}

Deno.test("GatherWindow lets a single change through after a short quiet", async () => {
  const { clock, window } = setUp();
  assert.equal(window.touch("a"), true);
  assert.equal(window.touch("a"), false);
  assert.equal(window.close("a"), 10);
  await clock.advance(10);
  assert.equal(window.close("a"), 0);
  assert.equal(window.size, 0);
});

Deno.test("GatherWindow waits while more is known to come, and no longer than its limit", async () => {
  const { clock, window, busy } = setUp();
  busy.is = true;
  window.touch("a");
  await clock.advance(50);
  assert.ok(window.close("a") > 0);
  busy.is = false;
  assert.equal(window.close("a"), 0);
  busy.is = true;
  window.touch("a");
  await clock.advance(100);
  assert.equal(window.close("a"), 0);
});

Deno.test("GatherWindow has a key that waits for more looked at ever less often", async () => {
  const { clock, window, busy } = setUp();
  for (let n = 0; n < 2; n++) await storm(clock, window);
  busy.is = true;
  window.touch("a");
  const waits = [];
  for (let wait = window.close("a"); wait > 0; wait = window.close("a")) {
    waits.push(Math.round(wait));
    await clock.advance(wait);
  }
  assert.equal(waits.reduce((sum, wait) => sum + wait), 400);
  assert.deepEqual([waits[0], waits.at(-2)], [10, 41]);
});

Deno.test("GatherWindow grows in a storm up to its greatest, and shrinks when it is over", async () => {
  const { clock, window } = setUp();
  const waits = [];
  for (let n = 0; n < 5; n++) waits.push(await storm(clock, window));
  assert.deepEqual(waits, [100, 200, 400, 400, 400]);
  window.touch("a");
  await clock.advance(10);
  assert.equal(window.close("a"), 0);
  assert.equal(await storm(clock, window), 100);
});

Deno.test("GatherWindow lets a key that was not touched through at once", () => {
  const { window } = setUp();
  assert.equal(window.close("b"), 0);
});

Deno.test("GatherWindow opens anew for a key that was forgotten and came back", async () => {
  const { clock, window } = setUp();
  window.touch("a");
  window.forget("a");
  assert.equal(window.size, 0);
  assert.equal(window.close("a"), 0);
  await clock.advance(50);
  assert.equal(window.touch("a"), true);
  assert.equal(window.close("a"), 10);
});

Deno.test("GatherWindow forgets with a key that it was busy", async () => {
  const { clock, window } = setUp();
  await storm(clock, window);
  window.forget("a");
  assert.equal(await storm(clock, window), 100);
});

Deno.test("GatherWindow has keys that wait for more take turns, and none when nothing more is to come", async () => {
  const { clock, window, turns, woken, busy } = setUp();
  busy.is = true;
  for (const key of ["a", "b", "c", "d"]) window.touch(key);
  await clock.advance(100);
  assert.equal(window.close("a"), 0, "nobody had a turn for long");
  assert.ok(window.close("b") > 0);
  assert.ok(window.close("c") > 0);
  assert.ok(window.close("d") > 0);
  turns.otherWrite();
  turns.otherWrite();
  assert.deepEqual(woken, ["b"]);
  assert.ok(window.close("c") > 0, "c is not the first");
  assert.equal(window.close("b"), 0);
  assert.deepEqual(woken, ["b", "c"]);
  window.forget("c");
  assert.deepEqual(woken, ["b", "c", "d"]);
  assert.ok(window.close("d") > 0);
  busy.is = false;
  assert.equal(window.close("d"), 0);
});

Deno.test("GatherWindow that is cleared holds nobody in its line, and a change of a key opens its window again", async () => {
  const { clock, window, busy } = setUp();
  busy.is = true;
  for (const key of ["a", "b", "c"]) window.touch(key);
  await clock.advance(100);
  assert.equal(window.close("a"), 0);
  assert.ok(window.close("b") > 0);
  window.clear();
  assert.equal(window.size, 0);
  assert.equal(window.touch("c"), true);
  await clock.advance(100);
  assert.equal(window.close("c"), 0, "b is not before it any more");
});

Deno.test("GatherWindow lets nothing of a key through that rests, however quiet it is, and everything of others", async () => {
  const { clock, window } = setUp();
  window.rest("a", 1_000);
  window.touch("a");
  window.touch("b");
  await clock.advance(10);
  assert.deepEqual([window.close("a"), window.close("b")], [990, 0]);
  await clock.advance(990);
  assert.equal(window.close("a"), 0);
  window.touch("a");
  await clock.advance(10);
  assert.equal(window.close("a"), 0, "it has rested");
});

Deno.test("GatherWindow knows of no rest of what it forgot", async () => {
  const { clock, window } = setUp();
  for (const forget of [() => window.forget("a"), () => window.clear()]) {
    window.rest("a", 1_000);
    forget();
    window.touch("a");
    await clock.advance(10);
    assert.equal(window.close("a"), 0);
  }
});
