import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { leave as leaveProgram } from "../../controller/leave/leave.ts";
import { leaveRecords } from "../../controller/leave/leave_records.ts";
import { getCondition, type IPPool } from "../../core/api/mod.ts";
import { ApiError } from "../../kube/errors.ts";
import {
  createKubeClient,
  IPPOOLS,
  LeaderElection,
  LEASES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, vm } from "./objects.ts";

const NET = "default/net-48";
const LEASE = { namespace: "default", name: "vm-dhcp-controllers" };
const AGENT = { namespace: "vm-dhcp", name: "agent-1", image: "", uid: "" };
const VMS = [1, 2, 3, 4, 5].map((n) => ({ key: `default/vm-${n}`, mac: mac(n) }));

/** A pool with VMs, an agent that answers, and a controller that is taken away. */
async function taken(lab: Lab): Promise<void> {
  const running = lab.start();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(NET));
  await lab.create(IPPOOLS, pool(NET));
  for (const one of VMS) await lab.create(VIRTUAL_MACHINES, vm(one.key, [{ mac: one.mac }]));
  await lab.settle();
  await running.stop();
  const { status } = await lab.pool(NET);
  await lab.kube.of(IPPOOLS).updateStatus({
    ...await lab.pool(NET),
    status: { ...status, agentPodRef: AGENT },
  } as IPPool);
}

async function leave(lab: Lab): Promise<readonly string[]> {
  const left: string[] = [];
  await leaveRecords({
    client: lab.kube,
    now: () => lab.clock.now(),
    onLeft: (object) => left.push(object),
    signal: AbortSignal.timeout(10_000),
  });
  return left;
}

Deno.test("I12: leaveRecords lets everything be deleted, and no pool says any more that it is served", async () => {
  await using lab = new Lab();
  await taken(lab);
  await lab.patch(IPPOOLS, NET, {
    metadata: {
      finalizers: ["example.com/other", "wrangler.cattle.io/vm-dhcp-ippool-controller"],
    },
  });
  const before = await lab.allocations(NET);
  deepStrictEqual(await leave(lab), [
    `IPPool ${NET}`,
    ...VMS.map(({ key }) => `VirtualMachineNetworkConfig ${key}`),
  ]);
  const { metadata, status } = await lab.pool(NET);
  deepStrictEqual(metadata.finalizers, ["example.com/other"], "others' finalizers are theirs");
  strictEqual(status?.agentPodRef, undefined);
  const ready = getCondition(status?.conditions, "AgentReady");
  deepStrictEqual([ready?.status, ready?.reason], ["False", "NotInstalled"]);
  match(ready?.message ?? "", /taken away/);
  deepStrictEqual(await lab.allocations(NET), before, "the record is kept");
  deepStrictEqual(await leave(lab), [], "a second time changes nothing");
  await lab.delete(VMNETCFGS, "default/vm-1");
  strictEqual(await lab.get(VMNETCFGS, "default/vm-1"), undefined);
});

Deno.test("I12: a controller that comes after leaveRecords gives everybody the address of before", async () => {
  await using lab = new Lab();
  await taken(lab);
  const before = await lab.allocations(NET);
  strictEqual(Object.keys(before).length, VMS.length);
  await leave(lab);
  // A VM that goes meanwhile takes its vmnetcfg along, and nobody gives its address back yet.
  await lab.delete(VIRTUAL_MACHINES, "default/vm-1");
  await lab.delete(VMNETCFGS, "default/vm-1").catch(() => undefined);
  lab.start();
  // A newcomer asks at once.
  await lab.create(VIRTUAL_MACHINES, vm("default/new", [{ mac: mac(99) }]));
  await lab.settle();
  const after = await lab.allocations(NET);
  for (const { mac } of VMS.slice(1)) strictEqual(after[mac], before[mac]);
  ok(after[mac(99)] !== undefined);
  await lab.pass(600_000);
  await assertConsistent(lab);
  ok(!(mac(1) in await lab.allocations(NET)), "what nobody claims is freed");
  const finalizers = (await lab.config("default/vm-2")).metadata.finalizers;
  deepStrictEqual(finalizers, ["wrangler.cattle.io/vm-dhcp-vmnetcfg-controller"]);
});

Deno.test("I12: leaveRecords goes on where others write the same objects", async () => {
  await using lab = new Lab();
  await taken(lab);
  let disturbed = 0;
  const client = createKubeClient(toRestClient(async (request) => {
    if (request.method !== "GET" && request.path.endsWith("/net-48/status") && disturbed++ < 2) {
      await lab.patch(IPPOOLS, NET, { metadata: { annotations: { n: `${disturbed}` } } });
    }
    return await lab.rest().performRequest(request as never) as never;
  }));
  await leaveRecords({
    client,
    now: () => lab.clock.now(),
    onLeft: () => {},
    signal: AbortSignal.timeout(10_000),
  });
  deepStrictEqual((await lab.pool(NET)).metadata.finalizers ?? [], []);
  deepStrictEqual((await lab.pool(NET)).metadata.annotations, { n: "2" });
});

Deno.test("I12: leaveRecords leaves all others where the API server refuses one, and names that one", async () => {
  await using lab = new Lab();
  await taken(lab);
  const client = createKubeClient(toRestClient(async (request) => {
    if (request.method !== "GET" && /\/(?:net-48\/status|vm-2)$/.test(request.path)) {
      throw new ApiError({ code: 422, reason: "Invalid", message: "spec is no good" }, request);
    }
    return await lab.rest().performRequest(request as never) as never;
  }));
  const left: string[] = [];
  await rejects(
    leaveRecords({
      client,
      now: () => lab.clock.now(),
      onLeft: (object) => left.push(object),
      signal: AbortSignal.timeout(10_000),
    }),
    /2 records could not be left: .*\/net-48\/status: 422 .*; .*\/vm-2: 422 /,
  );
  deepStrictEqual(
    left,
    [1, 3, 4, 5].map((n) => `VirtualMachineNetworkConfig default/vm-${n}`),
  );
});

/** Who takes part in the controllers' election. */
function candidate(lab: Lab, identity: string, rest: RestClient = lab.rest()): LeaderElection {
  return new LeaderElection({
    client: createKubeClient(rest),
    lease: LEASE,
    identity,
    durationMs: 15_000,
    renewMs: 2_000,
    onSilence: "stop",
    clock: lab.clock,
    random: () => 0.5,
  });
}

/** What `--leave` ends with, and its last line. */
async function leaveAs(
  lab: Lab,
  election: LeaderElection,
  rest: RestClient = lab.rest(),
): Promise<readonly unknown[]> {
  const { clock } = lab;
  const log = memoryLogger();
  const { signal } = new AbortController();
  const running = leaveProgram({ rest, election, clock, log, signal });
  let ended = false;
  const end = () => ended = true;
  running.then(end, end);
  await clock.advanceUntil(() => ended, { stepMs: 100 });
  const { level, message, keys } = log.lines.at(-1) ?? {};
  return [await running, level, message, keys?.reason];
}

Deno.test("I12: --leave fails and names who leads while a controller does, and works when that is gone", async () => {
  await using lab = new Lab();
  await taken(lab);
  const stop = new AbortController();
  const leader = candidate(lab, "vm-dhcp-controller-abc-1_0c5e");
  const leading = leader.run(stop.signal);
  await lab.clock.advanceUntil(() => leader.leading, { stepMs: 100 });
  const before = await lab.pool(NET);
  deepStrictEqual(await leaveAs(lab, candidate(lab, "me_1")), [
    1,
    "error",
    "No record was changed",
    "vm-dhcp-controller-abc-1 still leads; run --leave again when its pod is gone",
  ]);
  deepStrictEqual(await lab.pool(NET), before);
  stop.abort();
  await leading;
  const left = await leaveAs(lab, candidate(lab, "me_2"));
  deepStrictEqual(left, [0, "info", "The records are left", undefined]);
});

Deno.test("I12: --leave says why where it cannot have the lock", async () => {
  await using lab = new Lab();
  await taken(lab);
  const refusing = toRestClient(async (request) => {
    if (request.method !== "GET" && request.path.includes("/leases")) {
      throw new Error("leases is forbidden");
    }
    return await lab.rest().performRequest(request as never) as never;
  });
  const [code, , message, reason] = await leaveAs(lab, candidate(lab, "me_1", refusing));
  deepStrictEqual([code, message], [1, "No record was changed"]);
  match(String(reason), /^Lease default\/vm-dhcp-controllers .*: .*leases is forbidden/);
});

Deno.test("I12: --leave changes nothing more once a controller leads", async () => {
  await using lab = new Lab();
  await taken(lab);
  const writes: string[] = [];
  const rest = toRestClient(async (request) => {
    if (request.method !== "GET") {
      writes.push(request.path);
      const { metadata, spec } = await lab.kube.of(LEASES).get(LEASE) ?? {};
      await lab.kube.of(LEASES).patch(LEASE, {
        type: "merge",
        body: {
          metadata: { resourceVersion: metadata?.resourceVersion },
          spec: { ...spec, holderIdentity: "other" },
        },
      });
      await lab.clock.settle();
    }
    return await lab.rest().performRequest(request as never) as never;
  });
  await rejects(leaveAs(lab, candidate(lab, "me_1"), rest), /another controller may lead by now/);
  strictEqual(writes.length, 1);
});
