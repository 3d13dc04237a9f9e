import { strictEqual as equal } from "node:assert/strict";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { whenTold } from "./last_words.ts";

function setUp() {
  const clock = new ManualClock();
  const stop = new AbortController();
  const agent = { hasUntold: false };
  let isOver = false;
  void whenTold(agent, { signal: stop.signal, clock }).then(() => isOver = true);
  return { clock, stop, agent, isOver: () => isOver };
}

Deno.test("S1: an agent that is to end waits a moment for news, and ends where it has nothing to tell", async () => {
  const { clock, stop, isOver } = setUp();
  await clock.advance(60_000);
  equal(isOver(), false);
  stop.abort();
  await clock.advance(900);
  equal(isOver(), false);
  await clock.advance(200);
  equal(isOver(), true);
});

Deno.test("S1: an agent that knows what the API server has forgotten ends when it was heard", async () => {
  const { clock, stop, agent, isOver } = setUp();
  stop.abort();
  await clock.advance(500);
  agent.hasUntold = true;
  await clock.advance(5_000);
  equal(isOver(), false);
  agent.hasUntold = false;
  await clock.advance(500);
  equal(isOver(), true);
});

Deno.test("S1: an agent that nobody hears ends all the same, before its pod's time is over", async () => {
  const { clock, stop, agent, isOver } = setUp();
  agent.hasUntold = true;
  stop.abort();
  await clock.advance(11_000);
  equal(isOver(), true);
});
