/**
 * Whether a copy has what the server has, and who waits for that.
 *
 * @module
 */
import { abortable } from "../../runtime/abort.ts";

/** Once synced, always synced: what was copied is kept while the server is away. */
export class SyncState {
  #synced = false;
  #missing = false;
  readonly #waiters = new Set<{ readonly orMissing: boolean; readonly resolve: () => void }>();

  /** Whether everything was listed once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Whether the server was last found not to serve the resource. */
  get missing(): boolean {
    return this.#missing;
  }

  /** Notes what the server has: everything was listed, or the resource is not served. */
  note(found: "synced" | "missing"): void {
    this.#synced ||= found === "synced";
    this.#missing = found === "missing";
    for (const { orMissing, resolve } of this.#waiters) {
      if (this.#synced || orMissing) resolve();
    }
  }

  /** Waits until it is synced or, with `orMissing`, found to be missing. Rejects where the signal aborts first. */
  async whenSynced(
    signal: AbortSignal,
    { orMissing = false }: { readonly orMissing?: boolean },
  ): Promise<void> {
    signal.throwIfAborted();
    if (this.#synced || (orMissing && this.#missing)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { orMissing, resolve };
    this.#waiters.add(waiter);
    try {
      await abortable(promise, signal);
    } finally {
      this.#waiters.delete(waiter);
    }
  }
}
