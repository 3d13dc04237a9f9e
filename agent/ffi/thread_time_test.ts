import assert from "node:assert/strict";
import { threadTime } from "./thread_time.ts";

Deno.test("threadTime goes on while this thread works, and hardly while it waits", async () => {
  const start = threadTime();
  while (threadTime() - start < 5);
  const worked = threadTime();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(worked - start >= 5);
  assert.ok(threadTime() - worked < 90);
});
