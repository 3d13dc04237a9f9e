import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { FillSamples } from "./fill_samples.ts";

const MINUTE = 60_000;

Deno.test("FillSamples tells when a pool that fills is full, however often it is asked", async () => {
  const clock = new ManualClock();
  const samples = new FillSamples(clock);
  let seconds: number | undefined;
  for (let minute = 0; minute <= 60; minute++) {
    const used = Math.floor(minute / 10);
    seconds = samples.note("default/net-48", { used, available: 100 - used });
    await clock.advance(MINUTE);
  }
  // 6 an hour, 94 left.
  assert.ok(seconds !== undefined && Math.abs(seconds - 56_400) < 600, `${seconds}`);
});

Deno.test("FillSamples forgets what is older than a day: a pool that no longer fills is not said to", async () => {
  const clock = new ManualClock();
  const samples = new FillSamples(clock);
  const look = async (used: number) => {
    const seconds = samples.note("default/net-48", { used, available: 100 - used });
    await clock.advance(10 * MINUTE);
    return seconds;
  };
  for (let used = 0; used < 20; used++) await look(used);
  for (let more = 0; more < 144; more++) await look(20);
  assert.equal(await look(20), undefined);
});

Deno.test("FillSamples forgets pools that are gone", async () => {
  const clock = new ManualClock();
  const samples = new FillSamples(clock);
  const look = async (used: number) => {
    const seconds = samples.note("default/net-48", { used, available: 100 - used });
    await clock.advance(30 * MINUTE);
    return seconds;
  };
  for (const used of [1, 2]) await look(used);
  samples.keep(new Set(["default/other"]));
  assert.equal(await look(3), undefined);
  for (const used of [4, 5]) await look(used);
  assert.ok(await look(6) !== undefined);
});
