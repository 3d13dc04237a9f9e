import assert from "node:assert/strict";
import { backoff } from "./backoff.ts";

Deno.test("backoff doubles from its base to its maximum", () => {
  const wait = backoff({ base: 100, max: 1_000, random: () => 1 });
  assert.deepEqual([1, 2, 3, 4, 5, 500, 5_000].map(wait), [
    100,
    200,
    400,
    800,
    1_000,
    1_000,
    1_000,
  ]);
});

Deno.test("backoff waits between a half and the whole, by chance", () => {
  assert.equal(backoff({ base: 100, max: 1_000, random: () => 0 })(2), 100);
  assert.equal(backoff({ base: 100, max: 1_000, random: () => 0.5 })(2), 150);
});

Deno.test("backoff refuses bounds that make no sense", () => {
  for (const [base, max] of [[0, 1], [-1, 1], [2, 1], [NaN, 1], [1, NaN]] as const) {
    assert.throws(() => backoff({ base, max, random: () => 0 }), {
      name: "RangeError",
      message: /^Cannot back off between/,
    });
  }
});
