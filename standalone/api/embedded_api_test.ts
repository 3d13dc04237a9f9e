import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { JsonValue, RestClient } from "../../kube/seam.ts";
import { ManualClock } from "../../runtime/manual_clock.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { StatusError } from "./status_error.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

function configMap(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

async function create(rest: RestClient, name: string, data: JsonObject = {}): Promise<JsonObject> {
  const bodyJson = configMap(name, data);
  return object(
    await rest.performRequest({ method: "POST", path: CONFIG_MAPS, bodyJson, expectJson: true }),
  );
}

async function setData(rest: RestClient, name: string, value: string): Promise<void> {
  await rest.performRequest({
    method: "PATCH",
    path: `${CONFIG_MAPS}/${name}`,
    contentType: "application/merge-patch+json",
    bodyJson: { data: { value } },
  });
}

async function list(rest: RestClient, query: Record<string, string> = {}): Promise<JsonObject> {
  const querystring = new URLSearchParams(query);
  return object(
    await rest.performRequest({ method: "GET", path: CONFIG_MAPS, querystring, expectJson: true }),
  );
}

function object(value: JsonValue): JsonObject {
  if (!isObject(value)) throw new TypeError(`Expected an object: ${JSON.stringify(value)}`);
  return value;
}

/** A watch whose events are read one by one: `TYPE name`, or `TYPE code` of an error. */
async function watch(
  rest: RestClient,
  query: Record<string, string>,
): Promise<{ next(): Promise<JsonObject | undefined>; close(): Promise<void> }> {
  const stream = await rest.performRequest({
    method: "GET",
    path: CONFIG_MAPS,
    querystring: new URLSearchParams({ watch: "1", ...query }),
    expectStream: true,
    expectJson: true,
  });
  const reader = stream.getReader();
  return {
    next: async () => {
      const { value } = await reader.read();
      return value === undefined ? undefined : object(value);
    },
    close: () => reader.cancel(),
  };
}

function describe(event: JsonObject | undefined): string {
  const about = objectAt(event, "object");
  const what = textAt(metadataOf(about), "name") || String(about.code ?? "");
  return `${textAt(event, "type")} ${what}`.trim();
}

async function inFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("EmbeddedApi keeps objects, versions and history over a restart", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/state.sqlite`;
    let made: JsonObject;
    let version: string;
    {
      using api = new EmbeddedApi({ path });
      made = await create(api.rest(), "a");
      await setData(api.rest(), "a", "later");
      version = api.resourceVersion;
    }
    using api = new EmbeddedApi({ path });
    const rest = api.rest();
    strictEqual(api.resourceVersion, version);
    const events = await watch(rest, {
      resourceVersion: textAt(metadataOf(made), "resourceVersion"),
    });
    const missed = await events.next();
    strictEqual(describe(missed), "MODIFIED a");
    strictEqual(metadataOf(objectAt(missed, "object")).uid, metadataOf(made).uid);
    await events.close();
    const next = metadataOf(await create(rest, "b")).resourceVersion;
    strictEqual(Number(next), Number(version) + 1);
  });
});

Deno.test("EmbeddedApi loses nothing when its process is killed", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/state.sqlite`;
    const api = new EmbeddedApi({ path });
    await create(api.rest(), "a");
    const file = await Deno.readFile(path);
    const log = await Deno.readFile(`${path}-wal`);
    api.close();
    await Deno.writeFile(`${folder}/killed.sqlite`, file);
    await Deno.writeFile(`${folder}/killed.sqlite-wal`, log);
    using again = new EmbeddedApi({ path: `${folder}/killed.sqlite` });
    strictEqual(listAt(await list(again.rest()), "items").length, 1);
  });
});

Deno.test("EmbeddedApi refuses a state file of another format", async () => {
  await inFolder((folder) => {
    const path = `${folder}/state.sqlite`;
    const other = new DatabaseSync(path);
    other.exec("PRAGMA user_version = 99");
    other.close();
    throws(() => new EmbeddedApi({ path }), /Cannot open the state file .*: it has format 99/);
  });
});

Deno.test("EmbeddedApi tells a watch that begins before the kept history by a 410 event", async () => {
  using api = new EmbeddedApi({ history: 10 });
  const rest = api.rest();
  const made = await create(rest, "a");
  await create(rest, "still-there");
  for (let i = 0; i < 30; i++) await setData(rest, "a", String(i));
  const since = textAt(metadataOf(made), "resourceVersion");
  const late = await watch(rest, { resourceVersion: since });
  const event = await late.next();
  strictEqual(describe(event), "ERROR 410");
  strictEqual(objectAt(event, "object").reason, "Expired");
  strictEqual(await late.next(), undefined);
  strictEqual(listAt(await list(rest), "items").length, 2);
  const recent = await watch(rest, { resourceVersion: String(Number(api.resourceVersion) - 1) });
  strictEqual(describe(await recent.next()), "MODIFIED a");
  await recent.close();
});

Deno.test("EmbeddedApi refuses a page of a list whose version is no longer kept", async () => {
  using api = new EmbeddedApi({ history: 10 });
  const rest = api.rest();
  for (const name of ["a", "b", "c"]) await create(rest, name);
  const page = await list(rest, { limit: "1" });
  for (let i = 0; i < 30; i++) await setData(rest, "a", String(i));
  await rejects(
    list(rest, { limit: "1", continue: textAt(metadataOf(page), "continue") }),
    (error: StatusError) => error.httpCode === 410 && error.reason === "Expired",
  );
});

Deno.test("EmbeddedApi sends a bookmark a minute where it is wanted, and ends the watch in time", async () => {
  const clock = new ManualClock();
  using api = new EmbeddedApi({ clock });
  const rest = api.rest();
  const events = await watch(rest, {
    resourceVersion: api.resourceVersion,
    allowWatchBookmarks: "true",
    timeoutSeconds: "100",
  });
  await create(rest, "a");
  strictEqual(describe(await events.next()), "ADDED a");
  await clock.advance(60_000);
  const bookmark = await events.next();
  strictEqual(bookmark?.type, "BOOKMARK");
  strictEqual(metadataOf(objectAt(bookmark, "object")).resourceVersion, api.resourceVersion);
  await clock.advance(40_000);
  strictEqual((await events.next())?.type, "BOOKMARK");
  strictEqual(await events.next(), undefined);
  strictEqual(clock.sleeping, 0);
});

Deno.test("EmbeddedApi ends the present objects of a watch-list with a bookmark that says so", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  await create(rest, "a");
  const events = await watch(rest, {
    sendInitialEvents: "true",
    resourceVersionMatch: "NotOlderThan",
    allowWatchBookmarks: "true",
  });
  strictEqual(describe(await events.next()), "ADDED a");
  const end = objectAt(await events.next(), "object");
  deepStrictEqual(metadataOf(end).annotations, { "k8s.io/initial-events-end": "true" });
  await events.close();
});

Deno.test("EmbeddedApi cuts off a reader that lags too far behind", async () => {
  using api = new EmbeddedApi({ mostUnread: 100 });
  const rest = api.rest();
  const lazy = await watch(rest, { resourceVersion: api.resourceVersion });
  await create(rest, "a");
  for (let i = 0; i < 200; i++) await setData(rest, "a", String(i));
  let read = 0;
  while (await lazy.next() !== undefined) read++;
  ok(read >= 100 && read <= 102, `${read}`);
});

Deno.test("EmbeddedApi ends watches when they are aborted and when it closes", async () => {
  const api = new EmbeddedApi();
  const abort = new AbortController();
  const open = (abortSignal?: AbortSignal) =>
    api.rest().performRequest({
      method: "GET",
      path: CONFIG_MAPS,
      querystring: new URLSearchParams({ watch: "1" }),
      expectStream: true,
      expectJson: true,
      ...(abortSignal === undefined ? {} : { abortSignal }),
    });
  const aborted = (await open(abort.signal)).getReader();
  const left = (await open()).getReader();
  abort.abort();
  strictEqual((await aborted.read()).done, true);
  api.close();
  strictEqual((await left.read()).done, true);
  await rejects(create(api.rest(), "a"), (error: StatusError) => error.httpCode === 503);
});

Deno.test("EmbeddedApi gives every caller objects of his own", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  const events = await watch(rest, { resourceVersion: api.resourceVersion });
  const made = await create(rest, "a", { k: "v" });
  objectAt(made, "data").k = "changed";
  objectAt(objectAt(await events.next(), "object"), "data").k = "changed too";
  await events.close();
  const path = `${CONFIG_MAPS}/a`;
  const read = object(await rest.performRequest({ method: "GET", path, expectJson: true }));
  deepStrictEqual(read.data, { k: "v" });
});

Deno.test("EmbeddedApi makes the same names, uids and times from the same randomness and clock", async () => {
  const run = async () => {
    let state = 7;
    const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
    using api = new EmbeddedApi({ clock: new ManualClock(), random });
    return metadataOf(await create(api.rest(), "a"));
  };
  deepStrictEqual(await run(), await run());
  strictEqual((await run()).creationTimestamp, "2026-01-01T00:00:00Z");
});

Deno.test("EmbeddedApi refuses a CustomResourceDefinition with a rule that it cannot check", () => {
  const schema = {
    type: "object",
    properties: { spec: { type: "object", "x-kubernetes-validations": [{ rule: "self.a > 1" }] } },
  };
  const crd = {
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      names: { kind: "Thing", plural: "things" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
  throws(() => new EmbeddedApi({ crds: [crd] }), /unknown CEL rule: self\.a > 1/);
});

Deno.test("EmbeddedApi answers YAML to those who send and want it", async () => {
  using api = new EmbeddedApi();
  const response = await api.fetch(
    new Request(`http://embedded${CONFIG_MAPS}`, {
      method: "POST",
      headers: { "content-type": "application/yaml", accept: "application/yaml" },
      body: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n",
    }),
  );
  strictEqual(response.status, 201);
  strictEqual(response.headers.get("content-type"), "application/yaml");
  ok((await response.text()).includes("data:\n  k: v\n"));
});

Deno.test("EmbeddedApi warns of unknown fields over HTTP", async () => {
  using api = new EmbeddedApi();
  const response = await api.fetch(
    new Request(`http://embedded${CONFIG_MAPS}`, {
      method: "POST",
      body: JSON.stringify({ ...configMap("a"), colour: "red" }),
    }),
  );
  strictEqual(response.headers.get("warning"), `299 - "unknown field \\"colour\\""`);
  await response.body?.cancel();
});

Deno.test("EmbeddedApi answers a body that is no JSON with a Status", async () => {
  using api = new EmbeddedApi();
  const response = await api.fetch(
    new Request(`http://embedded${CONFIG_MAPS}`, { method: "POST", body: "{" }),
  );
  strictEqual(response.status, 400);
  strictEqual((await response.json()).kind, "Status");
});
