/**
 * What is done only while this process leads.
 *
 * @module
 */
import type { Lease } from "../objects/builtin_types.ts";
import { abortable, LinkedAbort } from "../../runtime/abort.ts";

/** Whether this process is the one of several that works. */
export interface Leadership {
  /** Whether it works now. */
  readonly leading: boolean;
  /** Whether it works now, and is sure of it: not one that stood still for so long that another one may have begun. Unset: as `leading`. */
  readonly confirmed?: boolean;
  /** Whether another one may work instead by now. Unset: no. */
  readonly doubtful?: boolean;
  /**
   * Since when (monotonic clock, milliseconds) nobody else can have worked, where this process works. Unset, or `undefined`: since
   * `leading` changed.
   */
  readonly leadsSince?: number | undefined;
  /** Why it cannot be known who works, as a sentence. Unset, or `undefined`: it is known. */
  readonly trouble?: string | undefined;
  /** Resolves when it was first seen who works; rejects with the signal's reason. Unset: that is known. */
  whenSeen?(signal: AbortSignal): Promise<void>;
  /** Adds a handler that is called after `leading` changed. */
  onChange(handler: () => void): void;
  /** Has it work instead of another process wherever `isFitter` says so of the Lease that that one holds. Unset: it waits. */
  challenge?(isFitter: (held: Lease) => boolean): void;
  /** Adds a handler that is called when the Lease shows that the API server was put back to an earlier state. Unset: it never does. */
  onNewHistory?(handler: () => void): void;
}

/** Does the work of one term after the other, each until leadership is lost, until the signal aborts. */
export async function whileLeading(
  leadership: Leadership,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let changed = Promise.withResolvers<void>();
  let term: LinkedAbort | undefined;
  leadership.onChange(() => {
    if (!leadership.leading) term?.abort(new DOMException("No longer leading", "AbortError"));
    changed.resolve();
  });
  while (!signal.aborted) {
    changed = Promise.withResolvers();
    if (leadership.leading) {
      using current = new LinkedAbort(signal);
      term = current;
      await work(current.signal);
      term = undefined;
    } else {
      await abortable(changed.promise, signal).catch(() => undefined);
    }
  }
}
