import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { NakLimiter } from "./nak_limiter.ts";

const client = (chaddrLow: number) => ({ chaddrHigh: 0x525400, chaddrLow });

Deno.test("NAK limiter allows a burst and then one per interval", () => {
  const limiter = new NakLimiter(3, 1000);
  const at = (now: number) => limiter.allows(1, client(1), now);
  deepStrictEqual([at(0), at(0), at(0), at(0)], [true, true, true, false]);
  deepStrictEqual([at(999), at(1000), at(1000), at(2000)], [false, true, false, true]);
  deepStrictEqual([at(60_000), at(60_000), at(60_000), at(60_000)], [true, true, true, false]);
});

Deno.test("NAK limiter never allows more than burst and rate together", () => {
  const gaps = fc.array(fc.nat(3000), { minLength: 1, maxLength: 100 });
  fc.assert(fc.property(gaps, fc.integer({ min: 1, max: 6 }), (steps, burst) => {
    const limiter = new NakLimiter(burst, 1000);
    let now = 1_000_000;
    const start = now;
    let allowed = 0;
    for (const step of steps) {
      now += step;
      if (limiter.allows(7, client(7), now)) allowed++;
    }
    ok(allowed <= burst + (now - start) / 1000, `${allowed} in ${now - start}`);
    ok(allowed >= 1);
  }));
});

Deno.test("NAK limiter keeps clients and networks apart", () => {
  const limiter = new NakLimiter(1, 1000);
  strictEqual(limiter.allows(1, client(1), 0), true);
  strictEqual(limiter.allows(1, client(2), 0), true);
  strictEqual(limiter.allows(2, client(3), 0), true);
  strictEqual(limiter.allows(1, client(1), 0), false);
});

Deno.test("NAK limiter forgets rather than forbids, however many clients there are", () => {
  const limiter = new NakLimiter(1, 1000);
  for (let i = 0; i < 100_000; i++) ok(limiter.allows(1, client(i), 0));
});
