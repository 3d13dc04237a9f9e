import assert from "node:assert/strict";
import type { RecordChange } from "../../core/api/ippool_history.ts";
import { getCondition } from "../../core/api/mod.ts";
import {
  IPPOOL_HISTORIES,
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { backup, removeAll, restore } from "./backup.ts";
import { Lab } from "./lab.ts";
import { refusing } from "./meddling.ts";
import { mac, nad, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

const POOL = "default/net-48";
const MINUTE = 60_000;
const CREATE = { method: "POST", path: /\/ippoolhistories$/ };

async function rows(lab: Lab, key = POOL): Promise<readonly RecordChange[]> {
  return (await lab.get(IPPOOL_HISTORIES, key))?.changes ?? [];
}

async function told(lab: Lab, key = POOL): Promise<readonly string[]> {
  return (await rows(lab, key)).map(({ event, vm = "", why }) => `${event} ${vm} ${why}`);
}

/** Notes when histories are written. */
function timed(lab: Lab, rest: RestClient): { readonly rest: RestClient; readonly at: number[] } {
  const at: number[] = [];
  return {
    at,
    rest: toRestClient(async (request) => {
      if (request.method !== "GET" && request.path.includes("/ippoolhistories")) {
        at.push(lab.clock.monotonic());
      }
      return await rest.performRequest(request);
    }),
  };
}

Deno.test("history: each change is a row and a line of the log with address, MAC address, VM, UID, pool, when and why", async () => {
  await using lab = await ready();
  const { metadata: { uid } } = await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }]),
  );
  await lab.pass(10_000);
  const [address] = await lab.addresses("default/web");
  const [row, ...more] = await rows(lab);
  assert.deepEqual(more, []);
  const { at = "", ...said } = row ?? {};
  assert.match(at, /^2026-01-01T00:00:\d\dZ$/);
  assert.deepEqual(said, {
    event: "given",
    address,
    macAddress: mac(1),
    vm: "default/web",
    uid,
    why: "Allocated",
  });
  const [line, ...others] = lab.log.lines.filter(({ message }) =>
    message === "The record of a pool changed"
  );
  assert.deepEqual(others, []);
  assert.deepEqual([line?.level, line?.keys], ["info", { pool: POOL, at, ...said }]);
});

Deno.test("history: a VM that goes is told with its name and UID, though the controller was restarted meanwhile", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(10_000);
  await restarted(lab);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.pass(2 * MINUTE);
  const [given, released, ...more] = await rows(lab);
  assert.deepEqual(more, []);
  assert.deepEqual(released, {
    ...given,
    at: released?.at,
    event: "released",
    why: "Released",
  });
});

/** Another controller in place of the one that runs. */
async function restarted(lab: Lab): Promise<void> {
  await lab.stopAll();
  lab.start();
  await lab.settle();
}

Deno.test("history: a storm of 1,000 VMs is no more than one write a minute and pool, and no VM is missing", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  const range = { cidr: "10.48.0.0/20", serverIP: "10.48.0.1", pool: {} };
  await lab.create(IPPOOLS, pool(POOL, range));
  const seen = timed(lab, lab.rest());
  lab.start({ rest: seen.rest });
  await lab.settle();
  for (let n = 0; n < 1_000; n++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
    if (n % 100 === 99) await lab.clock.advance(1_500);
  }
  await lab.pass(3 * MINUTE);
  const given = await rows(lab);
  assert.equal(new Set(given.map(({ vm }) => vm)).size, 1_000);
  assert.equal(given.length, 1_000);
  assert.ok(given.every(({ uid }) => uid !== undefined));
  assert.ok(seen.at.length >= 2, `${seen.at.length} writes`);
  for (const [index, at] of seen.at.entries()) {
    const before = seen.at[index - 1];
    assert.ok(before === undefined || at - before >= MINUTE, `${seen.at}`);
  }
  const written = seen.at.length;
  await lab.pass(30 * MINUTE);
  assert.equal(seen.at.length, written, "the quiet writes no history");
});

Deno.test("history: operators are told at once, and by a controller that was restarted, too", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const asked = async () => {
    const changes = await lab.controller.inspect.history(POOL, AbortSignal.timeout(10_000));
    return changes?.map(({ event, vm }) => `${event} ${vm}`);
  };
  assert.equal(await lab.get(IPPOOL_HISTORIES, POOL), undefined);
  assert.deepEqual(await asked(), ["given default/web"]);
  await restarted(lab);
  assert.deepEqual(await asked(), ["given default/web"]);
});

Deno.test("history: what happened in the last moment before SIGTERM is written", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(10_000);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.settle();
  assert.deepEqual(await told(lab), ["given default/web Allocated"]);
  await lab.stopAll();
  assert.deepEqual(await told(lab), ["given default/web Allocated", "given default/db Allocated"]);
});

Deno.test("history: a write of the record that is under way at SIGTERM is told, too", async () => {
  await using lab = await ready();
  await lab.stopAll();
  const rest = lab.rest();
  const under = Promise.withResolvers<void>();
  const running = lab.start({
    rest: toRestClient(async (request) => {
      const answer = await rest.performRequest(request);
      if (request.method === "PUT" && request.path.endsWith("/ippools/net-48/status")) {
        under.resolve();
        // The server has done it; the answer takes its time.
        await lab.clock.sleep(1_000, request.abortSignal ?? undefined);
      }
      return answer;
    }),
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  let isUnderWay = false;
  under.promise.then(() => isUnderWay = true);
  await lab.clock.advanceUntil(() => isUnderWay, { stepMs: 10, limitMs: 10_000 });
  await running.stop();
  assert.equal(Object.keys(await lab.allocations(POOL)).length, 1);
  assert.deepEqual(await told(lab), ["given default/web Allocated"]);
});

Deno.test("history: an API server that no longer answers keeps no controller from ending", async () => {
  await using lab = await ready();
  await lab.stopAll();
  const rest = lab.rest();
  let isUnderWay = false;
  const running = lab.start({
    rest: toRestClient(async (request) => {
      if (
        isUnderWay || request.method === "PUT" && request.path.endsWith("/ippools/net-48/status")
      ) {
        isUnderWay = true;
        await lab.clock.sleep(3_600_000, request.abortSignal ?? undefined);
      }
      return await rest.performRequest(request);
    }),
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.clock.advanceUntil(() => isUnderWay, { stepMs: 10, limitMs: 10_000 });
  const began = lab.clock.monotonic();
  await running.stop();
  assert.ok(lab.clock.monotonic() - began <= 8_000, `${lab.clock.monotonic() - began} ms`);
});

Deno.test("history: it goes on over a restart, and after a restore of everything it is what it was, and goes on", async () => {
  await using lab = await ready();
  for (const n of [1, 2]) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${n}`, [{ mac: mac(n) }]));
  }
  await lab.pass(10_000);
  await restarted(lab);
  const saved = await backup(lab.kube, IPPOOL_HISTORIES);
  assert.equal((await rows(lab)).length, 2);
  await lab.stopAll();
  await removeAll(lab.kube, IPPOOL_HISTORIES);
  await restore(lab.kube, { resource: IPPOOL_HISTORIES, objects: saved });
  await restarted(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/vm-3", [{ mac: mac(3) }]));
  await lab.pass(2 * MINUTE);
  assert.deepEqual(
    (await told(lab)).toSorted(),
    [1, 2, 3].map((n) => `given default/vm-${n} Allocated`),
  );
});

Deno.test("history: it outlives its pool, and the pool that is made again goes on in it", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(10_000);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.pass(2 * MINUTE);
  await lab.delete(IPPOOLS, POOL);
  await lab.pass(2 * MINUTE);
  assert.equal(await lab.get(IPPOOLS, POOL), undefined);
  assert.equal((await rows(lab)).length, 2);
  await lab.create(IPPOOLS, pool(POOL));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(2 * MINUTE);
  assert.deepEqual((await told(lab)).map((text) => text.split(" ")[0]), [
    "given",
    "released",
    "given",
  ]);
});

Deno.test("history: a write of the record whose answer was lost is told all the same, once", async () => {
  await using lab = await ready();
  await lab.stopAll();
  let lost = 0;
  const rest = lab.rest();
  lab.start({
    rest: toRestClient(async (request) => {
      const answer = await rest.performRequest(request);
      const isRecord = request.method === "PUT" && request.path.endsWith("/ippools/net-48/status");
      if (!isRecord || lost++ > 0) return answer;
      throw new TypeError("The connection was closed");
    }),
  });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(2 * MINUTE);
  assert.ok(lost > 0);
  assert.deepEqual(await told(lab), ["given default/web Allocated"]);
});

for (const [code, why] of [[403, "no right"], [404, "no CRD"]] as const) {
  Deno.test(`history: ${why} to write one costs a line of the log, and nothing else`, async () => {
    await using lab = new Lab();
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
    await lab.create(IPPOOLS, pool(POOL));
    const seen = refusing(lab.rest(), { ...CREATE, code });
    lab.start({ rest: seen.rest });
    await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
    await lab.pass(5 * MINUTE);
    assert.equal((await lab.addresses("default/web")).length, 1);
    assert.ok(seen.count >= 4);
    const { status } = await lab.pool(POOL);
    assert.equal(getCondition(status?.conditions, "CacheReady")?.reason, "Planned");
    assert.equal(lab.controller.failures.size, 0);
    assert.deepEqual(lab.controller.notReady, []);
    const warnings = lab.log.lines.filter(({ level }) => level !== "info" && level !== "debug");
    assert.deepEqual(warnings.map(({ message }) => message), [
      "A history cannot be written, and is tried again every minute",
    ]);
  });
}

Deno.test("history: switched off, none is written, and the log has every change all the same", async () => {
  await using lab = await ready({ history: false });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(2 * MINUTE);
  await lab.stopAll();
  assert.equal(await lab.get(IPPOOL_HISTORIES, POOL), undefined);
  assert.ok(lab.log.lines.some(({ message }) => message === "The record of a pool changed"));
});
