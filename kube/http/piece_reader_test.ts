import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { pieceReader } from "./piece_reader.ts";

/** A body of bytes that count up. */
function bytesFrom(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => at % 251);
}

async function readAll(body: ReadableStream<Uint8Array>) {
  const reader = pieceReader(body);
  const sizes: number[] = [];
  const bytes: number[] = [];
  while (true) {
    const { done, value } = await reader.read();
    if (value !== undefined) {
      sizes.push(value.length);
      for (const byte of value) bytes.push(byte);
    }
    if (done) return { sizes, bytes: Uint8Array.from(bytes) };
  }
}

Deno.test("pieceReader reads what comes in small pieces in such of 64 KiB, and the rest at the end", async () => {
  const whole = bytesFrom(150_000);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull(controller) {
      controller.enqueue(whole.slice(at, at += 4096));
      if (at >= whole.length) controller.close();
    },
  });
  const { sizes, bytes } = await readAll(body);
  deepStrictEqual(bytes, whole);
  strictEqual(sizes.slice(0, -1).every((size) => size >= 65_536), true);
});

Deno.test("pieceReader reads a short body that is there as a whole before it is read", async () => {
  const whole = bytesFrom(500);
  const body = new ReadableStream<Uint8Array>({
    type: "bytes",
    start(controller) {
      controller.enqueue(whole.slice());
      controller.close();
    },
  });
  deepStrictEqual((await readAll(body)).bytes, whole);
});

Deno.test("pieceReader reads a body that is no stream of bytes as it comes", async () => {
  const { bytes } = await readAll(ReadableStream.from([bytesFrom(10), bytesFrom(20)]));
  strictEqual(bytes.length, 30);
});
