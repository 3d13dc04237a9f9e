/**
 * Events with stable reasons, each told once.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import type { EventRecorder } from "../kube/types.ts";
import type { EventReason } from "./decide/reasons.ts";

/** One Event. */
export interface Note {
  readonly type: "Normal" | "Warning";
  readonly reason: EventReason;
  readonly message: string;
}

/**
 * Writes Events. {@linkcode Teller.tell} tells every time; {@linkcode Teller.standing} is for what a reconcile finds
 * again each time it looks: it tells what was not found the last time.
 */
export class Teller {
  readonly #recorder: EventRecorder;
  readonly #standing = new Map<string, ReadonlySet<string>>();

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  tell(about: KubeObject, note: Note): void {
    this.#recorder.record(about, note);
  }

  /** Tells those of `notes` that did not stand at the last call for the same object. */
  standing(about: KubeObject, notes: readonly Note[]): void {
    const key = about.metadata.uid ?? "";
    const before = this.#standing.get(key);
    if (notes.length === 0) {
      this.#standing.delete(key);
      return;
    }
    const now = new Set(notes.map(({ reason, message }) => `${reason} ${message}`));
    this.#standing.set(key, now);
    for (const note of notes) {
      if (before?.has(`${note.reason} ${note.message}`) !== true) this.tell(about, note);
    }
  }

  /** Forgets what stood about an object that is gone. */
  forget(uid: string | undefined): void {
    this.#standing.delete(uid ?? "");
  }
}
