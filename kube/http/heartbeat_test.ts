import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { Heartbeat } from "./heartbeat.ts";

function setUp() {
  const clock = new ManualClock();
  const asked: number[] = [];
  const state = { answers: true, dead: 0 };
  const heartbeat = new Heartbeat({
    clock,
    ask: () => {
      asked.push(clock.monotonic());
      return state.answers ? Promise.resolve() : new Promise(() => undefined);
    },
    onDead: () => state.dead++,
  });
  return { clock, asked, state, heartbeat };
}

Deno.test("S2: Heartbeat asks a connection only while nothing comes by it", async () => {
  const { clock, asked, heartbeat } = setUp();
  for (let n = 0; n < 10; n++) {
    await clock.advance(10_000);
    heartbeat.heard();
  }
  assert.deepEqual(asked, []);
  await clock.advance(46_000);
  assert.deepEqual(asked, [115_000, 130_000, 145_000]);
  heartbeat.stop();
  await clock.advance(60_000);
  assert.equal(asked.length, 3);
  assert.equal(clock.sleeping, 0);
});

Deno.test("S2: Heartbeat finds a connection dead that gives no answer, once", async () => {
  const { clock, state } = setUp();
  state.answers = false;
  await clock.advance(24_900);
  assert.equal(state.dead, 0);
  await clock.advance(200);
  assert.equal(state.dead, 1);
  await clock.advance(600_000);
  assert.equal(state.dead, 1);
  assert.equal(clock.sleeping, 0);
});

Deno.test("S2: Heartbeat takes anything that comes meanwhile for an answer", async () => {
  const { clock, state, asked, heartbeat } = setUp();
  state.answers = false;
  await clock.advance(16_000);
  heartbeat.heard();
  await clock.advance(10_000);
  assert.deepEqual([state.dead, asked.length], [0, 1]);
  heartbeat.stop();
});

Deno.test("S2: Heartbeat asks at once where there is doubt", async () => {
  const { clock, asked, heartbeat } = setUp();
  await clock.advance(1_000);
  heartbeat.doubt();
  await clock.settle();
  assert.deepEqual(asked, [1_000]);
  await clock.advance(14_900);
  assert.deepEqual(asked, [1_000]);
  heartbeat.stop();
});

Deno.test("S2: Heartbeat keeps nothing of how often it waited while a connection is heard", async () => {
  const reactions = new Map<unknown, number>();
  const { then } = Promise.prototype;
  const { clock, heartbeat } = setUp();
  Promise.prototype.then = function (...handlers) {
    reactions.set(this, (reactions.get(this) ?? 0) + 1);
    return then.apply(this, handlers) as never;
  };
  try {
    for (let n = 0; n < 100; n++) {
      await clock.advance(10_000);
      heartbeat.heard();
    }
  } finally {
    Promise.prototype.then = then;
  }
  heartbeat.stop();
  assert.ok(Math.max(...reactions.values()) < 5, String(Math.max(...reactions.values())));
});
