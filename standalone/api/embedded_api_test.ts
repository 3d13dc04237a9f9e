import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { JsonValue, RestClient } from "../../kube/rest_client.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import { isObject, type JsonObject, listAt, metadataOf, objectAt, textAt } from "./json.ts";
import { Store } from "./store/store.ts";
import type { StatusError } from "./http/status_error.ts";

const JSON_BODY = { "content-type": "application/json" };
const MACHINES = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines";

function machine(name: string, spec: JsonObject = {}): JsonObject {
  return { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: { name }, spec };
}

async function create(rest: RestClient, name: string, spec: JsonObject = {}): Promise<JsonObject> {
  const bodyJson = machine(name, spec);
  return object(
    await rest.performRequest({ method: "POST", path: MACHINES, bodyJson, expectJson: true }),
  );
}

async function setValue(rest: RestClient, name: string, value: string): Promise<void> {
  await rest.performRequest({
    method: "PATCH",
    path: `${MACHINES}/${name}`,
    contentType: "application/merge-patch+json",
    bodyJson: { spec: { value } },
  });
}

async function list(rest: RestClient, query: Record<string, string> = {}): Promise<JsonObject> {
  const querystring = new URLSearchParams(query);
  return object(
    await rest.performRequest({ method: "GET", path: MACHINES, querystring, expectJson: true }),
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
    path: MACHINES,
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
      await setValue(api.rest(), "a", "later");
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

Deno.test("EmbeddedApi goes on with the state of a version that kept managers of fields", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/state.sqlite`;
    const id = { resource: "virtualmachines.kubevirt.io", namespace: "default", name: "a" };
    const old = new Store({ path });
    const managedFields = [{ manager: "old", operation: "Update" }];
    old.transaction(() => {
      old.write(id, "ADDED", {
        ...machine("a", { value: "1" }),
        metadata: { name: "a", namespace: "default", uid: "u", generation: 1, managedFields },
      });
      const resource = "customresourcedefinitions.apiextensions.k8s.io";
      old.write({ resource, namespace: "", name: "x" }, "ADDED", { metadata: { uid: "x" } });
    });
    old.close();
    using api = new EmbeddedApi({ path });
    await setValue(api.rest(), "a", "2");
    const [found] = listAt(await list(api.rest()), "items").filter(isObject);
    const { managedFields: kept, generation, uid } = metadataOf(found);
    deepStrictEqual([kept, generation, uid, found?.spec], [undefined, 2, "u", { value: "2" }]);
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
  for (let i = 0; i < 30; i++) await setValue(rest, "a", String(i));
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
  for (let i = 0; i < 30; i++) await setValue(rest, "a", String(i));
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
  for (let i = 0; i < 200; i++) await setValue(rest, "a", String(i));
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
      path: MACHINES,
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
  objectAt(made, "spec").k = "changed";
  objectAt(objectAt(await events.next(), "object"), "spec").k = "changed too";
  await events.close();
  const path = `${MACHINES}/a`;
  const read = object(await rest.performRequest({ method: "GET", path, expectJson: true }));
  deepStrictEqual(read.spec, { k: "v" });
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

Deno.test("EmbeddedApi warns of unknown fields over HTTP", async () => {
  using api = new EmbeddedApi();
  const path = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools";
  const response = await api.fetch(
    new Request(`http://embedded${path}`, {
      method: "POST",
      headers: JSON_BODY,
      body: JSON.stringify({
        apiVersion: "network.harvesterhci.io/v1alpha1",
        kind: "IPPool",
        metadata: { name: "a" },
        spec: { networkName: "default/a", ipv4Config: { cidr: "10.0.0.0/8" } },
        colour: "red",
      }),
    }),
  );
  strictEqual(response.status, 201);
  strictEqual(response.headers.get("warning"), `299 - "unknown field \\"colour\\""`);
  await response.body?.cancel();
});

Deno.test("EmbeddedApi warns of a field whose name no header can have as it is, and does not fail", async () => {
  using api = new EmbeddedApi();
  const field = "\u202e\u{1f600}\ud800\x7f\n";
  const response = await api.fetch(
    new Request(
      "http://embedded/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools",
      {
        method: "POST",
        headers: JSON_BODY,
        body: JSON.stringify({
          apiVersion: "network.harvesterhci.io/v1alpha1",
          kind: "IPPool",
          metadata: { name: "a" },
          spec: { networkName: "default/a", ipv4Config: { cidr: "10.0.0.0/8" } },
          [field]: "red",
        }),
      },
    ),
  );
  strictEqual(response.status, 201);
  const octets = Uint8Array.from(response.headers.get("warning") ?? "", (one) => one.charCodeAt(0));
  const shown = new TextDecoder("utf-8", { fatal: true }).decode(octets);
  ok(shown.startsWith(`299 - "unknown field `) && shown.includes("\u{1f600}"), shown);
  await response.body?.cancel();
});

Deno.test("EmbeddedApi answers a body that is no JSON with a Status", async () => {
  using api = new EmbeddedApi();
  const response = await api.fetch(
    new Request(`http://embedded${MACHINES}`, { method: "POST", headers: JSON_BODY, body: "{" }),
  );
  strictEqual(response.status, 400);
  strictEqual((await response.json()).kind, "Status");
});

Deno.test("S10: EmbeddedApi takes what is null or empty in a spec for left out where it is told to, and judges it elsewhere", async () => {
  const path = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools";
  const spec = {
    networkName: "default/net-48",
    ipv4Config: { cidr: "192.168.48.0/24", serverIP: "", router: null, dns: ["", "1.1.1.1"] },
  };
  const pool = {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net-48" },
    spec,
  };
  const ask = (api: EmbeddedApi, method: "POST" | "PATCH", bodyJson: JsonValue) =>
    api.rest().performRequest({
      method,
      path: method === "POST" ? path : `${path}/net-48`,
      ...(method === "POST" ? {} : { contentType: "application/merge-patch+json" }),
      bodyJson,
      expectJson: true,
    });
  using strict = new EmbeddedApi();
  await rejects(
    ask(strict, "POST", pool),
    /spec\.ipv4Config\.serverIP in body must be of type ipv4/,
  );
  using lenient = new EmbeddedApi({ emptyIsLeftOut: true });
  const kept = { cidr: "192.168.48.0/24", dns: ["1.1.1.1"] };
  const specOf = (answer: JsonValue) => objectAt(objectAt(object(answer), "spec"), "ipv4Config");
  deepStrictEqual(specOf(await ask(lenient, "POST", pool)), kept);
  const patch = { spec: { ipv4Config: { domainName: "", router: "" } } };
  deepStrictEqual(specOf(await ask(lenient, "PATCH", patch)), kept);
});
