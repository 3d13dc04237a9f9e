import assert from "node:assert/strict";
import fc from "fast-check";
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

/** As Levenshtein is told, without a bound. */
function distance(one: string, other: string): number {
  if (one === "" || other === "") return one.length + other.length;
  const [head, tail] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return distance(head, tail);
  return 1 + Math.min(distance(head, tail), distance(head, other), distance(one, tail));
}

Deno.test("nearest is what trying everything finds", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 7 });
  fc.assert(fc.property(word, fc.array(word, { maxLength: 6 }), (typed, words) => {
    const most = Math.max(1, Math.floor(typed.length / 3));
    const near = words.map((one) => distance(typed, one)).filter((far) => far <= most);
    const found = nearest(typed, words);
    assert.equal(found === undefined ? undefined : distance(typed, found), near.sort()[0]);
  }));
});

Deno.test("nearest of thousands of words to a long one is told at once", () => {
  const words = Array.from({ length: 10_000 }, (_, index) => `vm-${index}`.padEnd(63, "x"));
  for (const typed of ["q".repeat(600), "q".repeat(63)]) {
    const begun = performance.now();
    assert.equal(nearest(typed, words), undefined);
    // Without a bound the long one takes seconds of a whole processor; with it, 1 ms.
    assert.ok(performance.now() - begun < 1_000, typed);
  }
});
