import assert from "node:assert/strict";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/objects/resources.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

const KEY = "default/net-48";
const HOUR = 3_600_000;

/** The series of a name without its prefix: labels -> value. */
async function series(lab: Lab, name: string): Promise<Readonly<Record<string, number>>> {
  const lines = (await lab.controller.metrics()).matchAll(
    new RegExp(`^vmdhcpcontroller_${name}(?:\\{(.*)\\})? (\\S+)$`, "gm"),
  );
  return Object.fromEntries([...lines].map(([, labels = "", value]) => [labels, Number(value)]));
}

Deno.test("the controller measures how long a new VM waits for its first address, and no VM that it found", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(KEY));
  await lab.create(IPPOOLS, pool(KEY));
  await lab.create(VIRTUAL_MACHINES, vm("default/old", [{ mac: mac(1) }]));
  lab.start();
  await lab.settle();
  assert.deepEqual(await series(lab, "address_seconds_count"), { "": 0 });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(2) }]));
  await lab.settle();
  assert.deepEqual(await series(lab, "address_seconds_count"), { "": 1 });
  const { "": seconds = NaN } = await series(lab, "address_seconds_sum");
  assert.ok(seconds > 0 && seconds < 2, `${seconds} s`);
  await lab.patch(VIRTUAL_MACHINES, "default/web", { metadata: { labels: { a: "b" } } });
  await lab.settle();
  assert.deepEqual(await series(lab, "address_seconds_count"), { "": 1 });
});

Deno.test("the controller measures the wait of a VM whose pool comes later, from when the VM was seen", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(KEY));
  lab.start();
  await lab.settle();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.pass(60_000);
  await lab.create(IPPOOLS, pool(KEY));
  await lab.settle();
  const { "": seconds = NaN } = await series(lab, "address_seconds_sum");
  assert.ok(seconds >= 60 && seconds < 63, `${seconds} s`);
});

Deno.test("the controller tells how full a pool is, and nothing of it when it is gone", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  assert.deepEqual(await series(lab, "ippool_fill_ratio"), { [`ippool="${KEY}"`]: 0.1 });
  assert.deepEqual(await series(lab, "ippool_conflicts"), { [`ippool="${KEY}"`]: 0 });
  const conditions = await series(lab, "ippool_condition");
  assert.equal(conditions[`ippool="${KEY}",condition="Registered",status="True"`], 1);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.delete(IPPOOLS, KEY);
  await lab.pass(120_000);
  assert.deepEqual(await series(lab, "ippool_fill_ratio"), {});
  assert.deepEqual(await series(lab, "ippool_condition"), {});
});

Deno.test("the controller tells when a pool that fills will be full", async () => {
  await using lab = await ready();
  for (let number = 1; number <= 4; number++) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${number}`, [{ mac: mac(number) }]));
    await lab.pass(HOUR / 2);
    await series(lab, "ippool_full_in_seconds");
  }
  const { [`ippool="${KEY}"`]: seconds = NaN } = await series(lab, "ippool_full_in_seconds");
  // Two an hour, six left.
  assert.ok(Math.abs(seconds - 3 * 3_600) < 600, `${seconds} s`);
});

Deno.test("the controller tells how many changes are not in their history yet, and for how long", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(9) }]));
  await lab.pass(10_000);
  const waiting = async () => [
    (await series(lab, "history_waiting_rows"))[""],
    Math.round((await series(lab, "history_lag_seconds"))[""] ?? NaN),
  ];
  assert.deepEqual(await waiting(), [0, 0]);
  for (const number of [1, 2, 3]) {
    await lab.create(VIRTUAL_MACHINES, vm(`default/vm-${number}`, [{ mac: mac(number) }]));
  }
  await lab.pass(30_000);
  assert.deepEqual(await waiting(), [3, 30]);
  await lab.pass(120_000);
  assert.deepEqual(await waiting(), [0, 0]);
});

Deno.test("the controller counts what goes well as such: an alert on errors would never end", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const counted = await series(lab, "reconciles_total");
  assert.ok((counted['queue="vms",result="ok"'] ?? 0) > 0);
  assert.deepEqual(Object.keys(counted).filter((labels) => !labels.endsWith('result="ok"')), []);
});

Deno.test("the controller tells how many keys wait in each queue or are being worked on", async () => {
  await using lab = await ready();
  const queues = ["vms", "configs", "annotations", "pools", "networks"];
  const depths = Object.fromEntries(queues.map((queue) => [`queue="${queue}"`, 0]));
  assert.deepEqual(await series(lab, "queue_depth"), depths);
});

Deno.test("a change of a pool that changes nothing of who serves its network has no VM looked at", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const looks = async () => {
    const found = Object.entries(await series(lab, "reconciles_total"));
    const of = (queue: string) =>
      found.filter(([labels]) => labels.includes(`queue="${queue}"`))
        .reduce((sum, [, count]) => sum + count, 0);
    return { pools: of("pools"), vms: of("vms"), networks: of("networks") };
  };
  const before = await looks();
  await lab.patch(IPPOOLS, KEY, { metadata: { labels: { a: "b" } } });
  await lab.settle();
  const after = await looks();
  assert.ok(after.pools > before.pools);
  assert.deepEqual(after, { ...before, pools: after.pools });
});

Deno.test("the controller tells whether it leads", async () => {
  await using lab = await ready();
  assert.deepEqual(await series(lab, "leading"), { "": 1 });
  const standby = lab.start({ leadership: { leading: false, onChange: () => undefined } });
  assert.match(await standby.controller.metrics(), /^vmdhcpcontroller_leading 0$/m);
});
