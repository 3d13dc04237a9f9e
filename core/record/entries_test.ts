import { deepStrictEqual } from "node:assert/strict";
import { parseIPv4, parseMac } from "../net/mod.ts";
import { NONE, readEntries } from "./entries.ts";

Deno.test("readEntries reads addresses, MAC addresses in any spelling, and marks, in their order", () => {
  const address = parseIPv4("10.0.0.11");
  const mac = parseMac("52:54:00:00:00:0a");
  deepStrictEqual(
    readEntries({ "10.0.0.11": "52-54-00-00-00-0A", "10.0.0.9": "RESERVED" }),
    [
      { key: "10.0.0.11", value: "52-54-00-00-00-0A", address, mac, mark: undefined },
      { key: "10.0.0.9", value: "RESERVED", address: address - 2, mac: NONE, mark: "RESERVED" },
    ],
  );
});

Deno.test("readEntries keeps what it cannot read, each half for itself", () => {
  deepStrictEqual(
    readEntries({ "10.0.0.011": "EXCLUDED", "10.0.0.12": "reserved" }).map(
      ({ key, address, mac, mark }) => [key, address, mac, mark],
    ),
    [
      ["10.0.0.011", NONE, NONE, "EXCLUDED"],
      ["10.0.0.12", parseIPv4("10.0.0.12"), NONE, undefined],
    ],
  );
});

Deno.test("readEntries of a pool without a record is empty", () => {
  deepStrictEqual(readEntries(undefined), []);
});

Deno.test("readEntries reads a value that is no text as one that it cannot read, as an old object in a forged review may have", () => {
  const allocated = { "10.0.0.11": ["52:54:00:00:00:0a"] } as unknown as Record<string, string>;
  deepStrictEqual(readEntries(allocated).map(({ mac, mark }) => [mac, mark]), [[NONE, undefined]]);
  for (const none of [undefined, null, 7, "x"]) deepStrictEqual(readEntries(none as never), []);
});
