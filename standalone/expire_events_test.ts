import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { createKubeClient } from "../kube/objects/client.ts";
import { EVENTS } from "../kube/objects/resources.ts";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { silentLogger } from "../runtime/testing/memory_logger.ts";
import { EmbeddedApi } from "./api/mod.ts";
import { expireEvents } from "./expire_events.ts";

const HOUR = 3_600_000;

Deno.test("expireEvents removes an Event an hour after it was last seen", async () => {
  using api = new EmbeddedApi();
  const client = createKubeClient(api.rest());
  const start = Date.parse("2024-02-15T13:00:00Z");
  for (const [name, minute] of [["old", 0], ["seen-again", 30]] as const) {
    const seen = new Date(start + minute * 60_000).toISOString().replace(/\.\d+/, "");
    await client.of(EVENTS).create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { namespace: "default", name },
      involvedObject: { namespace: "default", kind: "Pod", name: "a" },
      reason: "Test",
      message: "Seen",
      type: "Normal",
      firstTimestamp: new Date(start).toISOString().replace(/\.\d+/, ""),
      lastTimestamp: seen,
    });
  }
  const left = async () =>
    (await client.of(EVENTS).list()).items.map(({ metadata }) => metadata.name);
  const clock = new ManualClock(start + HOUR);
  const stop = new AbortController();
  const done = expireEvents({ client, clock, log: silentLogger }, stop.signal);
  await clock.advance(1);
  deepEqual(await left(), ["old", "seen-again"]);
  await clock.advance(300_000);
  deepEqual(await left(), ["seen-again"]);
  await clock.advance(HOUR);
  deepEqual(await left(), []);
  stop.abort();
  await done;
});
