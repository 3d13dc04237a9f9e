import { strictEqual as equal, throws } from "node:assert/strict";
import { fieldErrorText, fieldPath } from "./field_error.ts";
import { networkNameProblem, networkRef } from "./network_ref.ts";
import { fromTimestamp, toTimestamp } from "./timestamp.ts";

Deno.test("fieldPath writes indexes and keys that are no names in brackets", () => {
  equal(fieldPath([]), "");
  equal(fieldPath(["spec", "ipv4Config", "dns", 1]), "spec.ipv4Config.dns[1]");
  equal(fieldPath([0, "a"]), "[0].a");
  equal(
    fieldPath(["status", "ipv4", "allocated", "192.168.48.84"]),
    "status.ipv4.allocated[192.168.48.84]",
  );
});

Deno.test("fieldErrorText joins errors and cuts what is long", () => {
  const errors = [
    { path: "", value: "x", message: "must be an object" },
    { path: "spec", value: undefined, message: "is required" },
    { path: "a", value: "y".repeat(200), message: "is long" },
    { path: "b", value: 1n, message: "is odd" },
  ];
  equal(
    fieldErrorText(errors),
    `must be an object: "x"; spec: is required; a: is long: "${"y".repeat(119)}...; b: is odd: 1`,
  );
});

Deno.test("networkRef completes a name with the object's own namespace, as KubeVirt does", () => {
  equal(networkRef("net-48", "tenant-a"), "tenant-a/net-48");
  equal(networkRef("default/net.48", "tenant-a"), "default/net.48");
});

Deno.test("networkRef throws with the reason and the name", () => {
  throws(() => networkRef("a/b/c", "default"), {
    name: "RangeError",
    message:
      'Cannot read network name: must be "namespace/name" or "name": it has more than one slash: "a/b/c"',
  });
  for (
    const bad of [
      "",
      "/a",
      "a/",
      "A",
      "a_b",
      "-a",
      "a-",
      "a..b",
      `${"n".repeat(64)}/a`,
      "a".repeat(254),
      " a",
    ]
  ) {
    throws(() => networkRef(bad, "default"), RangeError, bad);
  }
});

Deno.test("networkNameProblem accepts the longest names", () => {
  const name = `${Array(4).fill("a".repeat(62)).join(".")}.a`;
  equal(name.length, 253);
  equal(networkNameProblem(`${"n".repeat(63)}/${name}`), undefined);
});

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
