import { strictEqual } from "node:assert/strict";
import { age, humanDuration } from "./duration.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const SHOWN: readonly (readonly [ms: number, text: string])[] = [
  [-2 * SECOND, "<invalid>"],
  [-1 * SECOND, "0s"],
  [0, "0s"],
  [119 * SECOND, "119s"],
  [2 * MINUTE, "2m"],
  [9 * MINUTE + 30 * SECOND, "9m30s"],
  [10 * MINUTE + 30 * SECOND, "10m"],
  [179 * MINUTE, "179m"],
  [3 * HOUR, "3h"],
  [7 * HOUR + 5 * MINUTE, "7h5m"],
  [47 * HOUR + 5 * MINUTE, "47h"],
  [2 * DAY, "2d"],
  [7 * DAY + 3 * HOUR, "7d3h"],
  [8 * DAY + 3 * HOUR, "8d"],
  [729 * DAY, "729d"],
  [730 * DAY, "2y"],
  [735 * DAY, "2y5d"],
  [8 * 365 * DAY + 5 * DAY, "8y"],
];

for (const [ms, text] of SHOWN) {
  Deno.test(`humanDuration shows ${ms} ms as ${text}`, () => strictEqual(humanDuration(ms), text));
}

Deno.test("age of no time is unknown", () => strictEqual(age("", 0), "<unknown>"));
