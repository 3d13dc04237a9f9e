import { deepStrictEqual } from "node:assert/strict";
import { untilAborted } from "../../runtime/abort.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { whileLeading } from "./leadership.ts";

function setUp(leading: boolean) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const handlers: (() => void)[] = [];
  const leadership = { leading, onChange: (handler: () => void) => void handlers.push(handler) };
  const told: string[] = [];
  const done = whileLeading(leadership, async (signal) => {
    told.push("begins");
    await untilAborted(signal);
    told.push(`ends: ${signal.reason.message}`);
  }, stop.signal).then(() => told.push("over"));
  const set = async (value: boolean) => {
    leadership.leading = value;
    for (const handler of handlers) handler();
    await clock.settle();
  };
  return { clock, stop, set, told, done };
}

Deno.test("whileLeading works for one term after the other, and not in between", async () => {
  const { clock, stop, set, told, done } = setUp(false);
  await clock.settle();
  deepStrictEqual(told, []);
  await set(true);
  await set(false);
  deepStrictEqual(told, ["begins", "ends: No longer leading"]);
  await set(true);
  deepStrictEqual(told.slice(2), ["begins"]);
  stop.abort(new Error("stop"));
  await done;
  deepStrictEqual(told.slice(3), ["ends: stop", "over"]);
});

Deno.test("whileLeading ends while another process leads, too", async () => {
  const { stop, told, done } = setUp(false);
  stop.abort();
  await done;
  deepStrictEqual(told, ["over"]);
});

Deno.test("whileLeading begins at once where this process leads already", async () => {
  const { stop, told, done } = setUp(true);
  stop.abort(new Error("stop"));
  await done;
  deepStrictEqual(told, ["begins", "ends: stop", "over"]);
});
