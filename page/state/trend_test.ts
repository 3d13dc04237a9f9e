import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { RecordChange } from "../../core/history/record_change.ts";
import { trendOf } from "./trend.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const HOUR_MS = 3_600_000;

function change(hoursAgo: number, event: RecordChange["event"], why = "Allocated"): RecordChange {
  const at = new Date(NOW - hoursAgo * HOUR_MS).toISOString();
  return { at, event, address: "10.0.0.1", macAddress: "52:54:00:00:00:01", why };
}

function trend(changes: readonly RecordChange[], used = 10): ReturnType<typeof trendOf> {
  return trendOf(changes, { used, available: 20, now: NOW });
}

Deno.test("trendOf walks back over each event as it changed the number of addresses in use", () => {
  const events = [
    change(30, "given"),
    change(20, "given"), // 7
    change(16, "declined"), // 6
    change(16, "moved", "AddressDeclined"), // 7
    change(14, "moved", "Requested"),
    change(12, "adopted", "MacAddressChanged"),
    change(10, "adopted", "RecordTakenOver"), // 8
    change(8, "held"),
    change(7, "freed"),
    change(6, "given"), // 9
    change(5, "given"), // 10
    change(4, "given"), // 11
    change(3, "released"), // 10
  ];
  const found = trend(events);
  strictEqual(found?.points.length, 49);
  strictEqual(found?.points[0], 6);
  strictEqual(found?.points[24], 7);
  strictEqual(found?.points[41], 11);
  strictEqual(found?.points.at(-1), 10);
  strictEqual(found?.change, 4);
  strictEqual(found?.fullInMs, 20 / 4 * 24 * HOUR_MS);
});

Deno.test("trendOf says nothing of the time before a history that is short", () => {
  const found = trend([change(6, "given"), change(2, "given")]);
  deepStrictEqual(found?.points.slice(0, 36), new Array(36).fill(undefined));
  strictEqual(found?.points[37], 9);
  strictEqual(found?.change, 1);
  ok(found?.fullInMs !== undefined && Math.abs(found.fullInMs - 20 * 6 * HOUR_MS) < HOUR_MS);
});

Deno.test("trendOf counts what came while its history is younger than a span: no change would be false", () => {
  strictEqual(trend([change(0.4, "given"), change(0.3, "given"), change(0.2, "given")])?.change, 2);
  strictEqual(trend([change(0.4, "given"), change(0.2, "released")])?.change, -1);
  strictEqual(trend([change(6.4, "given"), change(6.2, "given")])?.change, 1);
});

Deno.test("trendOf foretells nothing from less than an hour, nor where nothing grows, nor without a history", () => {
  strictEqual(trend([change(0.5, "given"), change(0.2, "given")])?.fullInMs, undefined);
  strictEqual(trend([change(40, "given"), change(2, "released")])?.fullInMs, undefined);
  strictEqual(trend([]), undefined);
});
