/**
 * Waiting for something or for an abort, and abort signals that follow others. All let go of the signals they listen
 * to, so that a long-lived one gathers no listeners.
 *
 * @module
 */

/** What `promise` gives, or the signal's reason thrown as soon as the signal aborts; before that counts, too. */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return abortable(new Promise<never>(() => undefined), signal).catch(() => undefined);
}

/** The part of a `Clock` that a time limit needs. */
interface Sleeper {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  after?(ms: number, work: () => void): () => void;
}

/** Why what nobody waits for any more is ended: one for all, since the making of one takes longer than most waits. */
const OVER = new DOMException("It is over", "AbortError");

/** Has something happen after `ms` milliseconds, unless what is answered is called before. */
export function after(clock: Sleeper, ms: number, work: () => void): () => void {
  if (clock.after !== undefined) return clock.after(ms, work);
  const timer = new AbortController();
  clock.sleep(ms, timer.signal).then(work, () => undefined);
  return () => timer.abort(OVER);
}

/** An abort signal that also aborts when one of its parents does, until it is disposed. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #timers: (() => void)[] = [];
  readonly #unlink: (() => void)[] = [];

  constructor(...parents: readonly (AbortSignal | undefined)[]) {
    for (const parent of parents) {
      if (parent === undefined) continue;
      if (parent.aborted) this.abort(parent.reason);
      const follow = () => this.abort(parent.reason);
      parent.addEventListener("abort", follow, { once: true });
      this.#unlink.push(() => parent.removeEventListener("abort", follow));
    }
  }

  /** The signal to hand on. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the signal; its parents stay as they are. */
  abort(reason: unknown = OVER): void {
    this.#controller.abort(reason);
  }

  /** Aborts the signal with `reason()` after `ms` milliseconds, unless it is disposed or disarmed before. */
  abortAfter(
    ms: number,
    options: { readonly clock: Sleeper; readonly reason: () => unknown },
  ): void {
    this.#timers.push(after(options.clock, ms, () => this.abort(options.reason())));
  }

  /** Ends the time limit; the parents are still followed. */
  disarm(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }

  /** Lets go of the parents and of the time limit. The signal itself is not aborted. */
  [Symbol.dispose](): void {
    this.disarm();
    for (const unlink of this.#unlink.splice(0)) unlink();
  }
}
