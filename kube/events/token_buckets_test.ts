import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { TokenBuckets } from "./token_buckets.ts";

Deno.test("TokenBuckets gives a burst, then one token each time one is refilled", async () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets({ size: 3, refillMs: 1_000, clock });
  assert.deepEqual([1, 2, 3, 4].map(() => buckets.take("a")), [true, true, true, false]);
  assert.equal(buckets.take("b"), true);
  await clock.advance(999);
  assert.equal(buckets.take("a"), false);
  await clock.advance(1);
  assert.deepEqual([buckets.take("a"), buckets.take("a")], [true, false]);
  await clock.advance(10_000);
  assert.deepEqual([1, 2, 3, 4].map(() => buckets.take("a")), [true, true, true, false]);
});

Deno.test("TokenBuckets forgets keys whose bucket is full again", async () => {
  const clock = new ManualClock();
  const buckets = new TokenBuckets({ size: 3, refillMs: 1_000, clock });
  for (let i = 0; i < 1_000; i++) buckets.take(`key-${i}`);
  assert.equal(buckets.size, 1_000);
  await clock.advance(1_000);
  buckets.take("last");
  assert.equal(buckets.size, 1);
});
