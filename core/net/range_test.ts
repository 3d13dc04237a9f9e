import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { formatRange, parseIPv4, parseRange, rangeContains, rangeSize } from "./mod.ts";

Deno.test("parseRange takes two ends, both included", () => {
  const range = parseRange("192.168.48.81", "192.168.48.90");
  strictEqual(rangeSize(range), 10);
  strictEqual(formatRange(range), "192.168.48.81-192.168.48.90");
});

Deno.test("parseRange takes one address as a range", () => {
  strictEqual(rangeSize(parseRange("10.0.0.1", "10.0.0.1")), 1);
});

Deno.test("rangeSize counts all addresses there are", () => {
  strictEqual(rangeSize(parseRange("0.0.0.0", "255.255.255.255")), 2 ** 32);
});

Deno.test("parseRange refuses an end before its start", () => {
  throws(() => parseRange("10.0.0.2", "10.0.0.1"), {
    name: "AddressError",
    message: 'Cannot parse IPv4 range, its end lies before its start: "10.0.0.2-10.0.0.1"',
  });
});

Deno.test("parseRange refuses an end that is no address", () => {
  throws(() => parseRange("10.0.0.2", "::1"), /IPv6 given where IPv4 is wanted: "::1"/);
});

Deno.test("rangeContains holds both ends and nothing beside them", () => {
  const range = parseRange("10.0.0.2", "10.0.0.4");
  const inside = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"]
    .map((text) => rangeContains(range, parseIPv4(text)));
  deepStrictEqual(inside, [false, true, true, true, false]);
});
