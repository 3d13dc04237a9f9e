import assert from "node:assert/strict";
import type { AgentReport } from "../../core/api/agent/agent_report.ts";
import { formatAddresses, parseAddresses } from "../../core/api/agent/address_words.ts";
import { parseAgentReport } from "../../core/api/mod.ts";
import {
  ApiError,
  createKubeClient,
  type JsonValue,
  type Lease,
  toRestClient,
} from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { ReportWriter } from "./report_writer.ts";

const ANNOTATION = "network.harvesterhci.io/agent-report";

/** What the agent is, beside one that answers always. */
interface Scene {
  readonly leadership?: { leading: boolean; onChange: () => void };
  readonly dryRun?: boolean;
}

/** A server that knows one Lease. */
function setUp({ leadership, dryRun = false }: Scene = {}) {
  const clock = new ManualClock();
  const log = memoryLogger();
  const stop = new AbortController();
  const requests: string[] = [];
  const patches: JsonValue[] = [];
  const server: { lease?: Lease; away: boolean; deaf: boolean } = { away: false, deaf: false };
  const rest = toRestClient(({ method, path, bodyJson, abortSignal }) => {
    requests.push(method);
    if (server.away) return Promise.reject(new TypeError("connection refused"));
    if (server.deaf) {
      return new Promise((_, reject) =>
        abortSignal?.addEventListener("abort", () => reject(abortSignal.reason))
      );
    }
    if (method !== "POST" && server.lease === undefined) {
      return Promise.reject(
        new ApiError({ code: 404, reason: "NotFound", message: "no lease" }, { method, path }),
      );
    }
    if (method === "GET") return Promise.resolve(server.lease as unknown as JsonValue);
    patches.push(bodyJson ?? null);
    server.lease = { ...server.lease, ...bodyJson as unknown as Lease };
    return Promise.resolve(server.lease as unknown as JsonValue);
  });
  let report: AgentReport = { pod: { namespace: "default", name: "agent-0" }, pools: {} };
  const writer = new ReportWriter({
    client: createKubeClient(rest),
    clock,
    log,
    lease: { namespace: "default", name: "agent" },
    report: () => report,
    dryRun,
    ...(leadership === undefined ? {} : { leadership }),
  });
  return {
    clock,
    log,
    requests,
    writes: () => requests.filter((method) => method !== "GET"),
    patches,
    server,
    writer,
    stop,
    start: () => writer.run(stop.signal),
    set: (pools: AgentReport["pools"]) => {
      report = { ...report, pools };
      writer.changed();
    },
    nameless: () => {
      report = { ...report, pod: {} };
    },
    told: () => {
      const read = parseAgentReport(server.lease?.metadata.annotations?.[ANNOTATION] ?? "");
      return read.ok ? read.value.pools : undefined;
    },
  };
}

const SERVING = {
  "default/net-48": { ready: true, reason: "Serving", message: "Answering", interfaceName: "eth1" },
} as const;

Deno.test("ReportWriter makes the Lease, with label, holder and report", async () => {
  const { clock, requests, server, stop, start } = setUp();
  const running = start();
  await clock.settle();
  assert.deepEqual(requests, ["GET", "POST"]);
  assert.deepEqual(server.lease?.metadata, {
    namespace: "default",
    name: "agent",
    labels: { "network.harvesterhci.io/vm-dhcp-agent": "true" },
    annotations: { [ANNOTATION]: '{"pod":{"namespace":"default","name":"agent-0"},"pools":{}}' },
  });
  assert.deepEqual(server.lease?.spec, {
    holderIdentity: "agent-0",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
  });
  stop.abort();
  await running;
});

Deno.test("ReportWriter holds the Lease by the Lease's own name where the pod has none", async () => {
  const { clock, server, stop, start, nameless } = setUp();
  nameless();
  const running = start();
  await clock.settle();
  assert.equal(server.lease?.spec?.holderIdentity, "agent");
  stop.abort();
  await running;
});

Deno.test("ReportWriter renews the Lease every 5 s", async () => {
  const { clock, server, writes, stop, start } = setUp();
  const running = start();
  await clock.advance(4_999);
  assert.deepEqual(writes(), ["POST"]);
  await clock.advance(5_001);
  assert.deepEqual(writes(), ["POST", "PATCH", "PATCH"]);
  assert.equal(server.lease?.spec?.renewTime, "2026-01-01T00:00:10.000000Z");
  assert.equal(server.lease?.spec?.acquireTime, "2026-01-01T00:00:00.000000Z");
  stop.abort();
  await running;
});

Deno.test("ReportWriter writes a change at once, and changes that come together once", async () => {
  const { clock, writes, stop, start, set, told } = setUp();
  const running = start();
  await clock.settle();
  set({});
  await clock.advance(10);
  set(SERVING);
  await clock.advance(40);
  assert.deepEqual(told(), SERVING);
  assert.equal(writes().length, 2);
  stop.abort();
  await running;
});

Deno.test("ReportWriter tries again every second while the API server is away, and complains once", async () => {
  const { clock, log, server, requests, stop, start, set, told } = setUp();
  server.away = true;
  const running = start();
  set(SERVING);
  await clock.advance(10_000);
  assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
  // A Lease that is not known to be missing is not made.
  assert.deepEqual([...new Set(requests)], ["GET"]);
  assert.ok(requests.length >= 10);
  server.away = false;
  await clock.advance(1_000);
  assert.deepEqual(told(), SERVING);
  stop.abort();
  await running;
});

Deno.test("ReportWriter says when it reports again, and complains again of the next failure", async () => {
  const { clock, log, server, stop, start } = setUp();
  const running = start();
  for (const away of [true, false, true, false]) {
    server.away = away;
    await clock.advance(away ? 10_000 : 1_000);
  }
  assert.deepEqual(log.lines.map(({ level, message }) => [level, message]), [
    ["warn", "Cannot write the report, trying again"],
    ["info", "Reporting again"],
    ["warn", "Cannot write the report, trying again"],
    ["info", "Reporting again"],
  ]);
  stop.abort();
  await running;
});

Deno.test("ReportWriter gives up a write that is not answered for 5 s, and tries again", async () => {
  const { clock, log, server, stop, start, told } = setUp();
  server.deaf = true;
  const running = start();
  await clock.advance(4_999);
  assert.equal(log.lines.length, 0);
  await clock.advance(1);
  assert.match(String(log.lines[0]?.keys.error), /The API server does not answer in time/);
  server.deaf = false;
  await clock.advance(1_000);
  assert.deepEqual(told(), {});
  stop.abort();
  await running;
});

Deno.test("ReportWriter waits for the next change after one, and leaves no wait behind", async () => {
  const { clock, writes, stop, start, set } = setUp();
  const running = start();
  await clock.settle();
  for (const pools of [SERVING, {}, SERVING]) {
    set(pools);
    await clock.advance(50);
  }
  assert.equal(writes().length, 4);
  assert.equal(clock.sleeping, 1);
  await clock.advance(4_999);
  assert.equal(writes().length, 4);
  stop.abort();
  await running;
});

Deno.test("ReportWriter writes what is so at the end", async () => {
  const { clock, stop, start, set, told } = setUp();
  set(SERVING);
  const running = start();
  await clock.settle();
  set({});
  stop.abort();
  await running;
  assert.deepEqual(told(), {});
  assert.equal(clock.sleeping, 0);
});

Deno.test("ReportWriter leaves declined addresses out where they would not fit", async () => {
  const { clock, server, stop, start, set, told } = setUp();
  const at = "2026-01-01T00:00:00Z";
  const declined = Array.from({ length: 4_000 }, (_, number) => ({
    address: `10.0.${number >> 8}.${number & 255}`,
    macAddress: "52:54:00:00:00:01",
    at,
  }));
  set({ "default/net-48": { ...SERVING["default/net-48"], declined } });
  const running = start();
  await clock.settle();
  assert.deepEqual(told(), SERVING);
  assert.ok((server.lease?.metadata.annotations?.[ANNOTATION]?.length ?? 0) < 1_000);
  stop.abort();
  await running;
});

Deno.test("ReportWriter tells of fewer addresses in use, of each pool alike, where all of them would not fit", async () => {
  const { clock, server, stop, start, set, told } = setUp();
  const found = Array.from({ length: 1_000 }, (_, n) => [0x0a000000 + n, n] as const);
  const pools = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`default/net-${n}`, {
      ...SERVING["default/net-48"],
      inUse: formatAddresses(found),
    }]),
  );
  set(pools);
  const running = start();
  await clock.settle();
  assert.ok((server.lease?.metadata.annotations?.[ANNOTATION]?.length ?? Infinity) <= 200_000);
  const sizes = Object.values(told() ?? {}).map(({ inUse = "" }) => parseAddresses(inUse).size);
  assert.deepEqual(sizes, Array(20).fill(250));
  stop.abort();
  await running;
});

Deno.test("ReportWriter writes only its report where there is an election, and only as the one who leads", async () => {
  const leadership = { leading: false, onChange: () => undefined };
  const { clock, patches, server, stop, start, set } = setUp({ leadership });
  server.lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "agent" },
  };
  set(SERVING);
  const running = start();
  await clock.advance(10_000);
  assert.deepEqual(patches, []);
  leadership.leading = true;
  set(SERVING);
  await clock.advance(50);
  assert.deepEqual(patches.map((patch) => Object.keys(patch ?? {})), [["metadata"]]);
  leadership.leading = false;
  stop.abort();
  await running;
  assert.equal(patches.length, 1);
});

/** A Lease that another agent holds for 5 s, as an election writes it. */
function heldByAnother(renewTime: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "default", name: "agent", resourceVersion: "7" },
    spec: { holderIdentity: "agent-1", leaseDurationSeconds: 5, renewTime },
  };
}

for (const dryRun of [true, false]) {
  const how = dryRun ? "in a dry run" : "without an election";
  Deno.test(`ReportWriter ${how} writes nothing into a Lease that another agent holds, whatever its clock, until that one renews it no more`, async () => {
    const { clock, server, patches, stop, start, set, told } = setUp({ dryRun });
    const renewed = (second: number) => heldByAnother(`2020-01-01T00:00:${second}.000000Z`);
    server.lease = renewed(10);
    set(SERVING);
    const running = start();
    for (let second = 11; second < 31; second++) {
      await clock.advance(1_000);
      server.lease = renewed(second);
    }
    assert.deepEqual(patches, []);
    await clock.advance(10_000);
    assert.deepEqual(told(), SERVING);
    assert.equal(server.lease?.spec?.holderIdentity, dryRun ? "" : "agent-0");
    // Somebody who takes it meanwhile is not written over.
    assert.equal(server.lease?.metadata.resourceVersion, "7");
    stop.abort();
    await running;
  });
}

Deno.test("ReportWriter holds a Lease for nobody in a dry run, and writes into one that was given up", async () => {
  const { clock, server, stop, start, set, told } = setUp({ dryRun: true });
  const held = heldByAnother("2020-01-01T00:00:10.000000Z");
  server.lease = { ...held, spec: { ...held.spec, holderIdentity: "" } };
  set(SERVING);
  const running = start();
  await clock.settle();
  assert.deepEqual(told(), SERVING);
  assert.equal(server.lease?.spec?.holderIdentity, "");
  stop.abort();
  await running;
});
