/**
 * Looks after a watch that is open: whether it brings anything.
 *
 * @module
 */
import type { LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";

/** A server sends a bookmark about every minute. A watch that does not bring even that is not trusted any more. */
export const SILENCE_MS = 75_000;
/** Why a watch is ended: it brings nothing. */
export const SILENT = new DOMException("The watch brings nothing", "TimeoutError");

/** Ends a watch with {@linkcode SILENT} that brings nothing for too long, until `over` aborts. */
export async function guardWatch(
  watch: LinkedAbort,
  { clock, heardAt }: {
    readonly clock: Clock;
    /** When the server was last heard, on the monotonic clock. */
    readonly heardAt: () => number | undefined;
  },
  over: AbortSignal,
): Promise<void> {
  const startedAt = clock.monotonic();
  while (!over.aborted) {
    const leftMs = Math.max(startedAt, heardAt() ?? startedAt) + SILENCE_MS - clock.monotonic();
    if (leftMs <= 0) return watch.abort(SILENT);
    await clock.sleep(leftMs, over).catch(() => undefined);
  }
}
