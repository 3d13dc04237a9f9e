import assert from "node:assert/strict";
import { WatchedStore } from "./watched_store.ts";
import type { ConfigMap } from "../testing/config_map.ts";

function object(name: string, resourceVersion: number | string, uid = "u"): ConfigMap {
  const metadata = { namespace: "default", name, uid, resourceVersion: String(resourceVersion) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

function storeOf(...items: ConfigMap[]): WatchedStore<ConfigMap> {
  const store = new WatchedStore<ConfigMap>({});
  store.replace({ resourceVersion: "100", items });
  return store;
}

function versions(store: WatchedStore<ConfigMap>): Record<string, string | undefined> {
  return Object.fromEntries(
    [...store.objects.list()].map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
  );
}

Deno.test("WatchedStore keeps an own write that a list made before it does not have", () => {
  const store = storeOf();
  store.observe(object("a", 105));
  assert.deepEqual(store.replace({ resourceVersion: "104", items: [] }).changes, []);
  assert.deepEqual(versions(store), { a: "105" });
  assert.equal(store.replace({ resourceVersion: "106", items: [] }).changes.length, 1);
  assert.deepEqual(versions(store), {});
});

Deno.test("WatchedStore keeps an own write against an older state in a list or an event", () => {
  const store = storeOf(object("a", 90));
  store.observe(object("a", 105));
  assert.deepEqual(store.replace({ resourceVersion: "104", items: [object("a", 103)] }), {
    changes: [],
    isNewHistory: false,
  });
  assert.deepEqual(store.take({ type: "MODIFIED", object: object("a", 103) }), []);
  assert.deepEqual(versions(store), { a: "105" });
});

Deno.test("WatchedStore knows an own write before anything was listed, and the list decides", () => {
  const store = new WatchedStore<ConfigMap>({});
  store.observe(object("a", 105));
  store.observe(object("b", 106));
  store.observe(object("a", 104));
  assert.deepEqual(versions(store), { a: "105", b: "106" });
  store.replace({ resourceVersion: "110", items: [object("a", 109)] }, { asked: "106" });
  assert.deepEqual(versions(store), { a: "109" });
});

Deno.test("WatchedStore compares versions as numbers, however many digits they have", () => {
  const store = storeOf(object("a", 99));
  store.observe(object("a", 1000));
  assert.deepEqual(versions(store), { a: "1000" });
  store.observe(object("a", 999));
  assert.deepEqual(versions(store), { a: "1000" });
});

Deno.test("WatchedStore takes an object that was made again under its name", () => {
  const store = storeOf(object("a", 90, "old"));
  assert.equal(store.take({ type: "ADDED", object: object("a", 110, "new") }).length, 1);
  assert.deepEqual(store.take({ type: "DELETED", object: object("a", 105, "old") }), []);
  assert.deepEqual(versions(store), { a: "110" });
});

Deno.test("WatchedStore tells what a handler needs: the key, before and after", () => {
  const store = storeOf(object("a", 90));
  assert.deepEqual(store.take({ type: "MODIFIED", object: object("a", 101) }), [
    { key: "default/a", before: object("a", 90), after: object("a", 101) },
  ]);
  assert.deepEqual(store.take({ type: "DELETED", object: object("a", 102) }), [
    { key: "default/a", before: object("a", 101), after: undefined },
  ]);
  assert.deepEqual(store.take({ type: "DELETED", object: object("a", 102) }), []);
});

Deno.test("WatchedStore goes on from the newest version told, by list, event or bookmark", () => {
  const store = storeOf();
  assert.equal(store.version, "100");
  store.take({ type: "ADDED", object: object("a", 101) });
  assert.equal(store.version, "101");
  store.take({ type: "BOOKMARK", resourceVersion: "150" });
  store.take({ type: "BOOKMARK", resourceVersion: "" });
  assert.equal(store.version, "150");
});

Deno.test("WatchedStore ignores an answer of unknown order, and believes an event of unknown order", () => {
  for (const odd of ["", "x1", "-1", "01", "1.5", " 106"]) {
    for (const [known, told] of [[odd, "105"], ["105", odd]] as const) {
      const store = storeOf(object("a", known));
      store.observe(object("a", told));
      assert.deepEqual(versions(store), { a: known });
      store.take({ type: "MODIFIED", object: object("a", told) });
      assert.deepEqual(versions(store), { a: told });
    }
  }
});

Deno.test("S1: WatchedStore takes all of a list that is older than what it knows, own writes too", () => {
  const store = storeOf(object("a", 90), object("b", 95), object("gone", 99));
  store.observe(object("a", 105));
  const { changes, isNewHistory } = store.replace({
    resourceVersion: "60",
    items: [object("a", 50), object("b", 40)],
  });
  assert.equal(isNewHistory, true);
  assert.deepEqual(versions(store), { a: "50", b: "40" });
  assert.equal(store.version, "60");
  assert.deepEqual(changes.map(({ key, after }) => [key, after?.metadata.resourceVersion]), [
    ["default/a", "50"],
    ["default/b", "40"],
    ["default/gone", undefined],
  ]);
  store.take({ type: "MODIFIED", object: object("a", 61) });
  assert.deepEqual(versions(store), { a: "61", b: "40" });
});

Deno.test("S1: WatchedStore knows a new history that has overtaken it by an object that went back", () => {
  const store = storeOf(object("a", 90), object("b", 95));
  const items = [object("a", 50), object("b", 120)];
  assert.equal(store.replace({ resourceVersion: "130", items }).isNewHistory, true);
  assert.deepEqual(versions(store), { a: "50", b: "120" });
});

Deno.test("S1: WatchedStore takes an answer that is older than what was asked about, and none that only came late", () => {
  const store = storeOf(object("a", 90));
  const asked = store.objects.get("default/a");
  store.take({ type: "MODIFIED", object: object("a", 110) });
  assert.deepEqual(store.answer(object("a", 105), asked), { changes: [], isNewHistory: false });
  assert.deepEqual(versions(store), { a: "110" });
  assert.equal(store.answer(object("a", 89), asked).isNewHistory, true);
  assert.deepEqual(versions(store), { a: "89" });
});

Deno.test("S1: WatchedStore knows by one object whether the server goes on from what it knows", () => {
  const store = storeOf(object("a", 90));
  const goesOn = (...items: ConfigMap[]) => store.goesOn({ resourceVersion: "130", items });
  assert.equal(goesOn(object("a", 90)), true);
  assert.equal(goesOn(object("a", 110)), true, "the watch will tell");
  assert.equal(goesOn(object("b", 110)), true, "the watch will tell");
  assert.equal(goesOn(object("a", 80)), false, "it went back");
  assert.equal(goesOn(object("a", 95)), false, "the list would have had it");
  assert.equal(goesOn(object("b", 80)), false, "the list would have had it");
  assert.equal(goesOn(), false, "nothing tells of what is gone");
  assert.equal(goesOn(object("a", "x")), true, "versions that cannot be compared say nothing");
  store.observe(object("a", 120));
  assert.equal(goesOn(object("a", 120)), true, "written by ourselves");
});

Deno.test("WatchedStore keeps what was made again against what an event, or a list that was made before, tells late of the one before", () => {
  const store = storeOf(object("a", 90, "old"));
  store.observe(object("a", 120, "new")); // Our own create is answered; the watch is behind.
  assert.deepEqual(store.take({ type: "MODIFIED", object: object("a", 110, "old") }), []);
  store.replace({ resourceVersion: "110", items: [object("a", 90, "old")] }, { asked: "100" });
  assert.equal(store.objects.get("default/a")?.metadata.uid, "new");
});
