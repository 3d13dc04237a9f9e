import assert from "node:assert/strict";
import { systemClock } from "./clock.ts";

Deno.test("systemClock sleeps at least as long as it is asked to", async () => {
  const before = systemClock.monotonic();
  await systemClock.sleep(10);
  assert.ok(systemClock.monotonic() - before >= 9);
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
});

Deno.test("systemClock rejects a sleep with the signal's reason, also one that has aborted", async () => {
  const stop = new AbortController();
  const sleep = systemClock.sleep(60_000, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(sleep, /enough/);
  await assert.rejects(systemClock.sleep(60_000, stop.signal), /enough/);
});

Deno.test("systemClock sleeps on where one timer cannot last so long", async () => {
  const stop = new AbortController();
  let over = false;
  const sleep = systemClock.sleep(2 ** 31, stop.signal).then(() => over = true);
  await systemClock.sleep(20);
  assert.equal(over, false);
  stop.abort(new Error("enough"));
  await assert.rejects(sleep, /enough/);
});
