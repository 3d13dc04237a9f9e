import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonLines } from "./json_lines.ts";
import type { JsonValue } from "../rest_client.ts";

async function read(chunks: readonly Uint8Array[]): Promise<JsonValue[]> {
  return await Array.fromAsync(jsonLines(ReadableStream.from(chunks)));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("jsonLines gives the same values wherever the chunks end, also inside a character", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 50 }),
      fc.boolean(),
      async (values, sizes, lineEnd) => {
        const whole = bytes(
          values.map((value) => JSON.stringify(value)).join("\n") + (lineEnd ? "\n" : ""),
        );
        const chunks: Uint8Array[] = [];
        let start = 0;
        for (const size of sizes) {
          chunks.push(whole.subarray(start, start + size));
          start = Math.min(start + size, whole.length);
        }
        chunks.push(whole.subarray(start));
        const parsed = values.map((value) => JSON.parse(JSON.stringify(value)));
        assert.deepEqual(await read(chunks), parsed);
      },
    ),
  );
});

Deno.test("jsonLines skips empty lines and takes CR LF", async () => {
  assert.deepEqual(await read([bytes('\n{"a":1}\r\n\r\n\n2')]), [{ a: 1 }, 2]);
  assert.deepEqual(await read([]), []);
});

Deno.test("jsonLines refuses a line that is cut short or no JSON, after the whole ones before it", async () => {
  for (const text of ['{"a":1}\n{"b":', '{"a":1}\n<html>\n']) {
    const reader = jsonLines(ReadableStream.from([bytes(text)])).getReader();
    assert.deepEqual((await reader.read()).value, { a: 1 });
    await assert.rejects(reader.read(), /Cannot read a line of a watch as JSON/);
  }
});

Deno.test("jsonLines reads nothing ahead: what nobody asks for stays where the sender is held up by it", async () => {
  let read = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes(`${read++}\n`));
    },
  }, { highWaterMark: 0 });
  const reader = jsonLines(source).getReader();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(read, 0);
  assert.deepEqual([(await reader.read()).value, (await reader.read()).value], [0, 1]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(read, 2);
  await reader.cancel();
});

Deno.test("jsonLines hands the failure of its source on", async () => {
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error("reset"));
    },
  });
  await assert.rejects(Array.fromAsync(jsonLines(source)), /reset/);
});

Deno.test("jsonLines cancels its source when it is cancelled", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({ cancel: (reason) => cancelled.resolve(reason) });
  await jsonLines(source).cancel("enough");
  assert.equal(await cancelled.promise, "enough");
});

Deno.test("jsonLines lets go of its source when a line is no JSON", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes("no\n"));
    },
    cancel: (reason) => cancelled.resolve(reason),
  });
  await assert.rejects(Array.fromAsync(jsonLines(source)), SyntaxError);
  assert.ok(await cancelled.promise instanceof SyntaxError);
});

Deno.test("jsonLines reads no more of its source than is asked for", async () => {
  let pulled = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes(`${++pulled}\n`));
    },
  }, { highWaterMark: 0 });
  const reader = jsonLines(source).getReader();
  await reader.read();
  await reader.read();
  assert.equal(pulled, 2);
  await reader.cancel();
});
