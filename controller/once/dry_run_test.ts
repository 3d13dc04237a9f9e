import assert from "node:assert/strict";
import type { KubeObject } from "../../core/api/types.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../../kube/errors.ts";
import { createKubeClient } from "../../kube/objects/client.ts";
import { IPPOOLS } from "../../kube/objects/resources.ts";
import { type JsonValue, type RequestOptions, toRestClient } from "../../kube/rest_client.ts";
import { dryRun, mergePatch } from "./dry_run.ts";
import { unifiedDiff } from "./unified_diff.ts";

const POOL = {
  apiVersion: IPPOOLS.apiVersion,
  kind: IPPOOLS.kind,
  metadata: { namespace: "default", name: "a", uid: "uid-a", resourceVersion: "5" },
  spec: { networkName: "a", ipv4Config: { cidr: "10.0.0.0/24" } },
};
const A = { namespace: "default", name: "a" };

/** A server with one pool that refuses every write. */
function setUp(pool: KubeObject = POOL) {
  let told: readonly JsonValue[] = [];
  const rest = toRestClient((request: RequestOptions) => {
    if (request.method !== "GET") {
      throw new Error(`A write reached the server: ${request.method} ${request.path}`);
    }
    if (request.expectStream === true) return Promise.resolve(ReadableStream.from(told));
    if (request.path.endsWith("/ippools")) {
      const items = request.takeItem === undefined ? [pool as never] : [];
      request.takeItem?.(pool as never);
      return Promise.resolve({ metadata: { resourceVersion: "9" }, items });
    }
    if (request.path.endsWith("/ippools/a")) return Promise.resolve(pool as never);
    return Promise.reject(Object.assign(new Error("not found"), { status: 404 }));
  });
  const dry = dryRun(rest, () => 0);
  const tell = (events: readonly JsonValue[]) => void (told = events);
  return { dry, tell, pools: createKubeClient(dry.rest).of(IPPOOLS) };
}

Deno.test("dryRun lets what is read afterwards see what would be written", async () => {
  const { dry, pools } = setUp();
  const patched = await pools.patch(A, { type: "merge", body: { spec: { paused: true } } });
  const written = await pools.updateStatus({ ...patched, status: { lastUpdate: "now" } });
  await pools.create({
    ...POOL,
    metadata: { namespace: "default", name: "b" },
    status: { lastUpdate: "never" },
  });
  const { items } = await pools.list();
  assert.deepEqual(
    items.map(({ metadata, spec, status }) => [metadata.name, spec.paused, status?.lastUpdate]),
    [
      ["a", true, "now"],
      ["b", undefined, undefined],
    ],
  );
  assert.deepEqual(await pools.get(A), written);
  assert.equal(dry.changes().length, 2);
});

Deno.test("dryRun guards writes by resourceVersion and names as the server does", async () => {
  const { pools } = setUp();
  await pools.updateStatus({ ...POOL, status: { lastUpdate: "now" } });
  await assert.rejects(pools.updateStatus({ ...POOL, status: {} }), isConflict);
  const other = { ...POOL, metadata: { namespace: "default", name: "b" } };
  await pools.create(other);
  await assert.rejects(pools.create(other), isAlreadyExists);
  await assert.rejects(
    pools.patch({ namespace: "default", name: "c" }, { type: "merge", body: {} }),
    isNotFound,
  );
});

Deno.test("dryRun keeps a deleted object while it has finalizers", async () => {
  const finalizers = ["example.com/hold"];
  const { dry, pools } = setUp({ ...POOL, metadata: { ...POOL.metadata, finalizers } });
  assert.equal(await pools.delete(A), true);
  assert.equal((await pools.get(A))?.metadata.deletionTimestamp, "1970-01-01T00:00:00Z");
  await pools.patch(A, { type: "merge", body: { metadata: { finalizers: [] } } });
  assert.equal(await pools.get(A), undefined);
  assert.deepEqual((await pools.list()).items, []);
  assert.equal(dry.changes()[0]?.after, undefined);
});

Deno.test("dryRun hands on what the server tells of objects, and nothing of those that are kept", async () => {
  const { pools, tell } = setUp();
  await pools.patch(A, { type: "merge", body: { spec: { paused: true } } });
  const heard: unknown[] = [];
  tell(["a", "b", "a", "c"].map((name) => ({
    type: "MODIFIED",
    object: { ...POOL, metadata: { ...POOL.metadata, name } },
  })));
  for await (const event of pools.watch({ resourceVersion: "9" })) {
    if (event.type !== "BOOKMARK") heard.push(event.object.metadata.name);
  }
  assert.deepEqual(heard, ["b", "c"]);
});

Deno.test("dryRun counts a write that changes nothing as none", async () => {
  const { dry, pools } = setUp();
  await pools.patch(A, { type: "merge", body: { spec: { networkName: "a" } } });
  assert.deepEqual(dry.changes(), []);
});

Deno.test("mergePatch removes what is null, merges objects and replaces the rest (RFC 7386)", () => {
  assert.deepEqual(mergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: 3 }, d: [2] }), {
    a: { c: 2, e: 3 },
    d: [2],
  });
  assert.deepEqual(mergePatch([1], { a: { b: null } }), { a: {} });
});

Deno.test("unifiedDiff leaves out what the server alone writes", () => {
  const after = { ...POOL, metadata: { ...POOL.metadata, resourceVersion: "6", generation: 2 } };
  assert.equal(unifiedDiff({ name: "ippools default/a", before: POOL, after }), "");
  const changed = { ...POOL, spec: { ...POOL.spec, networkName: "b" } };
  assert.match(
    unifiedDiff({ name: "ippools default/a", before: POOL, after: changed }),
    /^--- ippools default\/a\n\+\+\+ ippools default\/a\n@@ .* @@\n[^]*\n- {2}networkName: a\n\+ {2}networkName: b\n/,
  );
});
