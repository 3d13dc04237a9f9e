import { strictEqual as equal } from "node:assert/strict";
import { fieldErrorText, fieldPath, shortJson } from "./field_error.ts";

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
    { path: [], value: "x", message: "must be an object" },
    { path: ["spec"], value: undefined, message: "is required" },
    { path: ["a"], value: "y".repeat(200), message: "is long" },
    { path: ["b"], value: 1n, message: "is odd" },
  ];
  equal(
    fieldErrorText(errors),
    `must be an object: "x"; spec: is required; a: is long: "${"y".repeat(119)}...; b: is odd: 1`,
  );
});

Deno.test("fieldErrorText writes ten errors, and of more how many there are", () => {
  const errors = Array.from({ length: 10_000 }, (_, index) => ({
    path: ["dns", index],
    value: undefined,
    message: "is odd",
  }));
  const ten = errors.slice(0, 10).map((_, index) => `dns[${index}]: is odd`).join("; ");
  equal(fieldErrorText(errors.slice(0, 10)), ten);
  equal(fieldErrorText(errors), `${ten}; and 9990 more`);
});

Deno.test("shortJson leaves 120 characters as they are", () => {
  equal(shortJson("x".repeat(118)), `"${"x".repeat(118)}"`);
  equal(shortJson("x".repeat(119)), `"${"x".repeat(119)}...`);
});
