import assert from "node:assert/strict";
import fc from "fast-check";
import { damaged } from "./arbitraries.ts";

Deno.test("damaged leaves no text that UTF-8 cannot carry", () => {
  fc.assert(
    fc.property(damaged(fc.constant("\u{1f600}".repeat(4))), (text) => {
      assert.equal(
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text)),
        text,
      );
    }),
    { seed: 1, numRuns: 200 },
  );
});
