import assert from "node:assert/strict";
import { followTrouble, unknownBecause } from "./follow_trouble.ts";

const resource = { kind: "IPPool" };

Deno.test("S2: followTrouble is silent about what passes within seconds, and names kind, time and reason after that", () => {
  const error = new Error("connection refused");
  assert.equal(followTrouble({ resource, trouble: undefined }), undefined);
  assert.equal(followTrouble({ resource, trouble: { forMs: 14_999, error } }), undefined);
  assert.equal(
    followTrouble({ resource, trouble: { forMs: 61_500, error } }),
    "IPPool objects are not followed for 61 s: connection refused",
  );
});

Deno.test("unknownBecause says what has failed so far", () => {
  assert.equal(unknownBecause({ trouble: undefined }), "");
  assert.equal(unknownBecause({ trouble: { forMs: 0, error: new Error("403") } }), ": 403");
});
