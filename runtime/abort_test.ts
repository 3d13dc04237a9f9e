import assert from "node:assert/strict";
import { abortable, after, LinkedAbort, untilAborted } from "./abort.ts";
import { systemClock } from "./clock.ts";
import { ManualClock } from "./testing/manual_clock.ts";

Deno.test("abortable gives what its promise gives, or throws what it throws, with or without a signal", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    assert.equal(await abortable(Promise.resolve(1), signal), 1);
    await assert.rejects(abortable(Promise.reject(new Error("failed")), signal), /^Error: failed$/);
  }
});

Deno.test("abortable throws the signal's reason as soon as it aborts, whatever the promise does later", async () => {
  const abort = new AbortController();
  const { promise, reject } = Promise.withResolvers<void>();
  const waiting = abortable(promise, abort.signal);
  abort.abort(new Error("stop"));
  await assert.rejects(waiting, /^Error: stop$/);
  reject(new Error("too late to be told to anybody"));
});

Deno.test("abortable throws where the signal had aborted before, also if the promise is fulfilled", async () => {
  const aborted = AbortSignal.abort(new Error("before"));
  await assert.rejects(abortable(Promise.resolve(), aborted), /^Error: before$/);
  await assert.rejects(abortable(Promise.reject(new Error("failed")), aborted), /^Error: before$/);
});

Deno.test("abortable gives what came before the abort", async () => {
  const abort = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = abortable(promise, abort.signal);
  resolve("first");
  abort.abort();
  assert.equal(await waiting, "first");
});

Deno.test("abortable and sleeps leave no listener at a signal that lives long", async () => {
  const signal = new AbortController().signal;
  let listeners = 0;
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: unknown[]) => (listeners++, Reflect.apply(add, signal, args));
  signal.removeEventListener = (...args: unknown[]) => (
    listeners--, Reflect.apply(remove, signal, args)
  );
  await abortable(Promise.resolve(), signal);
  await assert.rejects(abortable(Promise.reject(new Error("failed")), signal));
  await systemClock.sleep(1, signal);
  assert.equal(listeners, 0);
});

Deno.test("untilAborted waits for the abort, and not where it has come", async () => {
  const abort = new AbortController();
  let ended = false;
  const waiting = untilAborted(abort.signal).then(() => ended = true);
  await new ManualClock().settle();
  assert.equal(ended, false);
  abort.abort();
  await waiting;
  await untilAborted(abort.signal);
});

Deno.test("LinkedAbort aborts with the reason of whichever parent aborts first", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  using linked = new LinkedAbort(one.signal, undefined, other.signal);
  other.abort("other");
  one.abort("one");
  assert.equal(linked.signal.reason, "other");
});

Deno.test("LinkedAbort of a parent that has aborted is aborted", () => {
  using linked = new LinkedAbort(AbortSignal.abort("before"));
  assert.equal(linked.signal.reason, "before");
});

Deno.test("LinkedAbort leaves its parents alone, and lets go of them when it is disposed", () => {
  const parent = new AbortController();
  const linked = new LinkedAbort(parent.signal);
  linked[Symbol.dispose]();
  parent.abort("late");
  assert.equal(linked.signal.aborted, false);
  const other = new AbortController();
  using another = new LinkedAbort(other.signal);
  another.abort("own");
  assert.deepEqual([another.signal.reason, other.signal.aborted], ["own", false]);
});

Deno.test("LinkedAbort aborts after its time, unless it is disarmed or disposed before", async () => {
  const clock = new ManualClock();
  using late = new LinkedAbort();
  using disarmed = new LinkedAbort();
  const disposed = new LinkedAbort();
  for (const abort of [late, disarmed, disposed]) {
    abort.abortAfter(100, {
      clock,
      reason: () => "too late",
    });
  }
  disarmed.disarm();
  disposed[Symbol.dispose]();
  await clock.advance(99);
  assert.equal(late.signal.aborted, false);
  await clock.advance(1);
  assert.equal(late.signal.reason, "too late");
  assert.deepEqual([disarmed.signal.aborted, disposed.signal.aborted, clock.sleeping], [
    false,
    false,
    0,
  ]);
});

Deno.test("LinkedAbort that is over without a reason says so as any abort does", () => {
  const linked = new LinkedAbort();
  linked.abort();
  assert.equal(linked.signal.reason.name, "AbortError");
  assert.equal(linked.signal.reason instanceof DOMException, true);
});

Deno.test("after has something happen once its time is over, unless it is cancelled, by a clock that can only sleep, too", async () => {
  const manual = new ManualClock();
  const kinds = [
    { clock: manual, pass: (ms: number) => manual.advance(ms) },
    { clock: systemClock, pass: (ms: number) => systemClock.sleep(ms + 5) },
  ];
  for (const { clock, pass } of kinds) {
    const done: string[] = [];
    after(clock, 10, () => done.push("kept"));
    after(clock, 10, () => done.push("cancelled"))();
    const cancel = after(clock, 2 ** 31, () => done.push("late"));
    await pass(10);
    assert.deepEqual(done, ["kept"]);
    cancel();
  }
});
