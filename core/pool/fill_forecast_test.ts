import assert from "node:assert/strict";
import fc from "fast-check";
import { type FillSample, secondsUntilFull } from "./fill_forecast.ts";

const MINUTE = 60_000;

/** A pool of 100 addresses, looked at every ten minutes. */
function looked(...used: readonly number[]): readonly FillSample[] {
  return used.map((number, look) => ({
    at: look * 10 * MINUTE,
    used: number,
    available: 100 - number,
  }));
}

Deno.test("secondsUntilFull goes on by the rate of the past", () => {
  // 6 an hour, 36 used: 64 more take 10 h 40 min.
  assert.equal(secondsUntilFull(looked(30, 31, 32, 33, 34, 35, 36))?.toFixed(3), "38400.000");
});

Deno.test("secondsUntilFull is not led astray by one look that is off", () => {
  const seconds = secondsUntilFull(looked(30, 31, 32, 40, 34, 35, 36)) ?? 0;
  assert.ok(Math.abs(seconds - 38_400) < 1, `${seconds}`);
});

Deno.test("secondsUntilFull says nothing of a pool that does not fill", () => {
  assert.equal(secondsUntilFull(looked(30, 30, 30, 30, 30, 30, 30)), undefined);
  assert.equal(secondsUntilFull(looked(36, 35, 34, 33, 32, 31, 30)), undefined);
});

Deno.test("secondsUntilFull says nothing after less than an hour, or of two looks", () => {
  assert.equal(secondsUntilFull(looked(30, 31, 32, 33, 34, 35)), undefined);
  const two = [{ at: 0, used: 1, available: 9 }, { at: 120 * MINUTE, used: 2, available: 8 }];
  assert.equal(secondsUntilFull(two), undefined);
  assert.equal(secondsUntilFull([]), undefined);
});

Deno.test("secondsUntilFull is 0 of a pool that is full now, also where nothing is known of before", () => {
  assert.equal(secondsUntilFull(looked(100)), 0);
});

Deno.test("secondsUntilFull says nothing of a pool without any address to give", () => {
  assert.equal(secondsUntilFull([{ at: 0, used: 0, available: 0 }]), undefined);
});

Deno.test("secondsUntilFull is never negative, infinite or no number", () => {
  const used = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 });
  fc.assert(fc.property(used, (numbers) => {
    const seconds = secondsUntilFull(looked(...numbers));
    assert.ok(seconds === undefined || (Number.isFinite(seconds) && seconds >= 0), `${seconds}`);
  }));
});
