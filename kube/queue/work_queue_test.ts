import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import type { WorkResult } from "../types.ts";
import { createWorkQueue, type WorkQueueOptions } from "./work_queue.ts";

/** A worker whose runs end when the test says so. */
class Desk {
  readonly started: string[] = [];
  readonly open = new Map<string, PromiseWithResolvers<WorkResult | void>>();

  readonly worker = (key: string): Promise<WorkResult | void> => {
    assert.ok(!this.open.has(key), `${key} runs twice at once`);
    this.started.push(key);
    const run = Promise.withResolvers<WorkResult | void>();
    this.open.set(key, run);
    return run.promise;
  };

  end(key: string, result?: WorkResult): void {
    this.#take(key).resolve(result);
  }

  fail(key: string): void {
    this.#take(key).reject(new Error(`Cannot do ${key}`));
  }

  #take(key: string): PromiseWithResolvers<WorkResult | void> {
    const run = this.open.get(key);
    if (run === undefined) throw new RangeError(`Cannot end what does not run: ${key}`);
    this.open.delete(key);
    return run;
  }
}

function setUp(options: Partial<WorkQueueOptions> = {}) {
  const clock = new ManualClock();
  const logger = memoryLogger();
  const desk = new Desk();
  const stop = new AbortController();
  const queue = createWorkQueue({ name: "pools", clock, logger, random: () => 0.999, ...options });
  const running = queue.run(desk.worker, stop.signal);
  const end = async () => {
    stop.abort();
    for (const key of [...desk.open.keys()]) desk.end(key);
    await running;
    assert.equal(clock.sleeping, 0);
  };
  return { clock, logger, desk, queue, stop, running, end };
}

Deno.test("WorkQueue runs keys in the order in which they were added, each once", async () => {
  const { clock, desk, queue, end } = setUp();
  for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
  await clock.settle();
  assert.deepEqual([desk.started, queue.depth], [["a"], 3]);
  desk.end("a");
  await clock.settle();
  desk.end("b");
  await clock.settle();
  desk.end("c");
  await clock.settle();
  assert.deepEqual([desk.started, queue.depth], [["a", "b", "c"], 0]);
  await end();
});

Deno.test("WorkQueue runs what is added for later behind the rest, but one of it after every seven", async () => {
  const { clock, desk, queue, end } = setUp();
  const all = async () => {
    while (queue.depth > 0) {
      await clock.settle();
      for (const key of [...desk.open.keys()]) desk.end(key);
      await clock.settle();
    }
    return desk.started.splice(0).join(" ");
  };
  for (const key of ["x", "y", "z"]) queue.add(key, { later: true });
  for (const key of ["a", "y", "b"]) queue.add(key);
  queue.add("b", { later: true });
  assert.deepEqual([queue.depth, await all()], [5, "a y b x z"]);
  for (const key of ["x", "y"]) queue.add(key, { later: true });
  for (let n = 1; n <= 20; n++) queue.add(`${n}`);
  assert.equal(await all(), "1 2 3 4 5 6 7 x 8 9 10 11 12 13 14 y 15 16 17 18 19 20");
  for (const key of ["x", "y", "z"]) queue.add(key, { later: true });
  queue.addAfter("z", 10);
  await clock.advance(10);
  assert.equal(await all(), "x z y");
  await end();
});

Deno.test("WorkQueue runs a key once more when it was added while it ran, however often", async () => {
  const { clock, desk, queue, end } = setUp({ concurrency: 2 });
  queue.add("a");
  await clock.settle();
  for (let i = 0; i < 5; i++) queue.add("a");
  await clock.settle();
  assert.deepEqual(desk.started, ["a"]);
  desk.end("a");
  await clock.settle();
  desk.end("a");
  await clock.settle();
  assert.deepEqual(desk.started, ["a", "a"]);
  await end();
});

Deno.test("WorkQueue runs as many keys at once as it may", async () => {
  const { clock, desk, queue, end } = setUp({ concurrency: 2 });
  for (const key of ["a", "b", "c"]) queue.add(key);
  await clock.settle();
  assert.deepEqual(desk.started, ["a", "b"]);
  desk.end("b");
  await clock.settle();
  assert.deepEqual(desk.started, ["a", "b", "c"]);
  await end();
});

Deno.test("WorkQueue adds a delayed key when its time has come, the earliest asked for", async () => {
  const { clock, desk, queue, end } = setUp();
  queue.addAfter("a", 500);
  queue.addAfter("a", 200);
  queue.addAfter("a", 900);
  queue.addAfter("b", 100);
  await clock.advance(99);
  assert.deepEqual([desk.started, queue.depth], [[], 0]);
  await clock.advance(1);
  assert.deepEqual(desk.started, ["b"]);
  desk.end("b");
  await clock.advance(99);
  assert.deepEqual(desk.started, ["b"]);
  await clock.advance(1);
  assert.deepEqual(desk.started, ["b", "a"]);
  desk.end("a");
  await clock.advance(10_000);
  assert.deepEqual(desk.started, ["b", "a"]);
  await end();
});

Deno.test("WorkQueue forgets a delay when the key is added", async () => {
  const { clock, desk, queue, end } = setUp();
  queue.addAfter("a", 500);
  queue.add("a");
  await clock.settle();
  desk.end("a");
  await clock.advance(10_000);
  assert.deepEqual(desk.started, ["a"]);
  await end();
});

Deno.test("WorkQueue adds a key again after the time its worker returned", async () => {
  const { clock, desk, queue, end } = setUp();
  queue.add("a");
  await clock.settle();
  desk.end("a", { requeueAfterMs: 1_000 });
  await clock.advance(999);
  assert.equal(desk.started.length, 1);
  await clock.advance(1);
  assert.equal(desk.started.length, 2);
  await end();
});

Deno.test("WorkQueue backs off when a worker throws, longer each time, and forgets it after a success", async () => {
  const { clock, desk, queue, logger, end } = setUp({ backoffMs: { base: 100, max: 300 } });
  queue.add("a");
  await clock.settle();
  for (const waitMs of [100, 200, 300, 300]) {
    const runs = desk.started.length;
    desk.fail("a");
    await clock.advance(waitMs - 1);
    assert.equal(desk.started.length, runs, `before ${waitMs}`);
    await clock.advance(1);
    assert.equal(desk.started.length, runs + 1, `after ${waitMs}`);
  }
  desk.end("a");
  await clock.settle();
  queue.add("a");
  await clock.settle();
  desk.fail("a");
  await clock.advance(100);
  assert.equal(desk.started.length, 7);
  assert.deepEqual(logger.lines.map((line) => [line.keys.key, line.keys.failures]), [
    ["a", 1],
    ["a", 2],
    ["a", 3],
    ["a", 4],
    ["a", 1],
  ]);
  await end();
});

Deno.test("WorkQueue backs off also when the failing worker's own writes added its key", async () => {
  const { clock, desk, queue, end } = setUp();
  queue.add("a");
  await clock.settle();
  queue.add("a");
  desk.fail("a");
  await clock.advance(49);
  assert.equal(desk.started.length, 1);
  await clock.advance(1);
  assert.equal(desk.started.length, 2);
  await end();
});

Deno.test("WorkQueue lets a failing key hold up no other", async () => {
  const { clock, desk, queue, end } = setUp();
  queue.add("bad");
  queue.add("good");
  await clock.settle();
  desk.fail("bad");
  await clock.settle();
  assert.deepEqual(desk.started, ["bad", "good"]);
  await end();
});

Deno.test("WorkQueue ends when its signal aborts and the running keys have ended", async () => {
  const { clock, desk, queue, stop, running } = setUp();
  queue.add("a");
  queue.add("b");
  queue.addAfter("c", 1_000);
  await clock.settle();
  stop.abort();
  let ended = false;
  running.then(() => ended = true);
  await clock.settle();
  assert.equal(ended, false);
  desk.end("a");
  await running;
  await clock.advance(10_000);
  assert.deepEqual([desk.started, clock.sleeping], [["a"], 0]);
});

Deno.test("WorkQueue keeps what was added before it runs", async () => {
  const clock = new ManualClock();
  const queue = createWorkQueue({ name: "early", clock });
  queue.add("a");
  queue.addAfter("b", 100);
  const stop = new AbortController();
  const seen: string[] = [];
  const running = queue.run((key) => Promise.resolve(void seen.push(key)), stop.signal);
  await clock.advance(100);
  assert.deepEqual(seen, ["a", "b"]);
  stop.abort();
  await running;
});

Deno.test("WorkQueue is idle when nothing waits or runs, delayed keys apart", async () => {
  const { clock, desk, queue, end } = setUp();
  await queue.whenIdle();
  queue.addAfter("later", 1_000);
  queue.add("a");
  let idle = false;
  const waiting = queue.whenIdle().then(() => idle = true);
  await clock.settle();
  assert.equal(idle, false);
  desk.end("a");
  await waiting;
  queue.add("b");
  const stop = new AbortController();
  const refused = queue.whenIdle(stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(refused, /enough/);
  await end();
});

Deno.test("WorkQueue tells how long each run took and how it ended", async () => {
  const runs: string[] = [];
  const { clock, desk, queue, end } = setUp({
    onRun: ({ key, ms, error }) =>
      runs.push(`${key} ${ms} ${error instanceof Error ? error.message : "ok"}`),
  });
  queue.add("a");
  await clock.advance(30);
  desk.fail("a");
  await clock.advance(50);
  desk.end("a");
  await clock.settle();
  assert.deepEqual(runs, ["a 30 Cannot do a", "a 0 ok"]);
  await end();
});

Deno.test("WorkQueue lets timers and requests have their turn while many keys wait for nothing", async () => {
  const waiting: (() => void)[] = [];
  const [clock, seen] = [new ManualClock(), Array<string>()];
  let ms = 0;
  const queue = createWorkQueue({
    name: "test",
    clock: {
      now: () => clock.now(),
      sleep: (...wait) => clock.sleep(...wait),
      monotonic: () => ms,
      nextTurn: (work) => waiting.push(work),
    },
  });
  const stop = new AbortController();
  const running = queue.run((key) => {
    ms++;
    return Promise.resolve(void seen.push(key));
  }, stop.signal);
  for (let n = 1; n <= 25; n++) queue.add(`${n}`);
  const turn = async () => {
    await clock.settle();
    waiting.splice(0).forEach((work) => work());
    return seen.length;
  };
  assert.deepEqual([await turn(), await turn(), await turn(), await turn()], [10, 20, 25, 25]);
  // What is added later, or after a wait, is worked on at once.
  ms += 60_000;
  queue.add("at once");
  await clock.settle();
  assert.equal(seen.at(-1), "at once");
  stop.abort();
  await running;
});

Deno.test("WorkQueue refuses to run twice at once", async () => {
  const { queue, desk, end } = setUp();
  await assert.rejects(queue.run(desk.worker, AbortSignal.timeout(10)), /twice: pools/);
  await end();
});

Deno.test("a queue that is run again runs the keys whose time comes then", async () => {
  const clock = new ManualClock();
  const queue = createWorkQueue({ name: "test", clock, random: () => 0.5 });
  const seen: string[] = [];
  const run = (signal: AbortSignal) =>
    queue.run((key) => Promise.resolve(void seen.push(key)), signal);
  const first = new AbortController();
  const firstRun = run(first.signal);
  queue.addAfter("early", 1_000);
  await clock.advance(500);
  first.abort();
  await firstRun;
  const second = new AbortController();
  const secondRun = run(second.signal);
  queue.addAfter("late", 2_000);
  await clock.advance(5_000);
  second.abort();
  await secondRun;
  assert.deepStrictEqual(seen, ["early", "late"]);
});
