import assert from "node:assert/strict";
import { LinkedAbort } from "./abort.ts";
import { ManualClock } from "./manual_clock.ts";

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
