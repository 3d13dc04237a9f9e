import assert from "node:assert/strict";
import { createWorkQueue } from "./work_queue.ts";

Deno.test("WorkQueue lets answers come while it works on many keys that wait for nothing", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    () => new Response("here"),
  );
  const queue = createWorkQueue({ name: "test", concurrency: 8 });
  const stop = new AbortController();
  let worked = 0;
  const running = queue.run(() => {
    const end = performance.now() + 1;
    while (performance.now() < end); // As a key does of which there is much to look at.
    worked++;
    return Promise.resolve();
  }, stop.signal);
  for (let n = 1; n <= 400; n++) queue.add(`${n}`);
  const answer = await fetch(`http://127.0.0.1:${server.addr.port}`);
  assert.equal(await answer.text(), "here");
  assert.ok(worked < 400, `answered after ${worked} keys`);
  await queue.whenIdle();
  assert.equal(worked, 400);
  stop.abort();
  await running;
});
