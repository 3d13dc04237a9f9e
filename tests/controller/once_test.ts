import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION, type VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import { dryRun } from "../../controller/once/dry_run.ts";
import { dryRunReport } from "../../controller/once/dry_run_report.ts";
import { type OnceResult, runOnce } from "../../controller/once/once.ts";
import type { ControllerOptions } from "../../controller/types.ts";
import type { RestClient } from "../../kube/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { assertConsistent } from "./invariants.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";
import { loadRecorded, recordedObjects } from "./recorded.ts";

async function once(
  lab: Lab,
  rest: RestClient = lab.rest(),
  more: Partial<ControllerOptions> = {},
): Promise<OnceResult> {
  const agentNamespace = "default";
  const { clock, log } = lab;
  const options = { rest, clock, random: () => 0.5, log, agentNamespace, ...more };
  const running = runOnce(options, new AbortController().signal);
  let ended = false;
  const end = () => ended = true;
  running.then(end, end);
  await lab.clock.advanceUntil(() => ended, { stepMs: 10 });
  return await running;
}

async function someVms(lab: Lab): Promise<void> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.create(
    VMNETCFGS,
    reservation("default/db", [{ macAddress: mac(2), ipAddress: "192.168.48.85" }]),
  );
}

Deno.test("once brings everything in order, and the second time writes nothing", async () => {
  await using lab = new Lab();
  await someVms(lab);
  const first = await once(lab);
  assert.deepEqual(first.problems, []);
  assert.ok(first.writes > 0);
  await assertConsistent(lab);
  const before = lab.api.resourceVersion;
  assert.deepEqual(await once(lab), { rounds: 1, writes: 0, problems: [] });
  assert.equal(lab.api.resourceVersion, before);
});

Deno.test("once deletes what a VM owned that is gone, though no garbage collector runs", async () => {
  await using lab = new Lab();
  await someVms(lab);
  await once(lab);
  const { metadata } = await lab.config("default/web");
  // The collector does not know this version, and lets its objects be.
  const ownerReferences = metadata.ownerReferences?.map((owner) => ({
    ...owner,
    apiVersion: "kubevirt.io/v1alpha3",
  }));
  await lab.kube.of(VIRTUAL_MACHINES).delete({ namespace: "default", name: "web" }, {
    propagationPolicy: "Orphan",
  });
  await lab.patch(VMNETCFGS, "default/web", {
    metadata: { ownerReferences: ownerReferences ?? [] },
  });
  await once(lab);
  assert.equal(await lab.get(VMNETCFGS, "default/web"), undefined);
  await assertConsistent(lab);
});

Deno.test("once names what it could not do", async () => {
  await using lab = new Lab();
  await someVms(lab);
  const rest = lab.rest();
  const refusing = dryRun(rest, lab.clock.now).rest;
  const result = await once(lab, {
    ...refusing,
    performRequest: ((request: Parameters<typeof rest.performRequest>[0]) =>
      request.path.endsWith("/virtualmachinenetworkconfigs") && request.method === "POST"
        ? Promise.reject(Object.assign(new Error("forbidden"), { status: 403 }))
        : refusing.performRequest(request)) as RestClient["performRequest"],
  });
  assert.equal(result.problems.length, 1);
  assert.match(result.problems[0] ?? "", /^vms default\/web: .*forbidden/);
});

Deno.test("a dry run writes nothing, and says exactly what the real run then writes", async () => {
  await using lab = new Lab();
  await someVms(lab);
  const before = lab.api.resourceVersion;
  const dry = dryRun(lab.rest(), () => lab.clock.now());
  const result = await once(lab, dry.rest, { history: false });
  assert.deepEqual(result.problems, []);
  assert.equal(lab.api.resourceVersion, before);
  const planned = dry.changes().find(({ name }) => name === "ippools default/net-48")?.after;
  const report = dryRunReport(dry.changes());
  assert.match(report, /^--- \/dev\/null\n\+\+\+ virtualmachinenetworkconfigs default\/web$/m);
  assert.match(report, /^\+ +- allocatedIPAddress: 192\.168\.48\.85$/m);
  assert.match(report, /^Objects: 1 would be created, 3 changed, 0 deleted$/m);
  assert.match(report, /^Allocations: 2 would change$/m);
  await once(lab);
  const real = await lab.pool("default/net-48");
  assert.deepEqual((planned as typeof real).status?.ipv4, real.status?.ipv4);
});

Deno.test("a dry run finds nothing to change where NICs have options, good and bad, and after a restore without status only what the run then writes", async () => {
  await using lab = new Lab();
  await someVms(lab);
  const options = '{"router": "10.99.0.1", "mtu": "x", "wpad": ""}';
  await lab.patch(VIRTUAL_MACHINES, "default/web", {
    metadata: { annotations: { "dhcp-options.network.harvesterhci.io/nic-1": options } },
  });
  await lab.patch(IPPOOLS, "default/net-48", { spec: { ipv4Config: { hostnames: true } } });
  assert.deepEqual((await once(lab)).problems, []);
  const told = (await lab.pool("default/net-48")).status?.ipv4?.clients;
  assert.deepEqual(told?.[mac(1)], { hostName: "web", options: { wpad: "" } });
  const dry = dryRun(lab.rest(), () => lab.clock.now());
  await once(lab, dry.rest);
  assert.match(dryRunReport(dry.changes()), /^Objects: 0 would be created, 0 changed, 0 deleted$/m);
  await lab.patch(IPPOOLS, "default/net-48", { status: null });
  await lab.patch(VMNETCFGS, "default/web", { status: null });
  assert.deepEqual((await once(lab)).problems, []);
  assert.deepEqual((await lab.pool("default/net-48")).status?.ipv4?.clients, told);
});

Deno.test("what the Go version wrote is taken over: no allocation changes but the one that hung", async () => {
  await using lab = new Lab();
  await loadRecorded(lab.kube);
  const dry = dryRun(lab.rest(), () => lab.clock.now());
  await once(lab, dry.rest);
  assert.match(
    dryRunReport(dry.changes()),
    /^Allocations: 1 would change\n {2}ippools prod\/example-pool: 52:54:00:11:22:07 would give 192\.168\.100\.112 back\n0 addresses would change\n$/m,
  );
  assert.deepEqual((await once(lab)).problems, []);
  for (const recorded of await recordedObjects(IPPOOLS)) {
    const { namespace, name } = recorded.metadata;
    const allocated = { ...(recorded as Awaited<ReturnType<Lab["pool"]>>).status?.ipv4?.allocated };
    delete allocated["192.168.100.112"];
    const now = (await lab.pool(`${namespace}/${name}`)).status?.ipv4?.allocated;
    assert.equal(JSON.stringify(now), JSON.stringify(allocated), name);
  }
  assert.equal(await lab.get(VMNETCFGS, "prod/was-deleted"), undefined);
});

Deno.test("of what the Go version wrote, an object with its address is given its note and what sums it up, and nothing else of it is written", async () => {
  await using lab = new Lab();
  await loadRecorded(lab.kube);
  const names = [
    "default/by-hand",
    "default/test-vm",
    "default/two-nics",
    "prod/annotated",
    "tenant-a/guest-0",
  ];
  const before = await Promise.all(names.map((name) => lab.config(name)));
  await once(lab);
  for (const [index, name] of names.entries()) {
    const after = await lab.config(name);
    const { [ADDRESSES_ANNOTATION]: note = "", ...annotations } = after.metadata.annotations ?? {};
    assert.match(note, /"address":/, name);
    const { observedGeneration, addresses = "", conditions = [], ...status } = after.status ?? {};
    assert.equal(observedGeneration, after.metadata.generation);
    assert.deepEqual(addresses.split(","), await lab.addresses(name));
    assert.deepEqual(conditions.at(-1)?.type, "Ready");
    const shown = { ...status, conditions: conditions.slice(0, -1) };
    assert.deepEqual(
      unwritten({ ...after, status: shown, metadata: { ...after.metadata, annotations } }),
      unwritten(before[index]),
    );
  }
});

/** An object without what every write changes. */
function unwritten(config: VirtualMachineNetworkConfig | undefined): object {
  const { resourceVersion: _, annotations = {}, ...metadata } = config?.metadata ?? {};
  return { ...config, metadata: { ...metadata, annotations } };
}

Deno.test("what waited under the Go version is served when its pool grows", async () => {
  await using lab = new Lab();
  await loadRecorded(lab.kube);
  await once(lab);
  await lab.patch(IPPOOLS, "tenant-a/isolated", {
    spec: { ipv4Config: { pool: { end: "192.168.48.13" } } },
  });
  await once(lab);
  assert.deepEqual(await lab.addresses("tenant-a/guest-3"), ["192.168.48.13"]);
});
