import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { GatherWindow } from "./gather_window.ts";

function setUp(): {
  readonly clock: ManualClock;
  readonly window: GatherWindow;
  readonly busy: { is: boolean };
} {
  const clock = new ManualClock();
  const busy = { is: false };
  const window = new GatherWindow({
    clock,
    quietMs: 10,
    firstMs: 100,
    maxMs: 400,
    moreToCome: () => busy.is,
  });
  return { clock, window, busy };
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
