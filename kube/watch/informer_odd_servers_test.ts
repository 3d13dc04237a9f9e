import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { createKubeClient } from "../objects/client.ts";
import { type JsonValue, toRestClient } from "../rest_client.ts";
import { CONFIG_MAPS, type ConfigMap } from "../testing/config_map.ts";
import { ScriptedApi } from "../testing/scripted_api.ts";
import { createInformer } from "./informer.ts";

Deno.test("Informer takes no answer that is no list for an empty one", async () => {
  const clock = new ManualClock();
  const api = new ScriptedApi(CONFIG_MAPS);
  api.put("a");
  let answers: JsonValue = null;
  const rest = toRestClient(async (request) =>
    answers !== null && request.expectStream !== true
      ? answers
      : await api.rest.performRequest(request as never) as unknown as JsonValue
  );
  const informer = createInformer<ConfigMap>({
    client: createKubeClient(rest).of(CONFIG_MAPS),
    clock,
    random: () => 0,
  });
  const told: string[] = [];
  informer.onChange((key, _, after) =>
    void told.push(`${after === undefined ? "gone" : "here"} ${key}`)
  );
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await clock.settle();
  assert.equal(informer.size, 1);
  // As a gateway does that answers for the API server.
  answers = { status: "maintenance" };
  api.breakWatches();
  await clock.advance(5_000);
  const { size } = informer;
  stop.abort();
  await clock.advance(1_000);
  await running;
  assert.equal(size, 1);
  assert.deepEqual(told, ["here default/a"]);
});

Deno.test("Informer does not spin where each watch ends after a bookmark", async () => {
  const clock = new ManualClock();
  let watches = 0;
  let requests = 0;
  const stop = new AbortController();
  const rest = toRestClient((request) => {
    if (++requests > 2_000) stop.abort();
    if (request.expectStream === true) {
      watches++;
      return Promise.resolve(ReadableStream.from<JsonValue>([
        { type: "BOOKMARK", object: { metadata: { resourceVersion: "7" } } },
      ]));
    }
    return Promise.resolve({ metadata: { resourceVersion: "7" }, items: [] });
  });
  const informer = createInformer<ConfigMap>({
    client: createKubeClient(rest).of(CONFIG_MAPS),
    clock,
  });
  const running = informer.run(stop.signal);
  await clock.settle();
  await new Promise((resolve) => setTimeout(resolve, 300));
  stop.abort();
  await running;
  assert.ok(requests < 100, `${requests} requests, ${watches} watches`);
});

for (const how of ["ends", "breaks"]) {
  Deno.test(`Informer knows of changes also where each watch ${how} at once and tells nothing`, async () => {
    const clock = new ManualClock();
    const api = new ScriptedApi(CONFIG_MAPS);
    api.put("a");
    let watches = 0;
    const rest = toRestClient(async (request) => {
      if (request.expectStream !== true) {
        return await api.rest.performRequest(request as never) as unknown as JsonValue;
      }
      watches++;
      const start = (stream: ReadableStreamDefaultController<JsonValue>) =>
        how === "ends" ? stream.close() : stream.error(new Error("reset"));
      return new ReadableStream<JsonValue>({ start });
    });
    const informer = createInformer<ConfigMap>({
      client: createKubeClient(rest).of(CONFIG_MAPS),
      clock,
      random: () => 0.5,
    });
    const stop = new AbortController();
    const running = informer.run(stop.signal);
    await clock.settle();
    api.put("b");
    await clock.advance(30_000);
    const { size } = informer;
    stop.abort();
    await clock.advance(10_000);
    await running;
    assert.equal(size, 2);
    assert.ok(watches < 15 && api.lists <= 1 + watches / 3, `${watches} ${api.lists}`);
  });
}

Deno.test("Informer goes on when an index function throws, and tells also of what that cannot read", async () => {
  const clock = new ManualClock();
  const api = new ScriptedApi(CONFIG_MAPS);
  const logger = memoryLogger();
  api.put("bad", { data: null });
  api.put("good", { data: { c: "red" } });
  const informer = createInformer<ConfigMap>({
    client: createKubeClient(api.rest).of(CONFIG_MAPS),
    clock,
    logger,
    indexes: { color: ({ data }) => Object.values(data as Record<string, string>) },
  });
  const told: string[] = [];
  informer.onChange((key, _, after) => void told.push(`${key} ${JSON.stringify(after?.data)}`));
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await clock.settle();
  api.put("good", { data: null });
  api.put("good", { data: { c: "blue" } });
  await clock.settle();
  stop.abort();
  await clock.advance(1_000);
  await running;
  assert.deepEqual(told, [
    "default/bad null",
    'default/good {"c":"red"}',
    "default/good null",
    'default/good {"c":"blue"}',
  ]);
  const found = (color: string) => informer.byIndex("color", color).map(({ data }) => data);
  assert.deepEqual([found("red"), found("blue")], [[], [{ c: "blue" }]]);
  assert.ok(logger.lines.some(({ message }) => message === "Index function failed"));
});
