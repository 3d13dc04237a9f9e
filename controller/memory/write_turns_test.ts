import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { WriteTurns } from "./write_turns.ts";

interface SetUp {
  readonly clock: ManualClock;
  readonly turns: WriteTurns;
  readonly woken: string[];
}

/** A turn for three other writes, or 100 ms without any, or after 250 ms; one is just over. */
function setUp(): SetUp {
  const clock = new ManualClock();
  const woken: string[] = [];
  const wake = (key: string) => woken.push(key);
  const turns = new WriteTurns({
    clock,
    otherWrites: 3,
    stillMs: 100,
    maxMs: 250,
    mostMs: 2_000,
    wake,
  });
  assert.equal(turns.take("first"), 0);
  return { clock, woken, turns };
}

function otherWrites(turns: WriteTurns, count: number): void {
  for (let n = 0; n < count; n++) turns.otherWrite();
}

Deno.test("WriteTurns lets a key through at once when nobody wrote for long", async () => {
  const { clock, turns } = setUp();
  await clock.advance(100);
  assert.equal(turns.take("a"), 0);
});

Deno.test("WriteTurns lets the first of the line through for a number of other writes, and no more than one", () => {
  const { turns, woken } = setUp();
  otherWrites(turns, 2);
  assert.ok(turns.take("a") > 0);
  assert.ok(turns.take("b") > 0);
  assert.deepEqual(woken, []);
  turns.otherWrite();
  assert.deepEqual(woken, ["a"]);
  assert.ok(turns.take("b") > 0, "b came later");
  assert.equal(turns.take("a"), 0);
  assert.ok(turns.take("b") > 0, "the writes are used up");
});

Deno.test("WriteTurns wakes the next one to look, and again when its writes are made", () => {
  const { turns, woken } = setUp();
  for (const key of ["a", "b", "c"]) turns.take(key);
  otherWrites(turns, 3);
  assert.equal(turns.take("a"), 0);
  assert.deepEqual(woken, ["a", "b"]);
  otherWrites(turns, 3);
  assert.deepEqual(woken, ["a", "b", "b"]);
  assert.equal(turns.take("b"), 0);
});

Deno.test("WriteTurns starves nobody where nothing else is written", async () => {
  const { clock, turns, woken } = setUp();
  const keys = ["a", "b", "c"];
  const due = new Map(keys.map((key) => [key, turns.take(key)]));
  const through: string[] = [];
  for (let ms = 0; ms < 400; ms += 10) {
    await clock.advance(10);
    for (const [key, at] of due) {
      if (at > clock.monotonic() && !woken.includes(key)) continue;
      const wait = turns.take(key);
      due.set(key, clock.monotonic() + wait);
      if (wait > 0) continue;
      through.push(`${key} ${clock.monotonic()}`);
      due.delete(key);
    }
  }
  assert.deepEqual(through, ["a 100", "b 200", "c 300"]);
});

Deno.test("WriteTurns lets somebody through after a while, however slowly others write", async () => {
  const { clock, turns } = setUp();
  await clock.advance(90);
  turns.otherWrite();
  await clock.advance(90);
  turns.otherWrite();
  await clock.advance(60);
  assert.equal(turns.take("a"), 10);
  await clock.advance(10);
  assert.equal(turns.take("a"), 0);
});

Deno.test("WriteTurns goes on with the next one when the first of the line leaves", () => {
  const { turns, woken } = setUp();
  for (const key of ["a", "b", "c"]) turns.take(key);
  turns.leave("b");
  assert.deepEqual(woken, []);
  turns.leave("a");
  assert.deepEqual(woken, ["c"]);
  otherWrites(turns, 3);
  assert.equal(turns.take("c"), 0);
});

Deno.test("WriteTurns lets a key through that has waited long enough, whoever stands before it", async () => {
  const { clock, turns } = setUp();
  for (const key of ["a", "b", "c", "d", "e", "f", "g", "h", "i"]) turns.take(key);
  await clock.advance(1_900);
  assert.equal(turns.take("i"), 100);
  turns.take("late");
  await clock.advance(100);
  assert.equal(turns.take("i"), 0);
  assert.ok(turns.take("late") > 0);
});
