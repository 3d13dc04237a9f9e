import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import type { RestClient } from "../../../kube/rest_client.ts";
import { ManualClock } from "../../../runtime/testing/manual_clock.ts";
import { EmbeddedApi } from "../embedded_api.ts";
import { isObject, type JsonObject, listAt, metadataOf, objectAt, textAt } from "../json.ts";

const GROUP = "/apis/kubevirt.io/v1";
const MACHINES = `${GROUP}/namespaces/default/virtualmachines`;

async function create(rest: RestClient, name: string, labels: JsonObject = {}): Promise<void> {
  await rest.performRequest({
    method: "POST",
    path: MACHINES,
    bodyJson: {
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      metadata: { name, labels },
      spec: {},
    },
  });
}

async function relabel(rest: RestClient, name: string, labels: JsonObject): Promise<void> {
  await rest.performRequest({
    method: "PATCH",
    path: `${MACHINES}/${name}`,
    contentType: "application/merge-patch+json",
    bodyJson: { metadata: { labels } },
  });
}

/** The next events of a watch. */
async function open(
  rest: RestClient,
  query: Readonly<Record<string, string>>,
  { path = MACHINES, accept }: { readonly path?: string; readonly accept?: string } = {},
): Promise<(count: number) => Promise<JsonObject[]>> {
  const stream = await rest.performRequest({
    method: "GET",
    path,
    querystring: new URLSearchParams({ watch: "1", ...query }),
    expectStream: true,
    expectJson: true,
    ...(accept === undefined ? {} : { accept }),
  });
  const reader = stream.getReader();
  return async (count) => {
    const events: JsonObject[] = [];
    while (events.length < count) {
      const { value, done } = await reader.read();
      if (done) break;
      if (isObject(value)) events.push(value);
    }
    return events;
  };
}

function told(events: readonly JsonObject[]): string[] {
  return events.map((event) =>
    `${textAt(event, "type")} ${textAt(metadataOf(objectAt(event, "object")), "name")}`.trim()
  );
}

Deno.test("a watch from no or the zeroth resourceVersion begins with the present objects that it selects", async () => {
  for (const query of [{}, { resourceVersion: "0" }, { resourceVersion: "" }]) {
    using api = new EmbeddedApi();
    const rest = api.rest();
    await create(rest, "a", { on: "yes" });
    await create(rest, "b", { on: "no" });
    const next = await open(rest, { labelSelector: "on=yes", ...query });
    await create(rest, "c", { on: "yes" });
    deepEqual(told(await next(2)), ["ADDED a", "ADDED c"]);
  }
});

Deno.test("a watch that wants no present objects begins now", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  await create(rest, "a");
  const next = await open(rest, {
    sendInitialEvents: "false",
    resourceVersionMatch: "NotOlderThan",
  });
  await create(rest, "b");
  deepEqual(told(await next(1)), ["ADDED b"]);
});

Deno.test("a watch that wants the present objects but no bookmarks is told no end of them", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  await create(rest, "a");
  const next = await open(rest, {
    sendInitialEvents: "true",
    resourceVersionMatch: "NotOlderThan",
  });
  await create(rest, "b");
  deepEqual(told(await next(2)), ["ADDED a", "ADDED b"]);
});

Deno.test("a watch tells an object that ceases to be selected as it was, with the newest resourceVersion", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  await create(rest, "a", { on: "yes" });
  const next = await open(rest, {
    resourceVersion: api.resourceVersion,
    labelSelector: "on=yes",
  });
  await relabel(rest, "a", { on: "no" });
  const [event] = await next(1);
  equal(event?.type, "DELETED");
  const metadata = metadataOf(objectAt(event, "object"));
  deepEqual(metadata.labels, { on: "yes" });
  equal(metadata.resourceVersion, api.resourceVersion);
});

Deno.test("a watch tells nothing of objects that are not selected before and after, nor of their deletion", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  const next = await open(rest, {
    resourceVersion: api.resourceVersion,
    labelSelector: "on=yes",
  });
  await create(rest, "other", { on: "no" });
  await relabel(rest, "other", { more: "1" });
  await rest.performRequest({ method: "DELETE", path: `${MACHINES}/other` });
  await create(rest, "a", { on: "yes" });
  await relabel(rest, "a", { more: "1" });
  await rest.performRequest({ method: "DELETE", path: `${MACHINES}/a` });
  deepEqual(told(await next(3)), ["ADDED a", "MODIFIED a", "DELETED a"]);
});

Deno.test("a watch of one object, of one namespace, and of all, each tell what is theirs, missed or new", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  const since = api.resourceVersion;
  await create(rest, "a");
  const path = "/api/v1/namespaces/kube-system";
  const elsewhere = `${GROUP}/namespaces/kube-system/virtualmachines`;
  const one = await open(rest, { resourceVersion: since }, { path: `${MACHINES}/b` });
  const here = await open(rest, { resourceVersion: since });
  const all = await open(rest, { resourceVersion: since }, { path: `${GROUP}/virtualmachines` });
  const spaces = await open(rest, { resourceVersion: since }, { path });
  await rest.performRequest({
    method: "POST",
    path: elsewhere,
    bodyJson: { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: { name: "far" } },
  });
  await create(rest, "b");
  deepEqual(told(await one(1)), ["ADDED b"]);
  deepEqual(told(await here(2)), ["ADDED a", "ADDED b"]);
  deepEqual(told(await all(3)), ["ADDED a", "ADDED far", "ADDED b"]);
  await rest.performRequest({
    method: "PATCH",
    path,
    contentType: "application/merge-patch+json",
    bodyJson: { metadata: { labels: { a: "b" } } },
  });
  deepEqual(told(await spaces(1)), ["MODIFIED kube-system"]);
});

Deno.test("a watch as a table tells the columns once, with the first row", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  await create(rest, "a");
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const next = await open(rest, { includeObject: "None" }, { accept });
  await create(rest, "b");
  const tables = (await next(2)).map((event) => objectAt(event, "object"));
  deepEqual(tables.map((table) => listAt(table, "columnDefinitions").length > 0), [true, false]);
  const cells = tables.map((table) =>
    listAt(objectAt({ row: listAt(table, "rows")[0] ?? null }, "row"), "cells")[0]
  );
  deepEqual(cells, ["a", "b"]);
  equal(textAt(metadataOf(tables[1]), "resourceVersion"), api.resourceVersion);
});

Deno.test("a watch whose reader is gone before it begins ends at once", async () => {
  using api = new EmbeddedApi();
  const response = await api.fetch(
    new Request(`http://embedded${MACHINES}?watch=1`, { signal: AbortSignal.abort() }),
  ).catch(() => undefined);
  equal(await response?.text(), "");
});

Deno.test("a watch without a bookmark wanted gets none, however long it waits", async () => {
  const clock = new ManualClock();
  using api = new EmbeddedApi({ clock, random: () => 0 });
  const rest = api.rest();
  const next = await open(rest, { resourceVersion: api.resourceVersion });
  await clock.advance(1_799_000);
  await create(rest, "a");
  deepEqual(told(await next(1)), ["ADDED a"]);
  await clock.advance(1_000);
  deepEqual(await next(1), [], "and it ends after half an hour");
});
