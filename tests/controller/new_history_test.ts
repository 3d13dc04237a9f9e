import { deepStrictEqual, ok } from "node:assert/strict";
import {
  ApiError,
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  toRestClient,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { abortable } from "../../runtime/abort.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, vm } from "./objects.ts";

const POOL = "default/net-48";

/** A cluster with one VM: the same each time, to the last UID. */
async function fill(lab: Lab): Promise<void> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await lab.create(IPPOOLS, pool(POOL));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
}

Deno.test("S1: after a restore of etcd nothing is written before everything is known of its history, then the VMs that it lost lose their addresses", async () => {
  await using backup = new Lab();
  const before = backup.start();
  await fill(backup);
  await before.stop();

  await using lab = new Lab();
  const restored = new AbortController();
  let isSlow = true;
  const writes: string[] = [];
  const rest = toRestClient(async (request) => {
    if (!restored.signal.aborted) {
      const signals = [restored.signal, request.abortSignal].filter((one) => one !== undefined);
      return await lab.rest().performRequest({ ...request, abortSignal: AbortSignal.any(signals) });
    }
    const isWrite = request.method !== "GET";
    if (isWrite) writes.push(`${request.method} ${request.path}`);
    if (isSlow && (isWrite || request.path.endsWith("/virtualmachines"))) {
      throw new ApiError({ code: 503, reason: "ServiceUnavailable", message: "wait" }, request);
    }
    return await backup.rest().performRequest(request);
  });
  lab.start({ rest });
  await fill(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.pass(120_000);
  deepStrictEqual(Object.keys(await lab.allocations(POOL)), [mac(1), mac(2)]);

  restored.abort(new Error("The connection was lost"));
  await lab.clock.advance(120_000);
  deepStrictEqual(writes, []);
  isSlow = false;
  await lab.clock.advance(120_000);
  deepStrictEqual(Object.keys(await backup.allocations(POOL)), [mac(1)]);
  const said = lab.log.lines.map(({ message }) => message);
  ok(said.includes("Everything is known anew, going on to work"), said.join("\n"));
});

Deno.test("S1: what a restore of etcd interrupted does not count as failed, where it is about what the server has no more", async () => {
  await using backup = new Lab();
  const before = backup.start();
  await fill(backup);
  await before.stop();

  await using lab = new Lab();
  const restored = new AbortController();
  const asked: string[] = [];
  let isSlow = true;
  const rest = toRestClient(async (request) => {
    const { abortSignal, method, path, bodyJson } = request;
    if (method === "POST" && JSON.stringify(bodyJson).includes('"vmName":"db"')) {
      asked.push(method);
      return await abortable(new Promise<never>(() => undefined), abortSignal);
    }
    if (restored.signal.aborted && isSlow && path.endsWith("/virtualmachines")) {
      throw new ApiError({ code: 503, reason: "ServiceUnavailable", message: "wait" }, request);
    }
    if (restored.signal.aborted) return await backup.rest().performRequest(request);
    const signals = [restored.signal, abortSignal].filter((one) => one !== undefined);
    return await lab.rest().performRequest({ ...request, abortSignal: AbortSignal.any(signals) });
  });
  const { controller } = lab.start({ rest });
  await fill(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  // The informer of networks finds out before that of VMs does.
  for (let n = 0; n < 20; n++) {
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(`default/other-${n}`));
  }
  await lab.clock.advance(10_000);
  restored.abort(new Error("The connection was lost"));
  await lab.clock.advance(120_000);
  isSlow = false;
  await lab.clock.advance(120_000);
  deepStrictEqual([asked.length, [...controller.failures]], [1, []]);
});

Deno.test("S1: after a restore of etcd agents are listened to anew before what they know is waited for no more", async () => {
  await using backup = new Lab();
  const before = backup.start();
  await fill(backup);
  await before.stop();

  await using lab = new Lab();
  const restored = new AbortController();
  const listedAt: number[] = [];
  const rest = toRestClient(async (request) => {
    if (restored.signal.aborted) {
      const isList = request.path.endsWith("/leases") && request.expectStream !== true;
      if (isList) listedAt.push(lab.clock.monotonic());
      return await backup.rest().performRequest(request);
    }
    const signals = [restored.signal, request.abortSignal].filter((one) => one !== undefined);
    return await lab.rest().performRequest({ ...request, abortSignal: AbortSignal.any(signals) });
  });
  lab.start({ rest });
  await fill(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.pass(120_000);
  restored.abort(new Error("The connection was lost"));
  await lab.clock.advance(60_000);
  const [first = NaN] = listedAt;
  const last = (listedAt.at(-1) ?? NaN) - first;
  ok(last >= 5_000 && last < 15_000, listedAt.join());
});

Deno.test("S1: where etcd is restored once more before everything is known, that is waited for, too", async () => {
  const servers = [new Lab(), new Lab(), new Lab()] as const;
  await using lab = servers[0];
  await using first = servers[1];
  await using second = servers[2];
  for (const [server, count] of [[first, 60], [second, 30]] as const) {
    const before = server.start();
    await fill(server);
    await networks(server, count);
    await before.stop();
  }
  await second.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  const connections = servers.map(() => new AbortController());
  // After the first restore VMs cannot be listed, after the second one pools.
  const silent = [/^$/, /\/virtualmachines$/, /\/ippools$/];
  let restores = 0;
  const writes: string[] = [];
  const rest = toRestClient(async (request) => {
    if (restores > 0 && request.method !== "GET") writes.push(`${request.method} ${request.path}`);
    if (request.method === "GET" && silent[restores]?.test(request.path)) {
      throw new ApiError({ code: 503, reason: "ServiceUnavailable", message: "wait" }, request);
    }
    const signals = [connections[restores]?.signal, request.abortSignal];
    const abortSignal = AbortSignal.any(signals.filter((one) => one !== undefined));
    return await (servers[restores] ?? lab).rest().performRequest({ ...request, abortSignal });
  });
  lab.start({ rest });
  await fill(lab);
  // Networks are known up to a version that the others never had. VMs are known up to an early one: nothing tells of them.
  await networks(lab, 120);
  await lab.clock.advance(10_000);
  while (restores < 2) {
    connections[restores++]?.abort(new Error("The connection was lost"));
    await lab.clock.advance(120_000);
    deepStrictEqual(writes, [], `after restore ${restores}`);
  }
  silent.length = 0;
  await lab.clock.advance(120_000);
  deepStrictEqual(Object.keys(await second.allocations(POOL)), [mac(1), mac(2)]);
});

Deno.test("S1: where the Lease shows that etcd was restored everything is known anew, also by who has watches that are dead without a word", async () => {
  await using backup = new Lab();
  const before = backup.start();
  await fill(backup);
  await before.stop();

  await using lab = new Lab();
  let isRestored = false;
  let onNewHistory = () => {};
  lab.start({
    rest: toRestClient((request) => (isRestored ? backup : lab).rest().performRequest(request)),
    leadership: {
      leading: true,
      onChange: () => {},
      onNewHistory: (handler) => onNewHistory = handler,
    },
  });
  await fill(lab);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.settle();
  deepStrictEqual(await lab.allocations(POOL), {});

  isRestored = true;
  await backup.delete(VIRTUAL_MACHINES, "default/web");
  await backup.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  onNewHistory();
  await lab.clock.advance(10_000);
  deepStrictEqual(Object.keys(await backup.allocations(POOL)), [mac(2)]);
});

async function networks(lab: Lab, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(`default/other-${n}`));
  }
  await lab.settle();
}
