/**
 * Many VMs on many networks at once, with an API server that takes its time for each write.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  createInformer,
  IPPOOLS,
  NAMESPACES,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { Clock } from "../../runtime/clock.ts";
import { Lab } from "./lab.ts";
import { mac, pool, vm } from "./objects.ts";

const POOLS = 20;
const VMS_EACH = 20;
const WRITE_MS = 10;
/** Of a pool while it has nothing else to wait for, and from turn to turn where nothing else is written. */
const GATHERING_MS = 1_500;
const TURN_MS = 250;

Deno.test("Many VMs on many networks take one write of a pool for 24 of their own, and none waits for more than a round of all pools", async () => {
  await using lab = new Lab();
  const before = await withPools(lab, slow(lab.rest(), lab.clock));
  const waits = followWaits(lab);
  await createVms(lab, POOLS * VMS_EACH);
  await lab.settle();
  for (let n = 0; n < POOLS; n++) {
    assert.equal((await lab.pool(`default/net-${n}`)).status?.ipv4?.used, VMS_EACH);
  }
  const writes = await poolWrites(lab) - before;
  // Each pool is also written when all VMs have their objects, and some were at once when nobody had written for long.
  assert.ok(writes <= 2 * POOLS * VMS_EACH / 24 + POOLS + 4, `${writes} writes`);
  assert.equal((await lab.writes())["update ippools/status 409"], undefined);
  // Eight writes at once, in which a round of all pools has 24 others each; then the statuses of those that came before.
  const roundMs = POOLS * 24 * WRITE_MS / 8;
  const longest = Math.max(...await waits());
  assert.ok(longest <= GATHERING_MS + 2 * roundMs, `${longest} ms`);
});

Deno.test("VMs whose objects the server does not answer for keep no other VM's address from a pool", async () => {
  await using lab = new Lab();
  let isStuck = false;
  const rest = toRestClient(async (request) => {
    const waits = isStuck && request.method === "POST" && request.path.includes("/stuck/");
    if (waits) await lab.clock.sleep(60_000, request.abortSignal);
    return await lab.rest().performRequest(request);
  });
  await withPools(lab, rest);
  isStuck = true;
  await lab.create(NAMESPACES, { metadata: { name: "stuck" } });
  await createVms(lab, 5, "stuck");
  await createVms(lab, POOLS);
  await lab.clock.advance(GATHERING_MS + POOLS * TURN_MS);
  for (let n = 0; n < POOLS; n++) {
    assert.equal((await lab.addresses(`default/vm-${n}`)).length, 1, `vm-${n}`);
  }
});

/** Notes how long each VM's object waits for its status; answers the waits, in milliseconds. */
function followWaits(lab: Lab): () => Promise<readonly number[]> {
  const stop = new AbortController();
  const configs = createInformer({ client: lab.kube.of(VMNETCFGS), clock: lab.clock });
  const since = new Map<string, number>();
  const waits: number[] = [];
  configs.onChange((key, before, after) => {
    const now = lab.clock.monotonic();
    if (before === undefined) since.set(key, now);
    else if (before.status === undefined && after?.status !== undefined) {
      waits.push(now - (since.get(key) ?? now));
    }
  });
  const following = configs.run(stop.signal);
  return async () => {
    stop.abort();
    await following;
    return waits;
  };
}

/** Starts a controller with pools that it knows; answers how often it has written them. */
async function withPools(lab: Lab, rest: RestClient): Promise<number> {
  lab.start({ rest });
  for (let n = 0; n < POOLS; n++) await lab.create(IPPOOLS, pool(`default/net-${n}`, RANGE));
  await lab.settle();
  return await poolWrites(lab);
}

const RANGE = { pool: { start: "192.168.48.100", end: "192.168.48.199" } };

/** The next one is on the next network. */
async function createVms(lab: Lab, count: number, namespace = "default"): Promise<void> {
  for (let n = 0; n < count; n++) {
    const nic = {
      network: `default/net-${n % POOLS}`,
      mac: mac(n + (namespace === "default" ? 0 : 1_000)),
    };
    await lab.create(VIRTUAL_MACHINES, vm(`${namespace}/vm-${n}`, [nic]));
  }
}

async function poolWrites(lab: Lab): Promise<number> {
  return (await lab.writes())["update ippools/status 200"] ?? 0;
}

function slow(rest: RestClient, clock: Clock): RestClient {
  return toRestClient(async (request) => {
    if (request.method !== "GET") await clock.sleep(WRITE_MS, request.abortSignal);
    return await rest.performRequest(request);
  });
}
