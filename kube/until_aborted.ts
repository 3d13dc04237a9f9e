/**
 * Reads a stream under a signal.
 *
 * @module
 */

/** The values of a stream; ends it when the signal aborts, also where the stream itself does not heed the signal. */
export async function* untilAborted<V>(
  stream: ReadableStream<V>,
  signal: AbortSignal | undefined,
): AsyncGenerator<V, void, void> {
  const reader = stream.getReader();
  const cancel = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    while (true) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    await reader.cancel().catch(() => undefined);
  }
}
