import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4, parseMac } from "../net/mod.ts";
import { NONE } from "./entries.ts";
import { Holds, readHolds } from "./holds.ts";

Deno.test("readHolds reads address, MAC address and end of each hold, and keeps what it cannot read", () => {
  const until = "2026-01-01T01:00:00Z";
  const ms = Date.parse(until);
  const read = readHolds({
    "10.0.0.11": { macAddress: "52-54-00-00-00-0A", until },
    "10.0.0.12": { until },
    "10.0.0.013": { macAddress: "?", until },
    "10.0.0.14": { until: "tomorrow" },
  });
  deepStrictEqual(read.map(({ key, address, mac, until }) => [key, address, mac, until]), [
    ["10.0.0.11", parseIPv4("10.0.0.11"), parseMac("52:54:00:00:00:0a"), ms],
    ["10.0.0.12", parseIPv4("10.0.0.12"), NONE, ms],
    ["10.0.0.013", NONE, NONE, ms],
    ["10.0.0.14", parseIPv4("10.0.0.14"), NONE, undefined],
  ]);
});

Deno.test("readHolds of a pool without holds is empty", () => {
  deepStrictEqual(readHolds(undefined), []);
});

Deno.test("Holds.ofMac knows only the holds that a MAC address has now, whoever had the addresses before", () => {
  const [address, other] = [parseIPv4("10.0.0.11"), parseIPv4("10.0.0.12")];
  const holds = new Holds(undefined, 0);
  for (const held of [address, other]) holds.set(held, { mac: 1, until: 1000 });
  holds.set(address, { mac: 2, until: 2000 });
  holds.delete(other);
  holds.set(other, { mac: 2, until: 3000 });
  deepStrictEqual(holds.ofMac(1), []);
  deepStrictEqual(holds.ofMac(2), [
    { address, mac: 2, until: 2000 },
    { address: other, mac: 2, until: 3000 },
  ]);
});

Deno.test("Holds.toRecorded is the very object that is recorded where what was set has ended again", () => {
  const recorded = { "10.0.0.11": { until: "2026-01-01T01:00:00Z" } };
  const holds = new Holds(recorded, 0);
  holds.set(parseIPv4("10.0.0.12"), { mac: NONE, until: 1 });
  deepStrictEqual(Object.keys(holds.toRecorded() ?? {}), ["10.0.0.11", "10.0.0.12"]);
  holds.delete(parseIPv4("10.0.0.12"));
  strictEqual(holds.toRecorded(), recorded);
  holds.delete(parseIPv4("10.0.0.11"));
  strictEqual(holds.toRecorded(), undefined);
});
