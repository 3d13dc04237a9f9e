import { LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";

/** How long the answer to a write may take when work ends. */
const LAST_ANSWER_MS = 2_000;

/**
 * Writes, and waits for the answer a little longer than the signal allows: a write that is under way may happen all the same, and who
 * made it is the only one who can tell what it changed. Rejects without a write where the signal is aborted already.
 */
export async function withLastAnswer<T>(
  write: (signal: AbortSignal) => Promise<T>,
  { clock }: { readonly clock: Clock },
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  using limit = new LinkedAbort();
  const onEnd = () =>
    limit.abortAfter(LAST_ANSWER_MS, { clock, reason: () => signal.reason as unknown });
  signal.addEventListener("abort", onEnd, { once: true });
  try {
    return await write(limit.signal);
  } finally {
    signal.removeEventListener("abort", onEnd);
  }
}
