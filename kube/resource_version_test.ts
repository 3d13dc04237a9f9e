import assert from "node:assert/strict";
import { isNewer } from "./resource_version.ts";

Deno.test("isNewer compares decimal numbers of any length", () => {
  assert.equal(isNewer("10", "9"), true);
  assert.equal(isNewer("9", "10"), false);
  assert.equal(isNewer("7", "7"), false);
  assert.equal(isNewer("18446744073709551616", "18446744073709551615"), true);
  assert.equal(isNewer("1", "0"), true);
});

Deno.test("isNewer does not know where either is no decimal number", () => {
  for (const odd of [undefined, "", "abc", "-1", "01", "1.5", " 1"]) {
    assert.equal(isNewer(odd, "1"), undefined);
    assert.equal(isNewer("1", odd), undefined);
  }
});
