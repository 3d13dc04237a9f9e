/**
 * Reads a stream of bytes as one JSON value per line: the body of a watch.
 *
 * @module
 */
import type { JsonValue } from "../rest_client.ts";

const NEWLINE = 0x0a;
/** No object of an API server comes near it (etcd refuses 1.5 MiB). */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * The values of a stream of JSON lines, wherever its chunks end. Empty lines are skipped. A last line without a line
 * end that is cut short is an error, as is a line that is no JSON.
 */
export function jsonLines(bytes: ReadableStream<Uint8Array>): ReadableStream<JsonValue> {
  const reader = bytes.getReader();
  const lines = new LineBuffer();
  /** Whole lines that are not yet asked for. */
  const waiting: string[] = [];
  return new ReadableStream<JsonValue>({
    async pull(controller) {
      try {
        while (waiting.length === 0 && !lines.ended) {
          const { done, value } = await reader.read();
          for (const line of done ? lines.rest() : lines.add(value)) {
            if (line.trim() !== "") waiting.push(line);
          }
        }
        const line = waiting.shift();
        if (line === undefined) controller.close();
        else controller.enqueue(parseLine(line));
      } catch (error) {
        await reader.cancel(error).catch(() => undefined);
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function parseLine(line: string): JsonValue {
  try {
    return JSON.parse(line);
  } catch {
    // Neither the line nor the cause, which quotes it: it may be of a Secret.
    throw new SyntaxError(`Cannot read a line of a watch as JSON: ${line.length} characters`);
  }
}

class LineBuffer {
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #length = 0;
  ended = false;

  /** The lines that this chunk completes. */
  *add(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.#parts.push(chunk.subarray(start));
    this.#length += chunk.length - start;
    if (this.#length > MAX_LINE_BYTES) {
      throw new RangeError(`Cannot read a line of a watch: ${this.#length} bytes`);
    }
  }

  /** What stood after the last line end. */
  *rest(): Generator<string> {
    this.ended = true;
    if (this.#length > 0) yield this.#take(new Uint8Array());
  }

  #take(tail: Uint8Array): string {
    if (this.#parts.length === 0) return this.#decoder.decode(tail);
    const line = new Uint8Array(this.#length + tail.length);
    let offset = 0;
    for (const part of this.#parts) {
      line.set(part, offset);
      offset += part.length;
    }
    line.set(tail, offset);
    this.#parts = [];
    this.#length = 0;
    return this.#decoder.decode(line);
  }
}
