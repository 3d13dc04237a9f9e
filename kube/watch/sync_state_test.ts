import assert from "node:assert/strict";
import { SyncState } from "./sync_state.ts";

Deno.test("SyncState lets nobody go on whose signal has aborted, though everything is there", async () => {
  const state = new SyncState();
  const why = new Error("ends");
  await assert.rejects(state.whenSynced(AbortSignal.abort(why), {}), why);
  state.note("synced");
  await assert.rejects(state.whenSynced(AbortSignal.abort(why), {}), why);
  await state.whenSynced(new AbortController().signal, {});
});
