/**
 * Events with stable reasons.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import type { Note } from "../../core/reasons/reasons.ts";
import type { EventRecorder } from "../../kube/types.ts";

/**
 * Records Events. {@linkcode NoteRecorder.record} does so every time; {@linkcode NoteRecorder.recordNew} is for what a
 * reconcile finds again each time it looks.
 */
export class NoteRecorder {
  readonly #recorder: EventRecorder;
  /** UID -> what was found the last time. */
  readonly #found = new Map<string, ReadonlySet<string>>();

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  record(about: KubeObject, note: Note): void {
    this.#recorder.record(about, note);
  }

  /** Records those of `notes` that the last call for the same object did not have. */
  recordNew(about: KubeObject, notes: readonly Note[]): void {
    const uid = about.metadata.uid ?? "";
    const before = this.#found.get(uid);
    if (notes.length === 0) this.#found.delete(uid);
    else this.#found.set(uid, new Set(notes.map(textOf)));
    for (const note of notes) if (before?.has(textOf(note)) !== true) this.record(about, note);
  }

  /** Forgets an object that is gone. */
  forget(uid: string | undefined): void {
    this.#found.delete(uid ?? "");
  }
}

function textOf({ reason, message }: Note): string {
  return `${reason} ${message}`;
}
