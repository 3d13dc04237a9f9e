import assert from "node:assert/strict";
import { getCondition } from "../../core/api/mod.ts";
import type { KubeObject } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";
import { ready } from "./ready.ts";

const POOL = "default/net-48";
const WEB = "default/web";
const ANNOTATION = "dhcp-options.network.harvesterhci.io/nic-1";

/** The VM default/web with options for its first NIC, as text. */
function web(options: string | undefined, nic = "nic-1"): object {
  const key = `dhcp-options.network.harvesterhci.io/${nic}`;
  return vm(
    WEB,
    [{ mac: mac(1) }],
    options === undefined ? {} : { annotations: { [key]: options } },
  );
}

async function annotate(lab: Lab, options: string | null): Promise<void> {
  await lab.patch(VIRTUAL_MACHINES, WEB, { metadata: { annotations: { [ANNOTATION]: options } } });
  await lab.settle();
}

async function clients(lab: Lab): Promise<unknown> {
  return (await lab.pool(POOL)).status?.ipv4?.clients;
}

async function applied(lab: Lab, key = WEB): Promise<string | undefined> {
  const condition = getCondition((await lab.config(key)).status?.conditions, "OptionsApplied");
  return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
}

async function told(lab: Lab, name = "web"): Promise<readonly string[]> {
  const events = (await lab.events(name)).filter(({ type }) => type === "Warning");
  return events.map(({ reason, message }) => `${reason}: ${message}`);
}

Deno.test("the options of a VM's annotation are in the object's entry, its status and the pool's record, and follow the annotation, and the address stays", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"mtu": 1400, "router": ""}'));
  await lab.settle();
  const [address = ""] = await lab.addresses(WEB);
  for (
    const [text, options] of [
      ['{"mtu": 1400, "router": ""}', { mtu: 1400, router: "" }],
      ['{"dns": ["192.168.48.3"]}', { dns: ["192.168.48.3"] }],
      ['{"mtu": 1300, "dns": []}', { mtu: 1300, dns: [] }],
    ] as const
  ) {
    await annotate(lab, text);
    const { spec, status } = await lab.config(WEB);
    assert.deepEqual(spec.networkConfig?.[0]?.options, options);
    assert.deepEqual(status?.networkConfig?.[0]?.options, options);
    assert.deepEqual(await clients(lab), { [mac(1)]: { options } });
    assert.equal(await applied(lab), "True OptionsApplied: Every NIC is told its own options");
    assert.deepEqual(await lab.addresses(WEB), [address]);
  }
  await annotate(lab, null);
  const { spec, status } = await lab.config(WEB);
  assert.equal("options" in (spec.networkConfig?.[0] ?? {}), false);
  assert.equal("options" in (status?.networkConfig?.[0] ?? {}), false);
  assert.equal(await clients(lab), undefined);
  assert.equal(await applied(lab), undefined);
  assert.deepEqual(await lab.addresses(WEB), [address]);
});

Deno.test("a bad field of an annotation is named with its value by an Event on the VM and a condition, and the other fields are told", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"mtu": "big", "domainName": "a.example"}'));
  await lab.settle();
  const message =
    `Options of NIC nic-1 (annotation ${ANNOTATION}): mtu: must be a whole number: "big"`;
  assert.deepEqual(await told(lab), [`InvalidOptions: ${message}`]);
  assert.equal(await applied(lab), `False InvalidOptions: ${message}`);
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: { domainName: "a.example" } } });
  assert.equal((await lab.addresses(WEB)).length, 1);
  // Only what cannot be read changes: the entry stays as it is.
  await annotate(lab, '{"mtu": "huge", "domainName": "a.example"}');
  assert.equal(await applied(lab), `False InvalidOptions: ${message.replace("big", "huge")}`);
  await annotate(lab, '{"mtu": 1400, "domainName": "a.example"}');
  assert.equal(await applied(lab), "True OptionsApplied: Every NIC is told its own options");
});

Deno.test("an annotation that is no JSON object is named, and the NIC has its address", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web("mtu=1400"));
  await lab.settle();
  const [event = ""] = await told(lab);
  assert.match(
    event,
    /^InvalidOptions: Options of NIC .* \(annotation dhcp-options\..*must be .*mtu=1400/,
  );
  assert.equal((await lab.addresses(WEB)).length, 1);
  assert.equal(await clients(lab), undefined);
});

Deno.test("what only the pool's network refuses is named to the VM, and heals with the pool", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"router": "10.99.0.1", "mtu": 1400}'));
  await lab.settle();
  const [event = ""] = await told(lab);
  assert.match(
    event,
    /^InvalidOptions: Options of NIC 52:54:00:00:00:01: router: must be .*"10\.99\.0\.1"$/,
  );
  assert.match(await applied(lab) ?? "", /^False InvalidOptions: Options of NIC .*"10\.99\.0\.1"$/);
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: { mtu: 1400 } } });
  const routes = [{ destination: "10.99.0.1/32", gateway: "0.0.0.0" }];
  await lab.patch(IPPOOLS, POOL, { spec: { ipv4Config: { routes } } });
  await lab.settle();
  assert.deepEqual(await clients(lab), {
    [mac(1)]: { options: { router: "10.99.0.1", mtu: 1400 } },
  });
  assert.equal(await applied(lab), "True OptionsApplied: Every NIC is told its own options");
});

Deno.test("options for a NIC that the VM does not have, or that is opted out, are named", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"mtu": 1400}', "eth9"));
  await lab.settle();
  const unknown = `Annotation ${
    ANNOTATION.replace("nic-1", "eth9")
  } names a NIC that the VM does not have: eth9`;
  assert.deepEqual(await told(lab), [`UnknownNic: ${unknown}`]);
  assert.equal(await applied(lab), `False InvalidOptions: ${unknown}`);
  await lab.patch(VIRTUAL_MACHINES, WEB, {
    metadata: {
      annotations: {
        [ANNOTATION]: '{"mtu": 1400}',
        "network.harvesterhci.io/managed-dhcp": "nic-1",
      },
    },
  });
  await lab.settle();
  assert.ok(
    (await told(lab)).includes(
      `NicOptedOut: Annotation ${ANNOTATION} is for a NIC that is opted out of managed DHCP: nic-1`,
    ),
  );
  assert.equal(await clients(lab), undefined);
});

Deno.test("a reservation's options are told, stay when its VM comes, and give way to the VM's annotation field by field", async () => {
  await using lab = await ready();
  const options = { mtu: 1400, domainName: "a.example" };
  await lab.create(VMNETCFGS, reservation(WEB, [{ macAddress: mac(1), options }]));
  await lab.settle();
  const addresses = await lab.addresses(WEB);
  assert.deepEqual(await clients(lab), { [mac(1)]: { options } });
  await lab.create(VIRTUAL_MACHINES, web(undefined));
  await lab.settle();
  assert.deepEqual((await lab.config(WEB)).spec.networkConfig?.[0]?.options, options);
  await annotate(lab, '{"mtu": 1300, "wpad": ""}');
  const both = { domainName: "a.example", mtu: 1300, wpad: "" };
  assert.deepEqual((await lab.config(WEB)).spec.networkConfig?.[0]?.options, both);
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: both } });
  await annotate(lab, null);
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: { domainName: "a.example" } } });
  assert.deepEqual(await lab.addresses(WEB), addresses);
});

Deno.test("a reservation's bad options are named on it, and the rest is told", async () => {
  await using lab = await ready();
  const options = { router: "10.99.0.1", mtu: 1400 };
  await lab.create(VMNETCFGS, reservation(WEB, [{ macAddress: mac(1), options }]));
  await lab.settle();
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: { mtu: 1400 } } });
  assert.match(await applied(lab) ?? "", /^False InvalidOptions: .*router: .*"10\.99\.0\.1"$/);
  assert.match((await told(lab))[0] ?? "", /^InvalidOptions: .*router: .*"10\.99\.0\.1"$/);
  assert.equal((await lab.addresses(WEB)).length, 1);
});

Deno.test("a NIC whose MAC address changes takes its options along; its former one is told nothing", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"mtu": 1400}'));
  await lab.settle();
  const addresses = await lab.addresses(WEB);
  const { spec } = vm(WEB, [{ mac: mac(2) }]) as { readonly spec: object };
  await lab.patch(VIRTUAL_MACHINES, WEB, { spec });
  await lab.settle();
  assert.deepEqual(await clients(lab), { [mac(2)]: { options: { mtu: 1400 } } });
  assert.deepEqual(await lab.addresses(WEB), addresses);
});

Deno.test("options go with the lease: of a paused object, of a VM that is deleted", async () => {
  await using lab = await ready();
  await lab.create(VIRTUAL_MACHINES, web('{"mtu": 1400}'));
  await lab.settle();
  const addresses = await lab.addresses(WEB);
  await lab.patch(VMNETCFGS, WEB, { spec: { paused: true } });
  await lab.settle();
  assert.equal(await clients(lab), undefined);
  assert.equal((await lab.config(WEB)).status?.networkConfig?.[0]?.options, undefined);
  await lab.patch(VMNETCFGS, WEB, { spec: { paused: false } });
  await lab.settle();
  assert.deepEqual(await clients(lab), { [mac(1)]: { options: { mtu: 1400 } } });
  assert.deepEqual(await lab.addresses(WEB), addresses);
  await lab.delete(VIRTUAL_MACHINES, WEB);
  await lab.pass(5_000);
  assert.equal(await clients(lab), undefined);
});

async function poolWrites(lab: Lab): Promise<number> {
  const writes = Object.entries(await lab.writes());
  return writes.filter(([what]) => what.includes(" ippools"))
    .reduce((sum, [, count]) => sum + count, 0);
}

Deno.test("host names come and go with the pool's word, in the write of the record", async () => {
  await using lab = await ready();
  await lab.patch(IPPOOLS, POOL, { spec: { ipv4Config: { hostnames: true } } });
  await lab.settle();
  const before = await poolWrites(lab);
  await lab.create(VIRTUAL_MACHINES, vm("default/db.lab", [{ mac: mac(2) }]));
  await lab.settle();
  assert.deepEqual(await clients(lab), { [mac(2)]: { hostName: "db" } });
  assert.equal(await poolWrites(lab), before + 1);
  assert.equal(await applied(lab, "default/db.lab"), undefined);
  await lab.patch(IPPOOLS, POOL, { spec: { ipv4Config: { hostnames: false } } });
  await lab.settle();
  assert.equal(await clients(lab), undefined);
});

Deno.test("a resync and a restart of the controller find nothing to write where NICs have options, good and bad", async () => {
  await using lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await lab.create(IPPOOLS, pool(POOL, { hostnames: true }));
  const first = lab.start();
  await lab.create(VIRTUAL_MACHINES, web('{"router": "10.99.0.1", "mtu": "x", "wpad": ""}'));
  await lab.pass(700_000);
  const kinds = [IPPOOLS, VMNETCFGS, VIRTUAL_MACHINES];
  const versions = async () => {
    const lists = await Promise.all(kinds.map((kind) => lab.kube.of<KubeObject>(kind).list()));
    return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.resourceVersion));
  };
  const before = await versions();
  await lab.pass(700_000);
  await first.stop();
  lab.start();
  await lab.settle();
  assert.deepEqual(await versions(), before);
});
