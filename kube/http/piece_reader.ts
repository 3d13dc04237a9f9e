/**
 * Reads long bodies.
 *
 * @module
 */

const PIECE_BYTES = 64 * 1024;

/** What is read of a body: with `done`, too, there may be a last piece. */
interface Piece {
  readonly done: boolean;
  /** Until the next read only. */
  readonly value?: Uint8Array | undefined;
}

/**
 * Reads a body in pieces of at least 64 KiB, into the same memory again and again: what comes by HTTP/2 and is unpacked comes in
 * pieces of some 4 KiB, each with 64 KiB of its own. A body that is no stream of bytes is read as it comes.
 *
 * The pieces are put together here: a read of at least so many bytes (`min`) fails where a body has fewer left and all of it is
 * there already, as with an inspector.
 */
export function pieceReader(
  body: ReadableStream<Uint8Array>,
): { read(): Promise<Piece>; cancel(reason: unknown): Promise<void> } {
  const reader = byteReader(body);
  if (reader === undefined) return body.getReader();
  let memory = new ArrayBuffer(2 * PIECE_BYTES);
  return {
    async read() {
      let size = 0;
      while (size < PIECE_BYTES) {
        const { done, value } = await reader.read(new Uint8Array(memory, size));
        if (value === undefined) return { done };
        memory = value.buffer;
        size += value.byteLength;
        if (done) return { done, value: new Uint8Array(memory, 0, size) };
      }
      return { done: false, value: new Uint8Array(memory, 0, size) };
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

function byteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
