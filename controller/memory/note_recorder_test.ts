import assert from "node:assert/strict";
import type { KubeObject } from "../../core/api/types.ts";
import type { Note } from "../../core/reasons/reasons.ts";
import { NoteRecorder } from "./note_recorder.ts";

const POOL: KubeObject = { apiVersion: "v1", kind: "Pool", metadata: { name: "a", uid: "a-uid" } };
const OTHER: KubeObject = { ...POOL, metadata: { name: "b", uid: "b-uid" } };

function note(message: string): Note {
  return { type: "Warning", reason: "PoolExhausted", message };
}

function recording(): { readonly notes: NoteRecorder; readonly recorded: string[] } {
  const recorded: string[] = [];
  const record = (about: KubeObject, { message = "" }: { readonly message?: string }) =>
    void recorded.push(`${about.metadata.name} ${message}`);
  return {
    notes: new NoteRecorder({ record, flush: () => Promise.resolve() }),
    recorded,
  };
}

Deno.test("NoteRecorder.recordNew tells what was not found the last time, of each object for itself", () => {
  const { notes, recorded } = recording();
  notes.recordNew(POOL, [note("full")]);
  notes.recordNew(POOL, [note("full"), note("bad")]);
  notes.recordNew(OTHER, [note("full")]);
  notes.recordNew(POOL, [note("bad")]);
  assert.deepEqual(recorded, ["a full", "a bad", "b full"]);
});

Deno.test("NoteRecorder.recordNew tells again what had ended, or what it forgot", () => {
  const { notes, recorded } = recording();
  notes.recordNew(POOL, [note("full")]);
  notes.recordNew(POOL, []);
  notes.recordNew(POOL, [note("full")]);
  notes.forget("a-uid");
  notes.recordNew(POOL, [note("full")]);
  assert.deepEqual(recorded, ["a full", "a full", "a full"]);
});

Deno.test("NoteRecorder.record tells every time", () => {
  const { notes, recorded } = recording();
  notes.record(POOL, note("moved"));
  notes.record(POOL, note("moved"));
  assert.deepEqual(recorded, ["a moved", "a moved"]);
});
