import assert from "node:assert/strict";
import { type ConfigMap } from "../testing/config_map.ts";
import { setUp } from "../testing/informer_scene.ts";

Deno.test("S2: Informer opens a watch anew that brings nothing for 75 s, and goes on from where it was", async () => {
  const { api, clock, informer, logger, changes, end } = setUp();
  api.silent = true;
  await clock.settle();
  api.put("missed");
  await clock.advance(74_900);
  api.silent = false;
  assert.deepEqual(changes, []);
  await clock.advance(200);
  assert.deepEqual(changes, ["added default/missed"]);
  assert.deepEqual([api.lists, api.checks], [1, 1]);
  assert.deepEqual(informer.figures, { newHistories: 0, silentWatches: 1 });
  assert.deepEqual(logger.lines.map(({ level, message }) => [level, message]), [
    ["info", "A watch brought nothing, not even a bookmark: opening it anew"],
  ]);
  await end();
});

Deno.test("S2: Informer leaves a watch alone that brings bookmarks, and asks little while one brings nothing", async () => {
  const { api, clock, logger, end } = setUp();
  await clock.settle();
  const before = api.requests.length;
  for (let minute = 0; minute < 5; minute++) {
    await clock.advance(60_000);
    api.bookmark();
  }
  assert.equal(api.requests.length, before);
  await clock.advance(750_000);
  const asked = api.requests.length - before;
  assert.ok(asked >= 18 && asked <= 20, `${asked} requests in 750 s`);
  assert.equal(api.lists, 1);
  assert.equal(logger.lines.filter(({ level }) => level !== "debug").length, 1);
  await end();
});

Deno.test("S1: Informer replaces everything when the server comes back as it was before, by one list", async () => {
  for (const awayMs of [2_000, 60_000]) {
    const { api, clock, informer, logger, changes, end, names } = setUp();
    api.put("kept");
    const backup = api.backup();
    for (const name of ["a", "b", "c"]) api.put(name);
    await clock.advance(30_000);
    let told = 0;
    informer.onNewHistory(() => told++);
    let away = true;
    api.before = () => {
      if (away) throw new Error("down");
    };
    api.breakWatches();
    api.restore(backup);
    await clock.advance(awayMs);
    away = false;
    api.put("new");
    changes.length = 0;
    await clock.advance(5_000);
    assert.deepEqual(names(), ["kept", "new"]);
    assert.deepEqual(changes.sort(), [
      "added default/new",
      "changed default/kept",
      "deleted default/a",
      "deleted default/b",
      "deleted default/c",
    ]);
    assert.deepEqual([api.lists, told, informer.figures.newHistories], [2, 1, 1]);
    const said = logger.lines.filter(({ message }) =>
      message.startsWith("The server was put back")
    );
    assert.deepEqual(said.map(({ level, keys }) => [level, keys]), [
      ["warn", { resource: "configmaps", known: "104", listed: "102" }],
    ]);
    api.put("newer");
    await clock.settle();
    assert.deepEqual(names(), ["kept", "new", "newer"]);
    await end();
  }
});

Deno.test("S1: Informer notices a server that was put back under a watch that stays silent", async () => {
  const { api, clock, changes, end, names } = setUp();
  const backup = api.backup();
  api.put("a");
  await clock.advance(30_000);
  api.restore(backup);
  await clock.advance(50_000);
  assert.deepEqual(names(), []);
  assert.deepEqual(changes, ["added default/a", "deleted default/a"]);
  await end();
});

Deno.test("S1: Informer whose watch ends late notices a server that was put back and has come past what it knows", async () => {
  const { api, clock, informer, end, names } = setUp();
  api.put("a");
  const backup = api.backup();
  const { resourceVersion } = api.put("a").metadata;
  await clock.advance(30_000);
  assert.equal(informer.get("default/a")?.metadata.resourceVersion, resourceVersion);
  api.silent = true;
  api.restore(backup);
  for (const name of ["b", "c", "d"]) api.put(name);
  api.silent = false;
  api.breakWatches();
  await clock.advance(5_000);
  assert.deepEqual(names(), ["a", "b", "c", "d"]);
  assert.notEqual(informer.get("default/a")?.metadata.resourceVersion, resourceVersion);
  assert.deepEqual([api.lists, api.checks, informer.figures.newHistories], [2, 1, 1]);
  await end();
});

Deno.test("S1: Informer.ask takes an answer from before what it knew for a new history, and lists at once", async () => {
  const { api, clock, informer, end, names } = setUp();
  const old = api.put("a");
  const backup = api.backup();
  api.put("a", { data: { x: "1" } });
  api.put("b");
  await clock.advance(30_000);
  api.restore(backup);
  assert.equal(await informer.ask("default/a", () => Promise.resolve(undefined)), undefined);
  assert.deepEqual([names(), api.lists], [["a", "b"], 1]);
  await informer.ask("default/a", () => Promise.resolve(old as ConfigMap));
  assert.equal(informer.get("default/a")?.data, undefined);
  await clock.settle();
  assert.deepEqual([names(), api.lists, informer.figures.newHistories], [["a"], 2, 1]);
  await end();
});

Deno.test("S1: Informer.ask lists nothing for an answer that the watch has overtaken meanwhile", async () => {
  const { api, clock, informer, end } = setUp();
  api.put("a");
  await clock.settle();
  const answer = api.put("a", { data: { x: "1" } });
  await informer.ask("default/a", async () => {
    api.put("a", { data: { x: "2" } });
    await clock.settle();
    return answer as ConfigMap;
  });
  await clock.settle();
  assert.deepEqual([informer.get("default/a")?.data, api.lists], [{ x: "2" }, 1]);
  await end();
});

Deno.test("Informer.relist resolves when a list is there that began after it was asked for", async () => {
  const { api, clock, informer, stop, end } = setUp();
  await clock.advance(2_000);
  api.after = () => clock.sleep(100);
  const first = informer.relist(stop.signal);
  await clock.advance(50);
  let done = false;
  const second = informer.relist(stop.signal).then(() => done = true);
  await clock.advance(60);
  assert.equal(done, false, "that list was under way before it was asked for");
  await clock.advance(100);
  await Promise.all([first, second]);
  assert.deepEqual([api.lists, api.watches], [3, 1]);
  await end();
});

Deno.test("S1: Informer.relist waits no longer for the next try than the server", async () => {
  const { api, clock, informer, stop, end } = setUp();
  await clock.advance(2_000);
  api.before = () => {
    throw new Error("connection refused");
  };
  api.breakWatches();
  await clock.advance(60_000);
  api.before = () => undefined;
  const { lists } = api;
  let done = false;
  void informer.relist(stop.signal).then(() => done = true);
  await clock.advance(10);
  assert.equal(done, true);
  // Its watch is open for a moment only, which as a failure would count as one more of many.
  void informer.relist(stop.signal);
  await clock.advance(10);
  assert.equal(api.lists, lists + 2);
  await end();
});

Deno.test("Informer.relist is content with a list that was asked for since a moment, and with no earlier one", async () => {
  const { api, clock, informer, stop, end } = setUp();
  const before = clock.monotonic();
  await clock.advance(2_000);
  await informer.relist(stop.signal, { since: before });
  assert.equal(api.lists, 1);
  const relisted = informer.relist(stop.signal, { since: clock.monotonic() });
  await clock.advance(10);
  await relisted;
  assert.equal(api.lists, 2);
  await end();
});

Deno.test("S2: Informer tells since when it cannot follow, and why, until a watch is open", async () => {
  const { api, clock, informer, end } = setUp();
  const trouble = () => informer.trouble;
  await clock.advance(30_000);
  assert.equal(trouble(), undefined);
  const down = new Error("connection refused");
  api.before = () => {
    throw down;
  };
  api.breakWatches();
  await clock.advance(20_000);
  assert.deepEqual(trouble(), { forMs: 20_000, error: down });
  api.before = ({ expectStream }) => {
    if (expectStream) throw down;
  };
  await clock.advance(20_000);
  assert.equal(trouble()?.forMs, 40_000, "a list alone is not enough");
  api.before = () => undefined;
  await clock.advance(5_000);
  assert.equal(trouble(), undefined);
  await end();
});
