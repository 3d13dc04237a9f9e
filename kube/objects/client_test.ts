import assert from "node:assert/strict";
import { createKubeClient } from "./client.ts";
import { ApiError } from "../errors.ts";
import { IPPOOLS, NAMESPACES } from "./resources.ts";
import {
  type JsonValue,
  type RequestOptions,
  type RestAnswer,
  toRestClient,
} from "../rest_client.ts";
import type { WatchEvent } from "../types.ts";
import { CONFIG_MAPS, type ConfigMap } from "../testing/config_map.ts";

type Answer = (request: RequestOptions) => RestAnswer | Promise<RestAnswer>;

/** A client whose requests are answered one by one, and the requests. */
function scripted(...answers: readonly Answer[]) {
  const seen: string[] = [];
  const expected: string[] = [];
  const left = [...answers];
  const rest = toRestClient(async (request) => {
    const query = request.querystring === undefined ? "" : `?${request.querystring}`;
    const type = request.contentType === undefined ? "" : ` (${request.contentType})`;
    const body = request.bodyJson === undefined ? "" : ` ${JSON.stringify(request.bodyJson)}`;
    seen.push(`${request.method} ${request.path}${query}${type}${body}`);
    expected.push([request.expectStream && "stream", request.expectJson && "JSON"].join(" "));
    const answer = left.shift();
    if (answer === undefined) {
      throw new RangeError(`Cannot answer, the script is over: ${seen.at(-1)}`);
    }
    return await answer(request);
  });
  return {
    kube: createKubeClient(rest),
    maps: createKubeClient(rest).of(CONFIG_MAPS),
    seen,
    expected,
  };
}

function refuse(code: number, reason = ""): Answer {
  return (request) => {
    throw new ApiError({ code, reason }, request);
  };
}

const give = (value: JsonValue): Answer => () => value;
const BASE = "/api/v1/namespaces/default/configmaps";
const KEY = { namespace: "default", name: "a" };
const MAP: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...KEY, resourceVersion: "7" },
  data: { x: "1" },
};
const JSON_MAP = MAP as unknown as JsonValue;

Deno.test("ResourceClient.get gives the object, and nothing where there is none", async () => {
  const { maps, seen } = scripted(
    give(JSON_MAP),
    refuse(404, "NotFound"),
    refuse(403, "Forbidden"),
  );
  assert.deepEqual(await maps.get(KEY), MAP);
  assert.equal(await maps.get(KEY), undefined);
  await assert.rejects(maps.get(KEY), { status: 403 });
  assert.equal(seen[0], `GET ${BASE}/a`);
});

Deno.test("ResourceClient.list asks for all at once, and names and transforms every item", async () => {
  const answer = (n: number, next: string) => ({
    metadata: { resourceVersion: "9", ...(next && { continue: next }) },
    items: [{ metadata: { ...KEY, name: `given-${n}` }, data: { x: "1" } }],
  });
  const { maps, seen } = scripted(
    (request) => {
      request.takeItem?.({ metadata: { ...KEY, name: "taken" }, data: { x: "1" } });
      return answer(1, "next");
    },
    give(answer(2, "")),
  );
  const list = await maps.list({
    namespace: "default",
    labelSelector: "app=x",
    fieldSelector: "metadata.name!=c",
    transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
  });
  const named = (name: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...KEY, name },
  });
  assert.deepEqual(list, {
    resourceVersion: "9",
    items: [named("taken"), named("given-1"), named("given-2")],
  });
  // A server that gives less than it was asked for is asked for the rest.
  assert.deepEqual(seen, [
    `GET ${BASE}?labelSelector=app%3Dx&fieldSelector=metadata.name%21%3Dc`,
    `GET ${BASE}?labelSelector=app%3Dx&fieldSelector=metadata.name%21%3Dc&continue=next`,
  ]);
});

Deno.test("ResourceClient.list asks for the first ones alone", async () => {
  const { maps, seen } = scripted(
    give({ metadata: { resourceVersion: "9", continue: "next" }, items: [{ metadata: KEY }] }),
  );
  assert.equal((await maps.list({ most: 1 })).items.length, 1);
  assert.deepEqual(seen, ["GET /api/v1/configmaps?limit=1"]);
});

Deno.test("ResourceClient.list takes the null that Go writes for no items", async () => {
  const { maps } = scripted(give({ metadata: { resourceVersion: "9" }, items: null }));
  assert.deepEqual((await maps.list()).items, []);
});

Deno.test("ResourceClient writes with kind, apiVersion, field manager and dry run", async () => {
  const { maps, seen } = scripted(give(JSON_MAP), give(JSON_MAP), give(JSON_MAP));
  const bare = { metadata: MAP.metadata, data: { x: "1" } } as unknown as ConfigMap;
  await maps.create(bare, { fieldManager: "vm-dhcp", dryRun: true });
  await maps.update(bare);
  await maps.updateStatus(bare);
  const body =
    '{"metadata":{"namespace":"default","name":"a","resourceVersion":"7"},"data":{"x":"1"},' +
    '"apiVersion":"v1","kind":"ConfigMap"}';
  assert.deepEqual(seen, [
    `POST ${BASE}?fieldManager=vm-dhcp&dryRun=All ${body}`,
    `PUT ${BASE}/a ${body}`,
    `PUT ${BASE}/a/status ${body}`,
  ]);
});

Deno.test("ResourceClient.patch tells each kind of patch by its content type", async () => {
  const { maps, seen } = scripted(give(JSON_MAP), give(JSON_MAP), give(JSON_MAP));
  await maps.patch(KEY, { type: "merge", body: { data: null } }, { subresource: "status" });
  await maps.patch(KEY, { type: "json", body: [{ op: "test", path: "/data/x", value: "1" }] });
  await maps.patch(KEY, { type: "apply", body: { data: {} }, fieldManager: "m", force: true });
  assert.deepEqual(seen, [
    `PATCH ${BASE}/a/status (application/merge-patch+json) {"data":null}`,
    `PATCH ${BASE}/a (application/json-patch+json) [{"op":"test","path":"/data/x","value":"1"}]`,
    `PATCH ${BASE}/a?fieldManager=m&force=true (application/apply-patch+yaml) {"data":{}}`,
  ]);
});

Deno.test("ResourceClient.delete guards by uid and resourceVersion, and tells whether there was something", async () => {
  const { maps, seen } = scripted(give({}), refuse(404, "NotFound"), refuse(409, "Conflict"));
  const guarded = {
    uid: "u",
    resourceVersion: "7",
    propagationPolicy: "Background",
  } as const;
  assert.equal(await maps.delete(KEY, guarded), true);
  assert.equal(await maps.delete(KEY), false);
  await assert.rejects(maps.delete(KEY), { status: 409 });
  assert.equal(
    seen[0],
    `DELETE ${BASE}/a {"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u","resourceVersion":"7"},` +
      '"propagationPolicy":"Background"}',
  );
  assert.equal(seen[1], `DELETE ${BASE}/a {"apiVersion":"v1","kind":"DeleteOptions"}`);
});

Deno.test("ResourceClient addresses nothing without a name, or without the namespace it needs", async () => {
  const { maps, kube } = scripted();
  await assert.rejects(maps.get({ name: "a" }), /without a namespace: a/);
  await assert.rejects(maps.get({ namespace: "default", name: "" }), /without a name/);
  await assert.rejects(maps.delete({ name: "" }), /without a name/);
  await assert.rejects(
    async () => await kube.of(IPPOOLS).get({ name: "x" }),
    /Cannot address IPPool without a namespace: x/,
  );
});

Deno.test("ResourceClient addresses what is cluster-scoped without a namespace", async () => {
  const { kube, seen } = scripted(give({ metadata: { name: "default" } }));
  await kube.of(NAMESPACES).get({ name: "default" });
  assert.equal(seen[0], "GET /api/v1/namespaces/default");
});

function streamOf(...lines: JsonValue[]): Answer {
  return () => ReadableStream.from(lines);
}

Deno.test("ResourceClient.watch gives events and bookmarks until the server ends it", async () => {
  const { maps, seen, expected } = scripted(streamOf(
    { type: "ADDED", object: JSON_MAP },
    { type: "MODIFIED", object: { metadata: KEY } },
    { type: "BOOKMARK", object: { kind: "ConfigMap", metadata: { resourceVersion: "12" } } },
    { type: "DELETED", object: JSON_MAP },
  ));
  let opened = 0;
  const events: WatchEvent<ConfigMap>[] = await Array.fromAsync(
    maps.watch({
      namespace: "default",
      resourceVersion: "7",
      timeoutSeconds: 300,
      onOpen: () => opened++,
    }),
  );
  assert.deepEqual(events, [
    { type: "ADDED", object: MAP },
    { type: "MODIFIED", object: { apiVersion: "v1", kind: "ConfigMap", metadata: KEY } },
    { type: "BOOKMARK", resourceVersion: "12" },
    { type: "DELETED", object: MAP },
  ]);
  assert.equal(opened, 1);
  assert.deepEqual(expected, ["stream JSON"]);
  assert.deepEqual(seen, [
    `GET ${BASE}?watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300`,
  ]);
});

Deno.test("ResourceClient.watch throws the ERROR event of a server, after what came before it", async () => {
  const status = {
    kind: "Status",
    code: 410,
    reason: "Expired",
    message: "too old resource version: 7 (20)",
  };
  const { maps } = scripted(
    streamOf({ type: "ADDED", object: JSON_MAP }, { type: "ERROR", object: status }),
  );
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const event of maps.watch({ resourceVersion: "7" })) seen.push(event.type);
  }, {
    name: "ApiError",
    status: 410,
    message: "Cannot WATCH /api/v1/configmaps: 410 Expired: too old resource version: 7 (20)",
  });
  assert.deepEqual(seen, ["ADDED"]);
});

Deno.test("ResourceClient.watch refuses what is no event", async () => {
  const { maps } = scripted(streamOf({ type: "SURPRISE" }));
  await assert.rejects(
    Array.fromAsync(maps.watch({ resourceVersion: "7" })),
    /Cannot read a watch event/,
  );
});

Deno.test("ResourceClient.watch ends when its signal aborts, also where the client does not heed it", async () => {
  const cancelled = Promise.withResolvers<void>();
  const deaf = new ReadableStream<JsonValue>({ cancel: () => cancelled.resolve() });
  const { maps } = scripted(() => deaf);
  const stop = new AbortController();
  const opened = Promise.withResolvers<void>();
  const reading = Array.fromAsync(
    maps.watch({ resourceVersion: "7", signal: stop.signal, onOpen: () => opened.resolve() }),
  );
  await opened.promise;
  stop.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  await cancelled.promise;
});

Deno.test("ResourceClient.watch ends where its signal aborts before the stream is there, and does not wait for its first line", async () => {
  const cancelled = Promise.withResolvers<void>();
  const deaf = new ReadableStream<JsonValue>({ cancel: () => cancelled.resolve() });
  const stop = new AbortController();
  const { maps } = scripted(() => {
    stop.abort(new Error("enough"));
    return deaf;
  });
  await assert.rejects(
    Array.fromAsync(maps.watch({ resourceVersion: "7", signal: stop.signal })),
    /enough/,
  );
  await cancelled.promise;
});

Deno.test("ResourceClient.watch lets go of the stream when its reader stops", async () => {
  const cancelled = Promise.withResolvers<void>();
  const endless = new ReadableStream<JsonValue>({
    pull: (controller) => controller.enqueue({ type: "ADDED", object: JSON_MAP }),
    cancel: () => cancelled.resolve(),
  });
  const { maps } = scripted(() => endless);
  for await (const _ of maps.watch({ resourceVersion: "7" })) break;
  await cancelled.promise;
});

Deno.test("ResourceClient translates a foreign client's errors", async () => {
  const foreign: Answer = () => {
    throw Object.assign(new Error("x"), {
      httpCode: 409,
      status: { kind: "Status", code: 409, reason: "Conflict" },
    });
  };
  const { maps } = scripted(foreign, foreign);
  await assert.rejects(maps.update(MAP), { name: "ApiError", status: 409, reason: "Conflict" });
  await assert.rejects(Array.fromAsync(maps.watch({ resourceVersion: "1" })), {
    name: "ApiError",
    status: 409,
  });
});

Deno.test("ResourceClient asks nothing once the signal has aborted", async () => {
  const { maps, seen } = scripted();
  const signal = AbortSignal.abort(new Error("over"));
  await assert.rejects(maps.get(KEY, { signal }), /over/);
  await assert.rejects(maps.list({ signal }), /over/);
  await assert.rejects(Array.fromAsync(maps.watch({ resourceVersion: "1", signal })), /over/);
  assert.deepEqual(seen, []);
});

Deno.test("KubeClient.serves knows by discovery whether a resource is there", async () => {
  const { kube, seen } = scripted(
    give({ resources: [{ name: "ippools/status" }, { name: "ippools" }] }),
    give({ resources: [{ name: "others" }] }),
    give({}),
    refuse(404, "NotFound"),
    refuse(503),
  );
  assert.equal(await kube.serves(IPPOOLS), true);
  for (const _ of ["others", "none", "not found"]) {
    assert.equal(await kube.serves(IPPOOLS), false);
  }
  await assert.rejects(kube.serves(IPPOOLS), { status: 503 });
  assert.equal(seen[0], "GET /apis/network.harvesterhci.io/v1alpha1");
});

Deno.test("KubeClient.version gives the server's gitVersion", async () => {
  const { kube } = scripted(give({ gitVersion: "v1.36.1" }), give({}));
  assert.equal(await kube.version(), "v1.36.1");
  await assert.rejects(kube.version(), /Cannot read the server's version: {}/);
});
