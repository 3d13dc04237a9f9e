/**
 * Hands committed changes to whoever watches their resource.
 *
 * @module
 */
import type { Change } from "./store.ts";

/** Is called with every change of a resource, in order, after its commit. */
export type ChangeListener = (change: Change) => void;

/** The watchers of all resources. */
export class WatchHub {
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  readonly #closers = new Set<() => void>();

  /** Adds a listener; the answer removes it. */
  subscribe(resource: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set();
    this.#listeners.set(resource, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Adds what must be called when the API closes; the answer removes it. */
  onClose(close: () => void): () => void {
    this.#closers.add(close);
    return () => this.#closers.delete(close);
  }

  /** Tells the watchers. */
  publish(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const listener of this.#listeners.get(change.resource) ?? []) listener(change);
    }
  }

  /** Ends every watch. */
  close(): void {
    for (const close of [...this.#closers]) close();
    this.#listeners.clear();
  }
}
