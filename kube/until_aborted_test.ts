import assert from "node:assert/strict";
import { untilAborted } from "./until_aborted.ts";

Deno.test("untilAborted gives all values of a stream, with or without a signal", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    assert.deepEqual(await Array.fromAsync(untilAborted(ReadableStream.from([1, 2, 3]), signal)), [
      1,
      2,
      3,
    ]);
  }
});

Deno.test("untilAborted throws the signal's reason, also where it had aborted before", async () => {
  const aborted = AbortSignal.abort(new Error("over"));
  await assert.rejects(Array.fromAsync(untilAborted(ReadableStream.from([1]), aborted)), /over/);
});

Deno.test("untilAborted throws what the stream fails with", async () => {
  const failing = new ReadableStream<number>({
    pull: (controller) => controller.error(new Error("reset")),
  });
  await assert.rejects(Array.fromAsync(untilAborted(failing, undefined)), /reset/);
});
