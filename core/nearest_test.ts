import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

const WORDS = ["namespace", "name", "listen", "debug", "no-leader-election"];

for (
  const [typed, meant] of [
    ["namspace", "namespace"],
    ["nam", "name"],
    ["lisen", "listen"],
    ["dbug", "debug"],
    ["no-leader-elections", "no-leader-election"],
    ["leader-election", "no-leader-election"],
    ["xyz", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`nearest takes ${JSON.stringify(typed)} for ${meant}`, () =>
    assert.equal(nearest(typed, WORDS), meant));
}
