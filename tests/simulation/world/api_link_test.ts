import { ok, strictEqual } from "node:assert/strict";
import { toRestClient } from "../../../kube/mod.ts";
import { SimProcess } from "../engine/process.ts";
import { streamOf } from "../engine/random.ts";
import { Timeline } from "../engine/timeline.ts";
import { Trace } from "../engine/trace.ts";
import { ApiLink } from "./api_link.ts";
import type { ApiServer } from "./cluster.ts";

const SECONDS = 1_000;

/** A way to a server that hears a request, nothing for a while, and another request then; `againMs`: 20 s later it is silent once more. */
async function afterSilence(
  silentMs: number,
  { isFirst = false, isLost = false, againMs = 0 } = {},
) {
  const timeline = new Timeline(streamOf(1, "timeline"));
  const trace = new Trace();
  const random = streamOf(1, "link");
  const link = new ApiLink(new SimProcess("agent", { timeline, trace, random }), {
    cluster: { rest: toRestClient(() => Promise.resolve({})) } as unknown as ApiServer,
    random,
    trace,
    tamper: (rest) => rest,
  });
  const ask = async () => {
    link.rest.performRequest({ method: "GET", path: "/version" }).catch(() => undefined);
    await timeline.runUntil(timeline.now + 2 * SECONDS, () => true);
    return link.heardAt;
  };
  if (isLost) {
    link.mode = "silent";
    await ask();
    link.mode = "well";
  }
  const before = isFirst ? link.heardAt : await ask();
  await timeline.runUntil(silentMs, () => true);
  const then = await ask();
  if (againMs > 0) {
    await timeline.runUntil(timeline.now + 20 * SECONDS, () => true);
    link.mode = "silent";
    await timeline.runUntil(timeline.now + againMs, () => true);
    link.mode = "well";
  }
  const again = await ask();
  await timeline.runUntil(timeline.now + 35 * SECONDS, () => true);
  return { before, then, again, later: link.heardAt };
}

Deno.test("ApiLink: who hears the server after a long silence may know for 35 s only what it knew before", async () => {
  const long = await afterSilence(200 * SECONDS);
  ok(long.before < 2 * SECONDS);
  strictEqual(long.then, long.before);
  ok(long.later >= 200 * SECONDS);
  const short = await afterSilence(60 * SECONDS);
  ok(short.then >= 60 * SECONDS);
});

Deno.test("ApiLink: so does who hears it for the first time after its first list is lost or given up", async () => {
  const long = await afterSilence(60 * SECONDS, { isFirst: true });
  strictEqual(long.then, -Infinity);
  ok(long.later >= 60 * SECONDS);
  ok((await afterSilence(20 * SECONDS, { isFirst: true })).then >= 20 * SECONDS);
  const lost = await afterSilence(3 * SECONDS, { isFirst: true, isLost: true });
  strictEqual(lost.then, -Infinity);
  ok(lost.later >= 3 * SECONDS);
});

Deno.test("ApiLink: where the way is lost meanwhile it is 35 s from when it is there again", async () => {
  for (const againMs of [5 * SECONDS, 35 * SECONDS, 100 * SECONDS]) {
    const { before, again, later } = await afterSilence(200 * SECONDS, { againMs });
    strictEqual(again, before);
    ok(later >= 220 * SECONDS + againMs);
  }
  ok((await afterSilence(60 * SECONDS, { againMs: 35 * SECONDS })).again >= 115 * SECONDS);
});
