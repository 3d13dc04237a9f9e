import assert from "node:assert/strict";
import { parseJsonBody } from "./json_body.ts";

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

Deno.test("parseJsonBody reads what JSON.parse reads", () => {
  for (const text of ["1", "null", '"a"', '[{"a": [1, null]}]', nested(500)]) {
    assert.deepEqual(parseJsonBody(text), JSON.parse(text));
  }
  assert.throws(() => parseJsonBody("{"), SyntaxError);
});

Deno.test("T17: parseJsonBody refuses what is nested so deeply that a walk would end the stack", () => {
  for (
    const text of [nested(502), nested(1_000_000), `${'{"a":'.repeat(9_999)}1${"}".repeat(9_999)}`]
  ) {
    assert.throws(() => parseJsonBody(text), /^SyntaxError: JSON has more than 500 levels$/);
  }
});
