import { strictEqual as equal, throws } from "node:assert/strict";
import { fromTimestamp, toTimestamp } from "./timestamp.ts";

Deno.test("toTimestamp and fromTimestamp agree, in whole seconds", () => {
  for (const ms of [0, 1708003041000, 253402300799000]) equal(fromTimestamp(toTimestamp(ms)), ms);
  equal(toTimestamp(1999), "1970-01-01T00:00:01Z");
  throws(() => toTimestamp(NaN), { name: "RangeError", message: "Cannot write a time: NaN" });
});

Deno.test("fromTimestamp reads fractions and offsets, and nothing that is no RFC 3339 time", () => {
  equal(fromTimestamp("2024-02-15T13:17:21.123456Z"), 1708003041123);
  equal(fromTimestamp("2024-02-15T14:17:21+01:00"), 1708003041000);
  for (
    const bad of [
      undefined,
      "",
      "2024-02-15",
      "13:17:21Z",
      "2024-13-15T13:17:21Z",
      "Thu Feb 15 2024",
    ]
  ) {
    equal(fromTimestamp(bad), undefined, bad);
  }
});
