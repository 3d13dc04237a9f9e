import assert from "node:assert/strict";
import { nextTurn } from "./turns.ts";

Deno.test("nextTurn gives each who waits one turn, and then the next", async () => {
  const order: string[] = [];
  const work = async (name: string) => {
    for (let turn = 1; turn <= 3; turn++) {
      await nextTurn();
      order.push(`${name}${turn}`);
    }
  };
  await Promise.all([work("a"), work("b")]);
  assert.deepEqual(order, ["a1", "b1", "a2", "b2", "a3", "b3"]);
});

Deno.test("nextTurn lets timers that are due come first", async () => {
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 5);
  const end = performance.now() + 1_000;
  while (!fired && performance.now() < end) await nextTurn();
  assert.equal(fired, true);
});

Deno.test("nextTurn takes far less than a timer of 0 ms", async () => {
  const from = performance.now();
  for (let turn = 0; turn < 1_000; turn++) await nextTurn();
  const each = (performance.now() - from) / 1_000;
  assert.ok(each < 0.5, `${each} ms`);
});
