import assert from "node:assert/strict";
import { createKubeClient } from "../kube/mod.ts";
import { ScriptedApi } from "../kube/testing/scripted_api.ts";
import { ManualClock } from "../runtime/manual_clock.ts";
import { memoryLogger } from "../runtime/memory_logger.ts";
import { PoolWatch } from "./pool_watch.ts";
import { encodeSnapshot } from "./snapshot.ts";
import type { SnapshotStore } from "./types.ts";

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
  const api = new ScriptedApi();
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
    snapshotAfterMs: 3_000,
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
  snapshots.texts.set(KEY, await encodeSnapshot({ pool: POOL, keptAt: Date.UTC(2026, 0, 1) }));
  const { api, clock, watch, changes, start } = setUp(snapshots);
  api.missing = true;
  const end = start();
  await clock.advance(2_999);
  assert.deepEqual(watch.view, { synced: false });
  await clock.advance(1);
  await settled(clock, () => watch.view.synced);
  assert.equal(watch.view.pool?.metadata.name, "net-48");
  assert.equal(
    watch.view.note,
    "the API server does not answer, this is its state of 2026-01-01T00:00:00Z",
  );
  assert.equal(changes(), 1);
  api.missing = false;
  await clock.advanceUntil(() => watch.view.pool === undefined, { limitMs: 60_000 });
  assert.deepEqual(watch.view, { synced: true });
  await settled(clock, () => !snapshots.texts.has(KEY));
  await end();
});

Deno.test("PoolWatch does not take a damaged snapshot", async () => {
  const snapshots = new MemorySnapshots();
  snapshots.texts.set(
    KEY,
    (await encodeSnapshot({ pool: POOL, keptAt: 0 })).replace("48.0", "49.0"),
  );
  const { api, clock, log, watch, start } = setUp(snapshots);
  api.missing = true;
  const end = start();
  await clock.advance(3_000);
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

Deno.test("PoolWatch refuses a key without a namespace", () => {
  const { api, clock, log } = setUp();
  const context = {
    client: createKubeClient(api.rest),
    clock,
    random: () => 0.5,
    log,
    snapshots: undefined,
    snapshotAfterMs: 1,
    onChange: () => undefined,
  };
  assert.throws(
    () => new PoolWatch("net-48", context),
    /^TypeError: Cannot watch a pool without a namespace: net-48$/,
  );
});
