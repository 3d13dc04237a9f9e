import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { NOON } from "../testing/harness.ts";
import { RelayPlaces } from "./relay_places.ts";

const FIRST = 0xc0a83001;
const SIXTEEN = Array.from({ length: 16 }, (_, relay) => FIRST + relay);

function admits(places: RelayPlaces, giaddr: number, now: number): boolean {
  return places.admits({ giaddr }, { now });
}

/** Places that sixteen relays have, one a second. */
function full(): RelayPlaces {
  const places = new RelayPlaces();
  SIXTEEN.forEach((relay, second) =>
    strictEqual(admits(places, relay, NOON + second * 1000), true)
  );
  return places;
}

Deno.test("T4: 16 relays are answered at a time, and a seventeenth is not, however often it asks", () => {
  const places = full();
  for (let asked = 0; asked < 1000; asked++) {
    strictEqual(admits(places, FIRST + 16 + asked, NOON + 59_000), false);
  }
  for (const relay of SIXTEEN) strictEqual(admits(places, relay, NOON + 59_000), true);
});

Deno.test("T4: who has been silent for a minute gives its place up, the longest silent first", () => {
  const places = full();
  strictEqual(admits(places, FIRST, NOON + 59_000), true);
  strictEqual(admits(places, 0x0a000001, NOON + 60_999), false);
  strictEqual(admits(places, 0x0a000001, NOON + 61_000), true);
  strictEqual(admits(places, 0x0a000002, NOON + 61_000), false);
  // It was the second's.
  strictEqual(admits(places, FIRST + 1, NOON + 61_000), false);
  strictEqual(admits(places, FIRST, NOON + 61_000), true);
});

Deno.test("T4: a flood that holds all places it can keeps no relay out that goes on asking", () => {
  const places = new RelayPlaces();
  const answered = { honest: 0, forged: new Set<number>() };
  for (let second = 0; second < 600; second++) {
    if (second % 30 === 0 && admits(places, FIRST, NOON + second * 1000)) answered.honest++;
    for (let packet = 0; packet < 200; packet++) {
      const forged = 0xc0a80000 + (second * 200 + packet) % 5000;
      if (admits(places, forged, NOON + second * 1000)) answered.forged.add(forged);
    }
  }
  strictEqual(answered.honest, 20);
  strictEqual(answered.forged.size <= 15 + 16 * 10, true, `${answered.forged.size}`);
});

Deno.test("a clock that jumps back keeps no relay out", () => {
  const places = full();
  deepStrictEqual([admits(places, 0x0a000001, NOON - 3_600_000)], [true]);
});
