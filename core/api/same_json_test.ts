import assert from "node:assert/strict";
import { sameJson } from "./same_json.ts";

Deno.test("sameJson compares values, not the order of keys, and takes undefined for absent", () => {
  assert.equal(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), true);
  assert.equal(sameJson({ a: 1, b: undefined }, { a: 1 }), true);
  assert.equal(sameJson({ a: 1 }, { a: 1, b: undefined }), true);
  for (
    const [one, other] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, {}],
      [{}, { a: 1 }],
      [[1], [1, 2]],
      [[], {}],
      [null, {}],
      [1, "1"],
    ]
  ) {
    assert.equal(sameJson(one, other), false, JSON.stringify([one, other]));
  }
});
