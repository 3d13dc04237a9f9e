/**
 * Work that is done only while this process leads.
 *
 * @module
 */
import { LinkedAbort } from "../runtime/abort.ts";

/** Whether this process is the one that works. */
export interface Leadership {
  readonly leading: boolean;
  /** Adds a handler that is called after `leading` changed. */
  onChange(handler: () => void): void;
}

/** Does the work of one term after the other, each until leadership is lost, until the signal aborts. */
export async function whileLeading(
  leadership: Leadership,
  options: {
    readonly signal: AbortSignal;
    readonly work: (signal: AbortSignal) => Promise<void>;
  },
): Promise<void> {
  const { signal, work } = options;
  let changed = Promise.withResolvers<void>();
  let term: LinkedAbort | undefined;
  leadership.onChange(() => {
    if (!leadership.leading) term?.abort(new DOMException("No longer leading", "AbortError"));
    changed.resolve();
  });
  signal.addEventListener("abort", () => changed.resolve(), { once: true });
  while (!signal.aborted) {
    changed = Promise.withResolvers();
    if (leadership.leading) {
      using current = new LinkedAbort(signal);
      term = current;
      await work(current.signal);
      term = undefined;
    } else if (!signal.aborted) {
      await changed.promise;
    }
  }
}
