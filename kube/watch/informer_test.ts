import assert from "node:assert/strict";
import { ApiError } from "../errors.ts";
import { type ConfigMap } from "../testing/config_map.ts";
import { setUp } from "../testing/informer_scene.ts";

Deno.test("Informer lists, then follows what changes", async () => {
  const { api, clock, informer, changes, end } = setUp();
  api.put("a");
  assert.equal(informer.synced, false);
  await informer.whenSynced(AbortSignal.timeout(10_000));
  await clock.settle();
  api.put("b");
  api.put("a", { data: { x: "1" } });
  api.remove("b");
  await clock.settle();
  assert.deepEqual(changes, [
    "added default/a",
    "added default/b",
    "changed default/a",
    "deleted default/b",
  ]);
  assert.deepEqual(informer.get("default/a")?.data, { x: "1" });
  assert.equal(informer.size, 1);
  assert.equal(api.lists, 1);
  await end();
});

Deno.test("Informer fills in the kind and apiVersion that items of a list lack", async () => {
  const { api, clock, informer, end } = setUp();
  api.put("a");
  await clock.settle();
  assert.deepEqual([informer.get("default/a")?.apiVersion, informer.get("default/a")?.kind], [
    "v1",
    "ConfigMap",
  ]);
  await end();
});

Deno.test("Informer gives a handler that comes late every present object", async () => {
  const { api, clock, informer, end } = setUp();
  api.put("a");
  await clock.settle();
  const late: string[] = [];
  informer.onChange((key, before, after) => late.push(`${key} ${before?.kind} ${after?.kind}`));
  assert.deepEqual(late, ["default/a undefined ConfigMap"]);
  await end();
});

Deno.test("Informer resumes a watch that ended from where it was, without listing", async () => {
  const { api, clock, changes, end } = setUp();
  api.put("a");
  await clock.advance(5_000);
  api.endWatches();
  api.put("b");
  await clock.settle();
  assert.deepEqual(changes, ["added default/a", "added default/b"]);
  assert.equal(api.lists, 1);
  assert.equal(api.requests.at(-1)?.query.resourceVersion, "101");
  await end();
});

Deno.test("Informer resumes a watch from a bookmark", async () => {
  const { api, clock, end } = setUp();
  api.put("a");
  await clock.settle();
  api.put("elsewhere");
  api.bookmark();
  await clock.settle();
  api.endWatches();
  await clock.advance(1_000);
  assert.equal(api.requests.at(-1)?.query.resourceVersion, "102");
  assert.equal(api.requests.at(-1)?.query.allowWatchBookmarks, "true");
  await end();
});

Deno.test("Informer resumes soon after a lost connection and misses nothing", async () => {
  const { api, clock, changes, end } = setUp();
  api.put("a");
  await clock.advance(60_000);
  api.breakWatches();
  api.remove("a");
  api.put("b");
  await clock.advance(200);
  assert.deepEqual(changes, ["added default/a", "deleted default/a", "added default/b"]);
  assert.equal(api.lists, 1);
  await end();
});

Deno.test("Informer lists again when its resourceVersion is too old, and tells what it missed", async () => {
  const { api, clock, informer, changes, logger, end } = setUp();
  api.put("a");
  api.put("b");
  await clock.advance(60_000);
  api.endWatches();
  api.remove("a");
  api.put("c");
  api.compact();
  await clock.advance(1_000);
  assert.deepEqual(changes.slice(2), ["added default/c", "deleted default/a"]);
  assert.equal(informer.get("default/a"), undefined);
  assert.equal(api.lists, 2);
  assert.deepEqual(logger.lines, []);
  await end();
});

Deno.test("Informer shows handlers the whole of a list, never a part", async () => {
  const { api, clock, informer, end } = setUp();
  const seen: number[] = [];
  informer.onChange(() => seen.push(informer.size));
  for (const name of ["a", "b", "c"]) api.put(name);
  await clock.settle();
  assert.deepEqual(seen, [3, 3, 3]);
  await end();
});

Deno.test("Informer backs off while the server fails, keeps what it has, and recovers", async () => {
  const { api, clock, informer, logger, end } = setUp();
  api.put("a");
  await clock.advance(60_000);
  const down = new Error("connection refused");
  for (let i = 0; i < 10; i++) api.failNext(down);
  api.breakWatches();
  const before = api.requests.length;
  await clock.advance(10_000);
  const tries = api.requests.length - before;
  assert.ok(tries >= 4 && tries <= 8, `${tries} tries in 10 s`);
  assert.equal(informer.size, 1);
  assert.ok(
    logger.lines.every((line) => line.level === "warn" && line.keys.resource === "configmaps"),
  );
  await clock.advance(60_000);
  assert.equal(api.watches, 1);
  assert.equal(api.lists, 2, "after so long it lists");
  await end();
});

Deno.test("Informer does not spin when the server ends every watch at once", async () => {
  const { api, clock, end } = setUp();
  await clock.settle();
  api.before = () => queueMicrotask(() => api.endWatches());
  api.endWatches();
  const before = api.requests.length;
  for (let i = 0; i < 100; i++) {
    await clock.advance(100);
    api.endWatches();
  }
  const asked = api.requests.slice(before).filter(({ query }) => query.watch !== undefined).length;
  assert.ok(asked < 12, `${asked} watches in 10 s`);
  await end();
});

Deno.test("Informer resumes a watch that lasted a second at once, and a shorter one after a wait", async () => {
  for (const [lastedMs, watches] of [[999, 0], [1_000, 1]] as const) {
    const { api, clock, end } = setUp();
    await clock.settle();
    await clock.advance(lastedMs);
    api.endWatches();
    await clock.settle();
    assert.equal(api.watches, watches, `${lastedMs} ms`);
    await clock.advance(200);
    assert.equal(api.watches, 1);
    await end();
  }
});

Deno.test("Informer waits longer from one watch that the server ends at once to the next", async () => {
  const { api, clock, end } = setUp();
  const askedAt: number[] = [];
  api.before = ({ expectStream }) => {
    if (expectStream) askedAt.push(clock.monotonic());
  };
  await clock.settle();
  for (let watch = 0; watch < 4; watch++) {
    const before = askedAt.length;
    api.endWatches();
    await clock.advanceUntil(() => askedAt.length > before, { stepMs: 10, limitMs: 60_000 });
  }
  const waits = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
  assert.ok((waits[0] ?? 0) >= 100, String(waits));
  assert.ok(waits.slice(1).every((wait, index) => wait > (waits[index] ?? 0)), String(waits));
  await end();
});

Deno.test("Informer waits for a resource that is not served, and says so", async () => {
  const { api, clock, informer, end } = setUp();
  api.missing = true;
  const forever = new AbortController();
  let synced = false;
  const sync = informer.whenSynced(forever.signal).then(() => synced = true, () => undefined);
  let known = false;
  const orMissing = informer.whenSynced(forever.signal, { orMissing: true })
    .then(() => known = true);
  await Promise.resolve();
  assert.equal(known, false, "nothing is known before the first answer");
  await clock.settle();
  await orMissing;
  assert.equal(informer.heardAgo, 0);
  await informer.whenSynced(AbortSignal.timeout(10_000), { orMissing: true });
  assert.equal(informer.synced, false);
  await clock.advance(60_000);
  assert.equal(synced, false);
  api.missing = false;
  api.put("a");
  await clock.advance(5_000);
  await sync;
  assert.deepEqual([informer.synced, informer.size], [true, 1]);
  await end();
});

Deno.test("Informer keeps its objects while a served resource is not served any more", async () => {
  const { api, clock, informer, logger, changes, end } = setUp();
  api.put("a");
  await clock.advance(2_000);
  api.missing = true;
  api.endWatches();
  await clock.advance(30_000);
  const said = "Resource is not served, waiting for it";
  assert.deepEqual(logger.lines.map(({ message }) => message), [said]);
  assert.deepEqual([informer.synced, informer.size], [true, 1]);
  api.remove("a");
  api.missing = false;
  await clock.advance(5_000);
  assert.deepEqual(changes, ["added default/a", "deleted default/a"]);
  await end();
});

Deno.test("Informer takes in the answer to a write of our own at once, and the watch's echo changes nothing", async () => {
  const { api, clock, informer, changes, end } = setUp();
  api.put("a");
  await clock.settle();
  const written = api.put("a", { data: { x: "1" } });
  informer.observe(written as ConfigMap);
  assert.deepEqual(informer.get("default/a")?.data, { x: "1" });
  await clock.settle();
  assert.deepEqual(changes, ["added default/a", "changed default/a"]);
  await end();
});

Deno.test("Informer does not bring back with an old answer what was deleted meanwhile", async () => {
  const { api, clock, informer, end } = setUp();
  await clock.settle();
  const written = api.put("a");
  await clock.settle();
  api.remove("a");
  await clock.settle();
  informer.observe(written as ConfigMap);
  assert.equal(informer.get("default/a"), undefined);
  await end();
});

Deno.test("Informer finds objects by index, also after they changed", async () => {
  const { api, clock, informer, end } = setUp({
    indexes: { color: (object) => Object.values(object.data ?? {}) },
  });
  api.put("a", { data: { c: "red" } });
  api.put("b", { data: { c: "red", d: "blue" } });
  await clock.settle();
  const found = (color: string) =>
    informer.byIndex("color", color).map((object) => object.metadata.name);
  assert.deepEqual([found("red"), found("blue"), found("green")], [["a", "b"], ["b"], []]);
  api.put("a", { data: { c: "green" } });
  api.remove("b");
  await clock.settle();
  assert.deepEqual([found("red"), found("blue"), found("green")], [[], [], ["a"]]);
  api.put("b", { data: { c: "green" } });
  await clock.settle();
  assert.deepEqual([found("red"), found("blue"), found("green")], [[], [], ["a", "b"]]);
  assert.throws(() => informer.byIndex("size", "1"), /not declared: size/);
  await end();
});

Deno.test("Informer keeps objects as its transform leaves them, by default without managedFields", async () => {
  const plain = setUp();
  plain.api.put("a", {
    metadata: { namespace: "default", name: "a", resourceVersion: "101", managedFields: [{}] },
  });
  await plain.clock.settle();
  assert.deepEqual(plain.informer.get("default/a")?.metadata, {
    namespace: "default",
    name: "a",
    resourceVersion: "101",
  });
  await plain.end();
  const lean = setUp({
    transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
  });
  lean.api.put("a", { data: { x: "1" } });
  await lean.clock.settle();
  assert.equal(lean.informer.get("default/a")?.data, undefined);
  await lean.end();
});

Deno.test("Informer goes on when a handler throws", async () => {
  const { api, clock, informer, logger, changes, end } = setUp();
  informer.onChange(() => {
    throw new Error("Bad handler");
  });
  api.put("a");
  await clock.settle();
  api.put("b");
  await clock.settle();
  assert.equal(changes.length, 2);
  assert.equal(logger.lines.filter((line) => line.message === "Change handler failed").length, 2);
  await end();
});

Deno.test("Informer asks only for what it is to keep", async () => {
  const { api, clock, end } = setUp({
    namespace: "kube-system",
    labelSelector: "app=x",
    fieldSelector: "metadata.name=y",
  });
  await clock.settle();
  for (const { path, query } of api.requests) {
    assert.equal(path, "/api/v1/namespaces/kube-system/configmaps");
    assert.deepEqual([query.labelSelector, query.fieldSelector], ["app=x", "metadata.name=y"]);
  }
  assert.equal(api.requests.length, 2);
  await end();
});

Deno.test("Informer tells how long ago it heard the server", async () => {
  const { api, clock, informer, end } = setUp();
  assert.equal(informer.heardAgo, undefined);
  await clock.settle();
  await clock.advance(7_000);
  assert.equal(informer.heardAgo, 7_000);
  api.put("a");
  await clock.settle();
  assert.equal(informer.heardAgo, 0);
  await end();
});

Deno.test("Informer keeps trying when it is forbidden, and says why", async () => {
  const { api, clock, informer, logger, end } = setUp();
  const forbidden = new ApiError({ code: 403, reason: "Forbidden", message: "no" }, {
    method: "GET",
    path: "/x",
  });
  api.failNext(forbidden);
  await clock.settle();
  assert.equal(informer.synced, false);
  await clock.advance(1_000);
  assert.equal(informer.synced, true);
  assert.equal(logger.lines[0]?.keys.error, forbidden);
  await end();
});

Deno.test("Informer.whenSynced rejects with the signal's reason", async () => {
  const { api, informer, end } = setUp();
  api.missing = true;
  const stop = new AbortController();
  const waiting = informer.whenSynced(stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(informer.whenSynced(stop.signal), /enough/);
  await end();
});
