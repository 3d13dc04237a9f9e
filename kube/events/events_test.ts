import assert from "node:assert/strict";
import type { KubeObject } from "../../core/api/types.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { createKubeClient } from "../objects/client.ts";
import { ApiError, ConnectionError } from "../errors.ts";
import { createEventWriter } from "./events.ts";
import { type JsonValue, toRestClient } from "../rest_client.ts";

const POOL: KubeObject = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48", uid: "u-1", resourceVersion: "7" },
};
const FULL = { type: "Warning", reason: "PoolExhausted", message: "No address is left" } as const;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, JsonValue>;
}

function setUp() {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const logger = memoryLogger();
  const sent: Sent[] = [];
  const failures: unknown[] = [];
  const rest = toRestClient(async (request) => {
    await Promise.resolve();
    if (failures.length > 0) throw failures.shift();
    const body = request.bodyJson as Record<string, JsonValue>;
    sent.push({ method: request.method, path: request.path, body });
    return body;
  });
  const events = createEventWriter({
    client: createKubeClient(rest),
    instance: "controller-1",
    clock,
    logger,
    random: () => 0.5,
  });
  return { clock, logger, sent, failures, events };
}

Deno.test("EventWriter writes an Event with everything that kubectl shows", async () => {
  const { sent, events } = setUp();
  events.record(POOL, FULL);
  await events.flush();
  assert.deepEqual(sent, [{
    method: "POST",
    path: "/api/v1/namespaces/default/events",
    body: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { namespace: "default", name: "net-48.800000000000" },
      involvedObject: {
        apiVersion: "network.harvesterhci.io/v1alpha1",
        kind: "IPPool",
        namespace: "default",
        name: "net-48",
        uid: "u-1",
        resourceVersion: "7",
      },
      type: "Warning",
      reason: "PoolExhausted",
      message: "No address is left",
      source: { component: "vm-dhcp-controller" },
      reportingComponent: "vm-dhcp-controller",
      reportingInstance: "controller-1",
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 1,
    },
  }]);
});

Deno.test("EventWriter puts Events of cluster-scoped objects into default", async () => {
  const { sent, events } = setUp();
  events.record({ apiVersion: "v1", kind: "Node", metadata: { name: "n" } }, FULL);
  await events.flush();
  assert.equal(sent[0]?.path, "/api/v1/namespaces/default/events");
  assert.deepEqual(sent[0]?.body.involvedObject, { apiVersion: "v1", kind: "Node", name: "n" });
});

Deno.test("EventWriter keeps no object, only what the Event says of it", async () => {
  const { sent, events } = setUp();
  let reads = 0;
  const { apiVersion, kind, metadata } = POOL;
  const about = {
    apiVersion,
    kind,
    get metadata() {
      reads++;
      return metadata;
    },
  };
  events.record(about, FULL);
  const before = reads;
  await events.flush();
  assert.equal(reads, before);
  assert.equal(sent.length, 1);
});

Deno.test("EventWriter counts the same note on one Event for ten minutes, then writes a new one", async () => {
  const { clock, sent, events } = setUp();
  events.record(POOL, FULL);
  events.record(POOL, FULL);
  await events.flush();
  await clock.advance(9 * 60_000);
  events.record(POOL, FULL);
  await events.flush();
  await clock.advance(61_000);
  events.record(POOL, FULL);
  await events.flush();
  assert.deepEqual(sent.map(({ method, body }) => [method, body.count, body.lastTimestamp]), [
    ["POST", 2, "2026-01-01T00:00:00Z"],
    ["PATCH", 3, "2026-01-01T00:09:00Z"],
    ["POST", 1, "2026-01-01T00:10:01Z"],
  ]);
});

Deno.test("EventWriter tells apart objects, reasons and messages", async () => {
  const { sent, events } = setUp();
  events.record(POOL, FULL);
  events.record(POOL, { ...FULL, message: "Other" });
  events.record(POOL, { ...FULL, reason: "Other" });
  events.record({ ...POOL, metadata: { ...POOL.metadata, uid: "u-2" } }, FULL);
  await events.flush();
  assert.equal(sent.filter((request) => request.method === "POST").length, 4);
});

Deno.test("EventWriter writes nothing twice", async () => {
  const { sent, events } = setUp();
  events.record(POOL, FULL);
  await Promise.all([events.flush(), events.flush()]);
  await events.flush();
  assert.equal(sent.length, 1);
});

Deno.test("EventWriter writes an Event anew when the apiserver has forgotten it", async () => {
  const { sent, failures, events } = setUp();
  events.record(POOL, FULL);
  await events.flush();
  events.record(POOL, FULL);
  failures.push(new ApiError({ code: 404, reason: "NotFound" }, { method: "PATCH", path: "/x" }));
  await events.flush();
  assert.deepEqual(sent.map(({ method, body }) => [method, body.count]), [["POST", 1], [
    "POST",
    2,
  ]]);
});

Deno.test("EventWriter bounds what one object may cause, and counts what it leaves out", async () => {
  const { clock, sent, events } = setUp();
  const other = { ...POOL, metadata: { ...POOL.metadata, uid: "u-2" } };
  for (let i = 0; i < 40; i++) events.record(POOL, { ...FULL, message: `Message ${i}` });
  events.record(other, FULL);
  await events.flush();
  assert.deepEqual([sent.length, events.dropped], [26, 15]);
  await clock.advance(5 * 60_000);
  events.record(POOL, { ...FULL, message: "Later" });
  await events.flush();
  assert.equal(sent.length, 27);
});

Deno.test("EventWriter keeps at most a thousand waiting, the newest", async () => {
  const { sent, events } = setUp();
  for (let i = 0; i < 1_010; i++) {
    events.record({ ...POOL, metadata: { ...POOL.metadata, uid: `u-${i}` } }, FULL);
  }
  assert.equal(events.dropped, 10);
  await events.flush();
  assert.equal(sent.length, 1_000);
  assert.equal((sent[0]?.body.involvedObject as Record<string, JsonValue>).uid, "u-10");
});

Deno.test("EventWriter writes in the background, some time after the note", async () => {
  const { clock, sent, events } = setUp();
  const stop = new AbortController();
  const running = events.run(stop.signal);
  events.record(POOL, FULL);
  await clock.advance(999);
  assert.equal(sent.length, 0);
  events.record(POOL, FULL);
  await clock.advance(1);
  assert.deepEqual(sent.map(({ body }) => body.count), [2]);
  stop.abort();
  await running;
  assert.equal(clock.sleeping, 0);
});

Deno.test("EventWriter tries again after a failure, throws nothing, and logs once a minute", async () => {
  const { clock, sent, failures, logger, events } = setUp();
  const stop = new AbortController();
  const running = events.run(stop.signal);
  failures.push(new Error("down"), new Error("down"));
  events.record(POOL, FULL);
  await clock.advance(60_000);
  assert.equal(sent.length, 1);
  assert.deepEqual(logger.lines.map((line) => line.message), ["Cannot write Events"]);
  stop.abort();
  await running;
});

Deno.test("EventWriter gives a note up after three failures", async () => {
  const { sent, failures, events } = setUp();
  events.record(POOL, FULL);
  for (let i = 0; i < 3; i++) {
    failures.push(new Error("forbidden"));
    await events.flush();
  }
  await events.flush();
  assert.deepEqual([sent.length, events.dropped], [0, 1]);
});

Deno.test("EventWriter.flush stops at its signal", async () => {
  const { sent, events } = setUp();
  events.record(POOL, FULL);
  await assert.rejects(events.flush(AbortSignal.abort(new Error("over"))), /over/);
  assert.equal(sent.length, 0);
  await events.flush();
  assert.equal(sent.length, 1);
});

Deno.test("EventWriter keeps what it was writing when it was stopped", async () => {
  const { sent, failures, events } = setUp();
  const stop = new AbortController();
  events.record(POOL, FULL);
  failures.push(new Error("aborted"));
  const flushing = events.flush(stop.signal);
  stop.abort();
  await assert.rejects(flushing);
  await events.flush();
  assert.equal(sent.length, 1);
});

Deno.test("EventWriter writes an Event once that two ask for at the same time", async () => {
  const { sent, events } = setUp();
  events.record(POOL, FULL);
  const first = events.flush();
  events.record(POOL, FULL);
  await Promise.all([first, events.flush()]);
  await events.flush();
  assert.deepEqual(sent.map(({ method, body }) => `${method} ${body.count}`), [
    "POST 1",
    "PATCH 2",
  ]);
});

Deno.test("EventWriter.run sleeps while there is nothing to write", async () => {
  const { clock, sent, events } = setUp();
  const stop = new AbortController();
  const running = events.run(stop.signal);
  await clock.settle();
  assert.equal(clock.sleeping, 0);
  events.record(POOL, FULL);
  await clock.advance(1_000);
  assert.deepEqual([sent.length, clock.sleeping], [1, 0]);
  stop.abort();
  await running;
});

Deno.test("EventWriter tells notes apart by what it writes of their messages, and keeps no more of them", async () => {
  const { sent, events } = setUp();
  const message = "x".repeat(1_024);
  for (const rest of ["", "y", "z".repeat(100_000)]) {
    events.record(POOL, { ...FULL, message: message + rest });
  }
  await events.flush();
  assert.deepEqual(sent.map(({ body }) => [body.message, body.count]), [[message, 3]]);
});

Deno.test("EventWriter gives Events names that the API server takes, however long their objects' are", async () => {
  const { sent, events } = setUp();
  for (const end of [".b", "-b", "-.-b", "bb"]) {
    const name = `${"a".repeat(239)}${end}${"c".repeat(10)}`;
    events.record({ ...POOL, metadata: { ...POOL.metadata, uid: end, name } }, FULL);
  }
  await events.flush();
  assert.equal(sent.length, 4);
  for (const { body } of sent) {
    const { name } = body.metadata as { name: string };
    // RFC 1123 subdomain, as the API server's validation has it.
    const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    assert.match(name, new RegExp(`^${label}(\\.${label})*$`));
    assert.ok(name.length <= 253, name);
  }
});

Deno.test("EventWriter writes an Event whose answer was lost under the name that it had", async () => {
  const names: unknown[] = [];
  const rest = toRestClient((request) => {
    const { metadata } = request.bodyJson as { metadata?: { name: string } };
    names.push(metadata?.name ?? request.path.split("/").at(-1));
    if (names.length === 1) return Promise.reject(new ConnectionError(request, "no answer"));
    return Promise.resolve({});
  });
  const events = createEventWriter({ client: createKubeClient(rest), clock: new ManualClock() });
  events.record(POOL, FULL);
  await events.flush();
  await events.flush();
  assert.equal(names.length, 2);
  assert.equal(new Set(names).size, 1, names.join());
});
