import assert from "node:assert/strict";
import type { ConfigMap } from "./builtin_types.ts";
import { WatchedStore } from "./watched_store.ts";

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
  assert.deepEqual(store.replace({ resourceVersion: "104", items: [] }), []);
  assert.deepEqual(versions(store), { a: "105" });
  assert.equal(store.replace({ resourceVersion: "106", items: [] }).length, 1);
  assert.deepEqual(versions(store), {});
});

Deno.test("WatchedStore keeps an own write against an older state in a list or an event", () => {
  const store = storeOf(object("a", 90));
  store.observe(object("a", 105));
  assert.deepEqual(store.replace({ resourceVersion: "104", items: [object("a", 103)] }), []);
  assert.deepEqual(store.take({ type: "MODIFIED", object: object("a", 103) }), []);
  assert.deepEqual(versions(store), { a: "105" });
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

Deno.test("WatchedStore ignores an answer of unknown order, and believes an event of unknown order", () => {
  const store = storeOf(object("a", "x1"));
  assert.deepEqual(store.observe(object("a", "x2")), []);
  assert.equal(store.take({ type: "MODIFIED", object: object("a", "x3") }).length, 1);
  assert.deepEqual(versions(store), { a: "x3" });
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
