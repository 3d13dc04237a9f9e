import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import type { JsonObject } from "../json.ts";
import { Store } from "./store.ts";
import type { ObjectId, Range } from "./versions.ts";

const PODS = "pods";

function id(name: string, namespace = "default", resource = PODS): ObjectId {
  return { resource, namespace, name };
}

function object(name: string, more: JsonObject = {}): JsonObject {
  return { metadata: { name, uid: `uid of ${name}` }, ...more };
}

/** A test of a store in memory, and of one in a file. */
function test(name: string, work: (store: Store) => void): void {
  Deno.test(`${name}: in memory`, () => work(new Store({ path: ":memory:" })));
  Deno.test(`${name}: in a file`, () => {
    const folder = Deno.makeTempDirSync();
    const store = new Store({ path: `${folder}/state` });
    try {
      work(store);
    } finally {
      store.close();
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

/** Writes objects one by one, each in a transaction of its own. */
function add(store: Store, ...names: readonly string[]): void {
  for (const name of names) {
    store.transaction(() => store.write(id(name), "ADDED", object(name)));
  }
}

function change(store: Store, name: string, more: JsonObject): void {
  store.transaction(() => store.write(id(name), "MODIFIED", object(name, more)));
}

function drop(store: Store, name: string): void {
  store.transaction(() => store.write(id(name), "DELETED", object(name)));
}

function names(store: Store, range: Partial<Range> = {}): string {
  return store.list({ resource: PODS, ...range }).map(({ name }) => name).join(" ");
}

test("Store gives every write, whatever its resource, the next revision, and the object its resourceVersion", (store) => {
  const first = store.revision;
  add(store, "a");
  store.transaction(() => store.write(id("x", "", "nodes"), "ADDED", object("x")));
  const { metadata } = JSON.parse(
    store.transaction(() => store.write(id("a"), "MODIFIED", object("a"))),
  );
  equal(store.revision, first + 3);
  equal((metadata as JsonObject).resourceVersion, String(first + 3));
  equal(store.get(id("a"))?.revision, first + 3);
  equal(JSON.parse(store.get(id("a"))?.body ?? "").metadata.resourceVersion, String(first + 3));
});

test("Store keeps the keys of an object in order and leaves the given one alone", (store) => {
  const given = { b: 1, metadata: { uid: "u", name: "a" }, a: { d: 1, c: 2 } };
  store.transaction(() => store.write(id("a"), "ADDED", given));
  equal(
    store.get(id("a"))?.body,
    '{"a":{"c":2,"d":1},"b":1,"metadata":{"name":"a","resourceVersion":"2","uid":"u"}}',
  );
  deepEqual(given, { b: 1, metadata: { uid: "u", name: "a" }, a: { d: 1, c: 2 } });
});

test("Store writes all of a transaction or, when it throws, nothing, and tells nobody", (store) => {
  add(store, "a");
  const before = store.revision;
  const told: number[] = [];
  store.onCommit((changes) => told.push(changes.length));
  throws(() =>
    store.transaction(() => {
      store.write(id("a"), "MODIFIED", object("a", { spec: 1 }));
      store.transaction(() => store.write(id("b"), "ADDED", object("b")));
      throw new Error("The test breaks it");
    }), /The test breaks it/);
  equal(store.revision, before);
  equal(names(store), "a");
  deepEqual(told, []);
  store.transaction(() => {
    store.transaction(() => store.write(id("b"), "ADDED", object("b")));
    store.write(id("c"), "ADDED", object("c"));
  });
  deepEqual(told, [2]);
  equal(store.revision, before + 2);
});

test("Store tells those who follow a resource of each of its changes, until they stop", (store) => {
  const told: string[] = [];
  const stop = store.follow(PODS, ({ type, name }) => told.push(`${type} ${name}`));
  add(store, "a");
  store.transaction(() => store.write(id("x", "", "nodes"), "ADDED", object("x")));
  drop(store, "a");
  stop();
  add(store, "b");
  deepEqual(told, ["ADDED a", "DELETED a"]);
});

test("Store gives a version as an object, the very one that was written while few came after it", (store) => {
  store.transaction(() => store.write(id("a"), "ADDED", object("a", { spec: 1 })));
  const stored = store.get(id("a"));
  const parsed = stored && store.parsed(stored);
  equal(parsed?.spec, 1);
  equal(stored && store.parsed(stored), parsed);
  for (let n = 0; n < 300; n++) add(store, `b-${n}`);
  deepEqual(stored && store.parsed(stored), parsed);
  throws(() =>
    store.transaction(() => {
      store.write(id("c"), "ADDED", object("c", { spec: 2 }));
      throw new Error("The test breaks it");
    })
  );
  store.transaction(() => store.write(id("d"), "ADDED", object("d", { spec: 3 })));
  const next = store.get(id("d"));
  equal(next && store.parsed(next).spec, 3);
});

test("Store tells of a change what it was before, in order, until nobody listens", (store) => {
  const told: string[] = [];
  const stop = store.onCommit((changes) => {
    for (const { type, name, previous, object: made } of changes) {
      told.push(`${type} ${name} ${JSON.parse(previous ?? "{}").spec} ${made?.spec}`);
    }
  });
  store.transaction(() => {
    store.write(id("a"), "ADDED", object("a", { spec: 1 }));
    store.write(id("a"), "MODIFIED", object("a", { spec: 2 }));
  });
  drop(store, "a");
  stop();
  add(store, "b");
  deepEqual(told, ["ADDED a undefined 1", "MODIFIED a 1 2", "DELETED a 2 undefined"]);
});

test("Store refuses a write outside a transaction", (store) => {
  throws(() => store.write(id("a"), "ADDED", object("a")), /Cannot write outside a transaction/);
});

test("Store lists by namespace and name, from a place on, up to a limit", (store) => {
  store.transaction(() => {
    for (const [namespace, name] of [["b", "x"], ["a", "y"], ["b", "w"], ["a", "x"]] as const) {
      store.write(id(name, namespace), "ADDED", object(name));
    }
    store.write(id("x", "a", "nodes"), "ADDED", object("x"));
  });
  const places = (range: Partial<Range>) =>
    store.list({ resource: PODS, ...range }).map(({ namespace, name }) => `${namespace}/${name}`)
      .join(" ");
  equal(places({}), "a/x a/y b/w b/x");
  equal(places({ namespace: "b" }), "b/w b/x");
  equal(places({ name: "x" }), "a/x b/x");
  equal(places({ namespace: "b", name: "x" }), "b/x");
  equal(places({ after: { namespace: "a", name: "x" } }), "a/y b/w b/x");
  equal(places({ after: { namespace: "a", name: "y" }, limit: 1 }), "b/w");
  equal(places({ limit: 3 }), "a/x a/y b/w");
  equal(store.count({ resource: PODS, after: { namespace: "a", name: "y" } }), 2);
  equal(store.count({ resource: PODS, namespace: "b" }), 2);
  equal(store.count({ resource: PODS, namespace: "a", after: { namespace: "a", name: "x" } }), 1);
});

test("Store lists what there was at an earlier revision", (store) => {
  add(store, "a", "b");
  change(store, "a", { spec: 1 });
  const then = store.revision;
  change(store, "a", { spec: 2 });
  drop(store, "b");
  add(store, "c");
  const past = store.list({ resource: PODS, at: then });
  deepEqual(past.map(({ name, body }) => [name, JSON.parse(body).spec]), [["a", 1], [
    "b",
    undefined,
  ]]);
  equal(names(store, { at: then, after: { namespace: "default", name: "a" } }), "b");
  equal(names(store, { at: then, name: "b" }), "b");
  equal(names(store, { at: then, limit: 1 }), "a");
  equal(names(store, { at: store.revision }), "a c");
  equal(names(store), "a c");
  add(store, "b");
  equal(names(store, { at: store.revision - 1 }), "a c");
});

test("Store tells what happened after a revision, of one resource, oldest first", (store) => {
  add(store, "a");
  const since = store.revision;
  change(store, "a", { spec: 1 });
  store.transaction(() => store.write(id("n", "", "nodes"), "ADDED", object("n")));
  add(store, "b");
  drop(store, "a");
  const told = store.since(since, PODS).map(({ type, name, previous, revision }) =>
    `${revision - since} ${type} ${name} ${previous === undefined ? "new" : "known"}`
  );
  deepEqual(told, ["1 MODIFIED a known", "3 ADDED b new", "4 DELETED a known"]);
});

test("Store forgets replaced and deleted versions up to a revision, and no living object", (store) => {
  add(store, "old", "changed", "gone");
  change(store, "changed", { spec: 1 });
  drop(store, "gone");
  change(store, "changed", { spec: 2 });
  const upTo = store.revision;
  change(store, "changed", { spec: 3 });
  store.compact(upTo);
  equal(store.compacted, upTo);
  equal(names(store), "changed old");
  equal(names(store, { at: upTo }), "changed old");
  equal(JSON.parse(store.list({ resource: PODS, at: upTo })[0]?.body ?? "").spec, 2);
  deepEqual(store.since(0, PODS).map(({ type, name }) => `${type} ${name}`), [
    "ADDED old",
    "MODIFIED changed",
    "MODIFIED changed",
  ]);
  store.compact(upTo - 1);
  equal(store.compacted, upTo, "it never goes back");
  store.compact(store.revision + 100);
  equal(store.compacted, store.revision, "nor beyond what there is");
  equal(JSON.parse(store.get(id("changed"))?.body ?? "").spec, 3);
});

Deno.test("Store counts on where it was, also when the last writes were forgotten", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/state.sqlite`;
    const store = new Store({ path });
    add(store, "a", "b");
    drop(store, "b");
    store.compact(store.revision);
    const { revision } = store;
    store.close();
    const again = new Store({ path });
    equal(again.revision, revision);
    equal(again.compacted, revision);
    add(again, "c");
    equal(again.get(id("c"))?.revision, revision + 1);
    again.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("Store finds an object by its uid, the dependents of an owner, and what is in a namespace", (store) => {
  const owned = (name: string, ...owners: readonly string[]): JsonObject => ({
    metadata: { name, uid: name, ownerReferences: owners.map((uid) => ({ uid })) },
  });
  store.transaction(() => {
    store.write(id("a"), "ADDED", owned("a", "one", "two"));
    store.write(id("b"), "ADDED", owned("b", "one"));
    store.write(id("n", "", "nodes"), "ADDED", owned("n"));
  });
  const found = (ids: readonly ObjectId[]) => ids.map(({ name }) => name).sort().join(" ");
  equal(found(store.dependents("one")), "a b");
  equal(found(store.dependents("two")), "a");
  equal(found(store.inNamespace("default")), "a b");
  equal(found(store.owned()), "a b");
  deepEqual(store.byUid("n"), id("n", "", "nodes"));
  store.transaction(() => store.write(id("a"), "MODIFIED", owned("a", "two")));
  equal(found(store.dependents("one")), "b");
  store.transaction(() => store.write(id("b"), "DELETED", owned("b", "one")));
  equal(found(store.dependents("one")), "");
  equal(found(store.owned()), "a");
  equal(store.byUid("b"), undefined);
  equal(found(store.inNamespace("default")), "a");
  equal(store.get(id("b")), undefined);
});

Deno.test("T17: the files of a state are their owner's only, also those that were others' to read", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.sqlite`;
  const modes = () =>
    [...Deno.readDirSync(folder)].map(({ name }) =>
      `${name} ${((Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777).toString(8)}`
    ).sort();
  const store = new Store({ path });
  store.transaction(() => store.write(id("a"), "ADDED", { metadata: { uid: "a" } }));
  deepEqual(modes(), ["state.sqlite 600", "state.sqlite-wal 600"]);
  store.close();
  Deno.chmodSync(path, 0o644);
  new Store({ path }).close();
  deepEqual(modes(), ["state.sqlite 600"]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("T17: a state that is no file is refused, and not waited for", async () => {
  const folder = await Deno.makeTempDir();
  await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
  for (const path of [folder, `${folder}/fifo`]) {
    throws(() => new Store({ path }), /it is no file/);
  }
  Deno.removeSync(folder, { recursive: true });
});
