import assert from "node:assert/strict";
import { ManualClock } from "../testing/manual_clock.ts";
import { Turns } from "./turns.ts";

const NEVER = new AbortController().signal;

/** Work of 10 ms by the clock, which notes who had it done. */
function worker(
  clock: ManualClock,
): { readonly done: string[]; ask(turns: Turns, who: string): void } {
  const done: string[] = [];
  const ask = (turns: Turns, who: string) => {
    void turns.take(who, async () => {
      await clock.sleep(10);
      done.push(who);
    }, NEVER);
  };
  return { done, ask };
}

Deno.test("T12: Turns rests after each answer, so that answers take only their share of the time", async () => {
  const clock = new ManualClock();
  const turns = new Turns(0.2, clock);
  const { done, ask } = worker(clock);
  for (let count = 0; count < 100; count++) ask(turns, "crowd");
  await clock.advance(999);
  assert.equal(done.length, 20);
});

Deno.test("T12: Turns answers next whom it answered longest ago", async () => {
  const clock = new ManualClock();
  const turns = new Turns(1, clock);
  const { done, ask } = worker(clock);
  for (const who of ["a", "a", "a", "a", "b", "probe", "b"]) ask(turns, who);
  await clock.advance(100);
  assert.deepEqual(done, ["a", "b", "probe", "a", "b", "a", "a"]);
});

Deno.test("Turns goes on after work that fails", async () => {
  const clock = new ManualClock();
  const turns = new Turns(1, clock);
  await assert.rejects(turns.take("a", () => Promise.reject(new Error("no")), NEVER), {
    message: "no",
  });
  await clock.advance(1);
  assert.equal(await turns.take("a", () => Promise.resolve(1), NEVER), 1);
});

Deno.test("T12: Turns does not wait for an answer that never ends", async () => {
  const clock = new ManualClock();
  const turns = new Turns(1, clock);
  const { done, ask } = worker(clock);
  void turns.take("a", () => new Promise(() => undefined), NEVER);
  ask(turns, "b");
  await clock.advance(999);
  assert.deepEqual(done, []);
  await clock.advance(20);
  assert.deepEqual(done, ["b"]);
});

Deno.test("T12: Turns forgets who goes before his turn, also in the moment of it", async () => {
  const clock = new ManualClock();
  const turns = new Turns(1, clock);
  const { done, ask } = worker(clock);
  ask(turns, "a");
  const left = [new AbortController(), new AbortController()];
  const waiting = left.map(({ signal }) =>
    turns.take("b", () => Promise.resolve(done.push("b")), signal).catch(({ message }) => message)
  );
  ask(turns, "c");
  left[0]?.abort(new Error("gone"));
  assert.equal(await waiting[0], "gone");
  const overtaken = clock.advance(10);
  left[1]?.abort(new Error("gone, too"));
  await overtaken;
  assert.equal(await waiting[1], "gone, too");
  await clock.advance(30);
  assert.deepEqual(done, ["a", "c"]);
  await clock.advance(10);
  assert.equal(await turns.take("d", () => Promise.resolve("d"), NEVER), "d");
});

Deno.test("Turns keeps its share of long answers, too, where long rests are borne", async () => {
  for (const [longestRestMs, least, most] of [[undefined, 27, 28], [2_000, 12, 13]] as const) {
    const clock = new ManualClock();
    const turns = new Turns(0.2, clock, longestRestMs);
    let done = 0;
    for (let count = 0; count < 100; count++) {
      void turns.take("crowd", async () => {
        await clock.sleep(490);
        done++;
      }, NEVER);
    }
    await clock.advance(longestRestMs === undefined ? 20_250 : 30_000);
    assert.ok(done >= least && done <= most, `${done} answers of 490 ms`);
  }
});
