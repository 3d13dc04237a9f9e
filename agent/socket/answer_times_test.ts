import assert from "node:assert/strict";
import { MessageType } from "../../core/dhcp/mod.ts";
import { ANSWER_SECONDS, AnswerTimes } from "./answer_times.ts";

Deno.test("AnswerTimes counts each reply in the range of its own batch, and nothing twice in the next one", () => {
  const times = new AnswerTimes();
  const [one, other] = [times.batch(), times.batch()];
  one.add(MessageType.Discover);
  other.add(MessageType.Request);
  one.add(MessageType.Discover);
  one.add(MessageType.Request);
  one.end(0.3);
  other.end(5_000);
  one.end(2);
  const counted = Object.fromEntries(
    [...times.entries()].map((
      { type, counts, sum },
    ) => [type, { counts: Array.from(counts), sum }]),
  );
  const ranges = (filled: Readonly<Record<number, number>>) =>
    Array.from({ length: ANSWER_SECONDS.length + 1 }, (_, range) => filled[range] ?? 0);
  assert.deepEqual(Object.keys(counted), ["discover", "request"]);
  assert.deepEqual(counted["discover"]?.counts, ranges({ 2: 2 }));
  assert.deepEqual(counted["request"]?.counts, ranges({ 2: 1, [ANSWER_SECONDS.length]: 1 }));
  assert.ok(Math.abs((counted["discover"]?.sum ?? 0) - 0.0006) < 1e-12);
  assert.ok(Math.abs((counted["request"]?.sum ?? 0) - 5.0003) < 1e-12);
});

Deno.test("AnswerTimes tells apart answers that take from 0.1 ms to a second: the bounds of its ranges rise, and each belongs to its own range", () => {
  for (const [range, ms] of [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 100, 1_000].entries()) {
    const times = new AnswerTimes();
    const batch = times.batch();
    for (const took of [ms, ms * 1.01]) {
      batch.add(MessageType.Discover);
      batch.end(took);
    }
    const [{ counts } = { counts: [] }] = times.entries();
    const filled = Array.from(counts).flatMap((count, at) => count === 1 ? [at] : []);
    assert.deepEqual(filled, [range, range + 1], `${ms} ms`);
  }
});

Deno.test("AnswerTimes counts a type that it does not know as other, and a batch of silence not at all", () => {
  const times = new AnswerTimes();
  const batch = times.batch();
  batch.end(1);
  assert.deepEqual([...times.entries()], []);
  batch.add(255);
  batch.end(1);
  assert.deepEqual([...times.entries()].map(({ type }) => type), ["other"]);
});
