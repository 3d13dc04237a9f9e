import assert from "node:assert/strict";
import { retryDelay } from "./retry_after.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

function delay(
  status: number,
  retryAfter?: string,
  options: { readonly attempt?: number; readonly random?: number } = {},
) {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  const response = new Response(null, { status, headers });
  return retryDelay(response, {
    attempt: options.attempt ?? 0,
    now: NOW,
    random: () => options.random ?? 0,
  });
}

Deno.test("retryDelay reads seconds and dates (RFC 9110 10.2.3)", () => {
  assert.equal(delay(429, "3"), 3_000);
  assert.equal(delay(503, "0"), 0);
  assert.equal(delay(429, "Thu, 01 Jan 2026 12:00:05 GMT"), 5_000);
  assert.equal(delay(429, "Thu, 01 Jan 2026 11:00:00 GMT"), 0);
});

Deno.test("retryDelay waits a second where a 429 gives no time, or none that can be read", () => {
  assert.equal(delay(429), 1_000);
  assert.equal(delay(429, "soon"), 1_000);
});

Deno.test("retryDelay is bounded, with up to a quarter more by chance", () => {
  assert.equal(delay(429, "3600"), 30_000);
  assert.equal(delay(429, "4", { random: 0.5 }), 4_500);
});

Deno.test("retryDelay gives up after five repeats", () => {
  assert.equal(delay(429, "1", { attempt: 4 }), 1_000);
  assert.equal(delay(429, "1", { attempt: 5 }), undefined);
});

Deno.test("retryDelay repeats nothing that the server did not ask for", () => {
  for (const status of [200, 400, 409, 500, 503, 504]) {
    assert.equal(delay(status), undefined, String(status));
  }
  assert.equal(delay(500, "1"), undefined);
});
