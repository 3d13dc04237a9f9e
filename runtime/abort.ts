/**
 * Abort signals that follow others and let go of them again, so that a long-lived signal gathers no listeners.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** An abort signal that also aborts when one of its parents does, until it is disposed. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer = new AbortController();
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
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts the signal with `reason()` after `ms` milliseconds, unless it is disposed or disarmed before. */
  abortAfter(ms: number, options: { readonly clock: Clock; readonly reason: () => unknown }): void {
    options.clock.sleep(ms, this.#timer.signal).then(
      () => this.abort(options.reason()),
      () => undefined,
    );
  }

  /** Ends the time limit; the parents are still followed. */
  disarm(): void {
    this.#timer.abort();
  }

  /** Lets go of the parents and of the time limit. The signal itself is not aborted. */
  [Symbol.dispose](): void {
    this.disarm();
    for (const unlink of this.#unlink.splice(0)) unlink();
  }
}
