import assert from "node:assert/strict";
import {
  ApiError,
  createKubeClient,
  type JsonValue,
  type Lease,
  LEASES,
  toRestClient,
} from "../kube/mod.ts";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../runtime/testing/memory_logger.ts";
import { agentElection } from "./election.ts";
import type { SnapshotStore } from "./types.ts";

interface Scene {
  /** What the agent kept when it last ran. */
  readonly kept?: string;
  /** The store fails with this. */
  readonly broken?: Error;
  readonly withoutStore?: boolean;
  /** How long the store takes to write a file; to remove one takes it no time. */
  readonly writeMs?: number;
}

/** An agent's election over a server that knows one Lease, and may be away. */
async function setUp({ kept, broken, withoutStore = false, writeMs = 0 }: Scene = {}) {
  const clock = new ManualClock();
  const log = memoryLogger();
  const server: { lease?: Lease; away: boolean } = { away: false };
  let version = 1;
  const rest = toRestClient(({ method, path, bodyJson, expectStream, abortSignal }) => {
    if (server.away) return Promise.reject(new TypeError("connection refused"));
    if (expectStream) {
      return Promise.resolve(
        new ReadableStream<JsonValue>({
          start: (watch) => abortSignal?.addEventListener("abort", () => watch.error("ended")),
        }),
      );
    }
    if (method === "GET") {
      const items = server.lease === undefined ? [] : [server.lease];
      return Promise.resolve(
        { metadata: { resourceVersion: String(version) }, items } as unknown as JsonValue,
      );
    }
    if (method === "PATCH" && server.lease === undefined) {
      return Promise.reject(
        new ApiError({ code: 404, reason: "NotFound", message: "no lease" }, { method, path }),
      );
    }
    const body = bodyJson as unknown as Lease;
    const metadata = {
      ...server.lease?.metadata,
      ...body.metadata,
      resourceVersion: String(++version),
    };
    server.lease = { ...server.lease, ...body, metadata };
    return Promise.resolve(server.lease as unknown as JsonValue);
  });
  const texts = new Map(kept === undefined ? [] : [["led", kept]]);
  const fails = () => broken === undefined ? Promise.resolve() : Promise.reject(broken);
  const snapshots: SnapshotStore = {
    load: (key) => fails().then(() => texts.get(key)),
    save: async (key, text) => {
      await fails();
      await clock.sleep(writeMs);
      texts.set(key, text);
    },
    remove: (key) => fails().then(() => void texts.delete(key)),
  };
  const election = await agentElection({
    client: createKubeClient(rest),
    lease: { namespace: "default", name: "agent" },
    identity: "agent-0",
    clock,
    random: () => 0.5,
    log,
    ...(withoutStore ? {} : { snapshots }),
  });
  const stop = new AbortController();
  let running = Promise.resolve();
  return {
    clock,
    log,
    server,
    texts,
    election,
    start: () => {
      running = election.run(stop.signal);
    },
    end: async () => {
      stop.abort(new Error("The test is over"));
      await clock.advance(10_000);
      await running;
      assert.equal(clock.sleeping, 0);
    },
  };
}

Deno.test("the agent's election takes the Lease with the label by which reports are found, for 5 s", async () => {
  const { clock, server, election, start, end } = await setUp();
  start();
  await clock.advance(6_000);
  assert.equal(election.leading, true);
  assert.equal(server.lease?.kind, LEASES.kind);
  assert.deepEqual(server.lease?.metadata.labels, {
    "network.harvesterhci.io/vm-dhcp-agent": "true",
  });
  assert.equal(server.lease?.spec?.holderIdentity, "agent-0");
  assert.equal(server.lease?.spec?.leaseDurationSeconds, 5);
  await end();
  assert.equal(server.lease?.spec?.holderIdentity, "");
});

Deno.test("the agent's election goes on leading while the API server is away", async () => {
  const { clock, server, election, start, end } = await setUp();
  start();
  await clock.advance(6_000);
  server.away = true;
  await clock.advance(600_000);
  assert.equal(election.leading, true);
  await end();
});

Deno.test("the agent's election remembers that it led, and forgets it when it no longer does", async () => {
  const { clock, texts, start, end } = await setUp();
  start();
  await clock.advance(6_000);
  assert.deepEqual([...texts], [["led", "agent-0"]]);
  await end();
  assert.deepEqual([...texts], []);
});

Deno.test("the agent's election forgets that it led though the store is slow to note it", async () => {
  const { clock, texts, election, start, end } = await setUp({ writeMs: 8_000 });
  start();
  await clock.advance(3_000);
  assert.deepEqual([election.leading, ...texts], [true]);
  await end();
  assert.deepEqual([...texts], []);
});

Deno.test("the agent's election leads again without the API server where this agent led when it last ran", async () => {
  const { clock, server, election, start, end } = await setUp({ kept: "agent-0" });
  server.away = true;
  start();
  await clock.advance(10_000);
  assert.equal(election.leading, true);
  await end();
});

for (
  const [what, scene] of [
    ["another agent led", { kept: "agent-1" }],
    ["nobody is known to have led", {}],
    ["nothing is kept", { withoutStore: true }],
  ] as const
) {
  Deno.test(`the agent's election does not lead without the API server where ${what}`, async () => {
    const { clock, server, election, start, end } = await setUp(scene);
    server.away = true;
    start();
    await clock.advance(60_000);
    assert.equal(election.leading, false);
    await end();
  });
}

Deno.test("the agent's election goes on where its memory fails, and says so", async () => {
  const { clock, log, election, start, end } = await setUp({ broken: new Error("disk full") });
  start();
  await clock.advance(6_000);
  assert.equal(election.leading, true);
  assert.deepEqual(
    log.lines.filter(({ level }) => level === "warn").map(({ message }) => message),
    [
      "Cannot read whether this agent led",
      "Cannot note whether this agent leads",
    ],
  );
  await end();
});
