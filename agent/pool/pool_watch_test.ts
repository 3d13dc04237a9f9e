import assert from "node:assert/strict";
import { createKubeClient, IPPOOLS } from "../../kube/mod.ts";
import { ScriptedApi } from "../../kube/testing/scripted_api.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { PoolWatch } from "./pool_watch.ts";
import { encodeSnapshot } from "./snapshot.ts";
import type { SnapshotStore } from "../types.ts";

const KEY = "default/net-48";
const SPEC = { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } };
const POOL = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48" },
  spec: SPEC,
};

/** A store whose writes can be waited for. */
class MemorySnapshots implements SnapshotStore {
  readonly texts = new Map<string, string>();
  writes = Promise.resolve();

  load(key: string): Promise<string | undefined> {
    return Promise.resolve(this.texts.get(key));
  }

  save(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
    return this.writes;
  }

  remove(key: string): Promise<void> {
    this.texts.delete(key);
    return this.writes;
  }
}

function setUp(snapshots?: MemorySnapshots) {
  const api = new ScriptedApi(IPPOOLS);
  const clock = new ManualClock();
  const log = memoryLogger();
  const stop = new AbortController();
  let changes = 0;
  const watch = new PoolWatch(KEY, {
    client: createKubeClient(api.rest),
    clock,
    random: () => 0.5,
    log,
    snapshots,
    onChange: () => {
      changes++;
    },
  });
  return {
    api,
    clock,
    log,
    watch,
    changes: () => changes,
    start: () => {
      const running = watch.run(stop.signal);
      return async () => {
        stop.abort(new Error("The test is over"));
        await running;
        assert.equal(clock.sleeping, 0);
        assert.equal(api.watches, 0);
      };
    },
  };
}

/** Lets promises that wait for the machine's own hashing run, too. */
async function settled(clock: ManualClock, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !condition(); turn++) {
    await clock.settle();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.ok(condition());
}

Deno.test("PoolWatch watches its own pool by name only", async () => {
  const { api, clock, watch, start } = setUp();
  assert.deepEqual(watch.view, { synced: false });
  api.put("net-48", { spec: SPEC });
  const end = start();
  await settled(clock, () => watch.view.synced);
  assert.equal(watch.view.pool?.metadata.name, "net-48");
  assert.deepEqual(api.requests.map(({ path, query }) => [path, query.fieldSelector]), [
    ["/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools", "metadata.name=net-48"],
    ["/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools", "metadata.name=net-48"],
  ]);
  await end();
});

Deno.test("PoolWatch tells when it is known that there is no pool, and when one comes and goes", async () => {
  const { api, clock, watch, changes, start } = setUp();
  const end = start();
  await settled(clock, () => changes() === 1);
  assert.deepEqual(watch.view, { synced: true });
  api.put("net-48", { spec: SPEC });
  await settled(clock, () => watch.view.pool !== undefined);
  api.remove("net-48");
  await settled(clock, () => watch.view.pool === undefined);
  assert.equal(changes(), 3);
  await end();
});

Deno.test("PoolWatch takes the snapshot where the API server is silent, and what the server says as soon as it speaks", async () => {
  const snapshots = new MemorySnapshots();
  snapshots.texts.set(KEY, encodeSnapshot({ pool: POOL, keptAt: Date.UTC(2026, 0, 1) }));
  const { api, clock, log, watch, changes, start } = setUp(snapshots);
  api.missing = true;
  const end = start();
  await clock.advance(999);
  assert.deepEqual(watch.view, { synced: false });
  await clock.advance(1);
  await settled(clock, () => watch.view.synced);
  assert.equal(watch.view.pool?.metadata.name, "net-48");
  assert.equal(
    watch.view.note,
    "the API server does not answer, this is its state of 2026-01-01T00:00:00Z",
  );
  assert.equal(changes(), 1);
  assert.ok(log.lines.some(({ message }) => message === "Took the pool from the snapshot"));
  api.missing = false;
  await clock.advanceUntil(() => watch.view.pool === undefined, { limitMs: 60_000 });
  assert.deepEqual(watch.view, { synced: true });
  await settled(clock, () => !snapshots.texts.has(KEY));
  await end();
});

Deno.test("PoolWatch tells for how long the API server is silent also where it never spoke: what it kept may be old", async () => {
  const { api, clock, watch, start } = setUp();
  api.before = () => Promise.reject(new TypeError("Connection refused"));
  const end = start();
  await clock.advance(400_000);
  assert.equal(watch.heardAgo, 400_000);
  await end();
});

Deno.test("S1: PoolWatch that looks anew knows what is lost, also where its watch is dead", async () => {
  const { api, clock, watch, start } = setUp();
  api.put("net-48", { spec: SPEC });
  const end = start();
  await settled(clock, () => watch.view.synced);
  const backup = api.backup();
  const allocated = { "192.168.48.81": "52:54:00:00:00:01" };
  api.put("net-48", { spec: SPEC, status: { ipv4: { allocated } } });
  await settled(clock, () => watch.view.pool?.status !== undefined);
  api.restore(backup);
  await clock.advance(10_000);
  assert.equal(watch.view.lost, undefined);
  await Promise.all([
    watch.lookAnew(new AbortController().signal),
    settled(clock, () => watch.view.lost !== undefined),
  ]);
  assert.deepEqual(watch.view.lost, [[0xc0a83051, 0x525400000001]]);
  await end();
});

Deno.test("PoolWatch waits for the API server where there is no snapshot, without complaint", async () => {
  const { api, clock, log, watch, start } = setUp(new MemorySnapshots());
  api.missing = true;
  const end = start();
  await clock.advance(2_000);
  assert.deepEqual(watch.view, { synced: false });
  assert.deepEqual(log.lines.filter(({ level }) => level === "error"), []);
  await end();
});

Deno.test("PoolWatch takes no snapshot that arrives after the API server's word", async () => {
  const snapshots = new MemorySnapshots();
  const text = encodeSnapshot({ pool: POOL, keptAt: 0 });
  const slow = Promise.withResolvers<string>();
  snapshots.load = () => slow.promise;
  const { api, clock, log, watch, start } = setUp(snapshots);
  api.missing = true;
  const end = start();
  await clock.advance(2_000);
  api.missing = false;
  await clock.advanceUntil(() => watch.view.synced, { limitMs: 60_000 });
  slow.resolve(text);
  await new Promise((resolve) => setTimeout(resolve, 20)); // Its checksum takes the machine's own time.
  assert.deepEqual(watch.view, { synced: true });
  assert.ok(!log.lines.some(({ message }) => message === "Took the pool from the snapshot"));
  await end();
});

Deno.test("PoolWatch does not take a damaged snapshot", async () => {
  const snapshots = new MemorySnapshots();
  snapshots.texts.set(
    KEY,
    encodeSnapshot({ pool: POOL, keptAt: 0 }).replace("48.0", "49.0"),
  );
  const { api, clock, log, watch, start } = setUp(snapshots);
  api.missing = true;
  const end = start();
  await clock.advance(1_000);
  await settled(clock, () => log.lines.some(({ level }) => level === "error"));
  assert.deepEqual(watch.view, { synced: false });
  await end();
});

Deno.test("PoolWatch keeps the newest state, however slow the store", async () => {
  const snapshots = new MemorySnapshots();
  const slow = Promise.withResolvers<void>();
  snapshots.writes = slow.promise;
  const { api, clock, start } = setUp(snapshots);
  api.put("net-48", { spec: SPEC });
  const end = start();
  await settled(clock, () => snapshots.texts.has(KEY));
  for (const leaseTime of [60, 120, 180]) {
    api.put("net-48", { spec: { ...SPEC, ipv4Config: { ...SPEC.ipv4Config, leaseTime } } });
    await clock.settle();
  }
  assert.doesNotMatch(snapshots.texts.get(KEY) ?? "", /leaseTime/);
  slow.resolve();
  await settled(clock, () => (snapshots.texts.get(KEY) ?? "").includes('"leaseTime":180'));
  await end();
});

Deno.test("PoolWatch keeps the newest state, whenever that comes while the one before is kept", async () => {
  for (let microtasks = 0; microtasks < 40; microtasks++) {
    const snapshots = new MemorySnapshots();
    const slow = Promise.withResolvers<void>();
    snapshots.writes = slow.promise;
    const { api, clock, watch, start } = setUp(snapshots);
    api.put("net-48", { spec: SPEC });
    const end = start();
    await settled(clock, () => snapshots.texts.has(KEY) && api.watches > 0);
    api.put("net-48", { spec: { ...SPEC, paused: true } });
    for (let left = microtasks; left > 0; left--) await undefined;
    slow.resolve();
    await settled(clock, () => watch.view.pool?.spec.paused === true);
    await clock.settle();
    assert.match(snapshots.texts.get(KEY) ?? "", /"paused":true/, `after ${microtasks}`);
    await end();
  }
});

Deno.test("PoolWatch goes on where its store fails, says so, and keeps the next state", async () => {
  const snapshots = new MemorySnapshots();
  const failing = Promise.reject<void>(new Error("disk full"));
  failing.catch(() => undefined);
  snapshots.writes = failing;
  const { api, clock, log, watch, start } = setUp(snapshots);
  api.put("net-48", { spec: SPEC });
  const end = start();
  const told = () =>
    log.lines.some(({ message }) => message === "Cannot keep the pool in the snapshot");
  await settled(clock, told);
  assert.equal(watch.view.pool?.metadata.name, "net-48");
  snapshots.writes = Promise.resolve();
  api.remove("net-48");
  await settled(clock, () => !snapshots.texts.has(KEY));
  await end();
});

Deno.test("PoolWatch refuses a key without a namespace", () => {
  const { api, clock, log } = setUp();
  const context = {
    client: createKubeClient(api.rest),
    clock,
    random: () => 0.5,
    log,
    snapshots: undefined,
    onChange: () => undefined,
  };
  assert.throws(
    () => new PoolWatch("net-48", context),
    /^TypeError: Cannot watch a pool without a namespace: net-48$/,
  );
});

Deno.test("PoolWatch counts from its own beginning until the API server is heard", async () => {
  const clock = new ManualClock();
  await clock.advance(5_000);
  const watch = new PoolWatch(KEY, {
    client: createKubeClient(new ScriptedApi(IPPOOLS).rest),
    clock,
    random: () => 0.5,
    log: memoryLogger(),
    snapshots: undefined,
    onChange: () => undefined,
  });
  await clock.advance(3_000);
  assert.equal(watch.heardAgo, 3_000);
});
