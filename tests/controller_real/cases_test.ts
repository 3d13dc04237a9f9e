import assert from "node:assert/strict";
import { getCondition } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { startRealCluster } from "../real/mod.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { isAnswered, Real, startController } from "./real.ts";

/** One pool each, so that no case disturbs another. */
const CASES: Readonly<Record<string, (real: Real, name: string) => Promise<void>>> = {
  "a pool with a bad CIDR": async (real, name) => {
    await real.network(`default/${name}`, { cidr: "192.168.300.0/24", pool: {} });
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    const { status } = await real.config(`default/${name}`);
    assert.equal(status?.networkConfig?.[0]?.reason, "PoolInvalid");
    const ready = getCondition(
      (await real.pool(`default/${name}`)).status?.conditions,
      "CacheReady",
    );
    assert.equal(`${ready?.status} ${ready?.reason}`, "False PoolInvalid");
    assert.match(ready?.message ?? "", /192\.168\.300\.0\/24/);
    await real.event(name, "PoolInvalid");
  },
  "two pools on one network": async (real, name) => {
    await real.network(`default/${name}`);
    await real.pool(`default/${name}`, ({ status }) => status?.conditions !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // Creation times have seconds.
    const second = `${name}-2`;
    await real.create(IPPOOLS, pool(`default/${second}`, {}, { networkName: `default/${name}` }));
    const { status } = await real.pool(
      `default/${second}`,
      ({ status }) => status?.conditions !== undefined,
    );
    const registered = getCondition(status?.conditions, "Registered");
    assert.equal(`${registered?.status} ${registered?.reason}`, "False NetworkAlreadyServed");
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    await real.config(`default/${name}`);
    const first = await real.pool(`default/${name}`);
    assert.ok(Object.values(first.status?.ipv4?.allocated ?? {}).includes(mac(1)));
  },
  "three NICs of which one is unmanaged": async (real, name) => {
    await real.network(`default/${name}`);
    await real.network(`default/${name}-b`, {
      cidr: "10.50.0.0/24",
      serverIP: "10.50.0.1",
      pool: {},
    });
    const networks = [name, "default/nobody", `${name}-b`];
    const nics = networks.map((network, n) => ({ network, mac: mac(n + 1) }));
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, nics));
    const { status } = await real.config(
      `default/${name}`,
      (config) => config.spec.networkConfig?.length === 2 && isAnswered(config),
    );
    assert.deepEqual(status?.networkConfig?.map(({ state }) => state), ["Allocated", "Allocated"]);
    await real.event(name, "NoPool");
  },
  "a duplicate MAC address": async (real, name) => {
    await real.network(`default/${name}`);
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    await real.config(`default/${name}`);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // Creation times have seconds.
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}-2`, [{ network: name, mac: mac(1) }]));
    const { status } = await real.config(`default/${name}-2`);
    assert.equal(status?.networkConfig?.[0]?.reason, "DuplicateMAC");
    const event = await real.event(`${name}-2`, "DuplicateMAC");
    assert.match(event.message ?? "", new RegExp(`default/${name}\\b`));
  },
  "options of one NIC, good and bad, and a host name": async (real, name) => {
    await real.network(`default/${name}`, { hostnames: true });
    const key = "dhcp-options.network.harvesterhci.io/nic-1";
    const annotations = { [key]: '{"mtu": 1400, "dns": ["192.168.48.3", "x"], "router": ""}' };
    const nics = [{ network: name, mac: mac(1) }];
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, nics, { annotations }));
    const options = { mtu: 1_400, dns: ["192.168.48.3"], router: "" };
    const { spec, status } = await real.config(`default/${name}`);
    assert.deepEqual(spec.networkConfig?.[0]?.options, options);
    assert.deepEqual(status?.networkConfig?.[0]?.options, options);
    const applied = getCondition(status?.conditions, "OptionsApplied");
    assert.equal(`${applied?.status} ${applied?.reason}`, "False InvalidOptions");
    const { status: shown } = await real.pool(`default/${name}`);
    assert.deepEqual(shown?.ipv4?.clients, { [mac(1)]: { hostName: name, options } });
    assert.match((await real.event(name, "InvalidOptions")).message ?? "", /dns\[1\]: .*"x"/);
  },
  "an exhausted pool that grows": async (real, name) => {
    await real.network(`default/${name}`, {
      pool: { start: "192.168.48.81", end: "192.168.48.81" },
    });
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    await real.config(`default/${name}`);
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}-2`, [{ network: name, mac: mac(2) }]));
    const { status } = await real.config(`default/${name}-2`);
    assert.equal(status?.networkConfig?.[0]?.reason, "PoolExhausted");
    await real.event(name, "PoolExhausted");
    await real.patch(IPPOOLS, `default/${name}`, {
      spec: { ipv4Config: { pool: { end: "192.168.48.82" } } },
    });
    await real.config(
      `default/${name}-2`,
      ({ status }) => status?.networkConfig?.[0]?.state === "Allocated",
    );
  },
  "an upper-case MAC address": async (real, name) => {
    await real.network(`default/${name}`);
    await real.create(
      VIRTUAL_MACHINES,
      vm(`default/${name}`, [{ network: name, mac: "CA-70-82-E6-84-6E" }]),
    );
    await real.config(`default/${name}`);
    const { status } = await real.pool(`default/${name}`);
    assert.ok(Object.values(status?.ipv4?.allocated ?? {}).includes("ca:70:82:e6:84:6e"));
  },
  "an object deleted while its pool is paused": async (real, name) => {
    await real.network(`default/${name}`);
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    await real.config(`default/${name}`);
    await real.patch(IPPOOLS, `default/${name}`, { spec: { paused: true } });
    await real.delete(VIRTUAL_MACHINES, `default/${name}`);
    const ms = await real.gone(VMNETCFGS, `default/${name}`);
    assert.ok(ms < 10_000, `${ms} ms`);
    const { status } = await real.pool(`default/${name}`);
    assert.equal(status?.ipv4?.used, 0);
  },
  "a pool deleted while it is used": async (real, name) => {
    await real.network(`default/${name}`);
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    await real.config(`default/${name}`);
    await real.delete(IPPOOLS, `default/${name}`);
    assert.match(
      (await real.event(name, "PoolInUse")).message ?? "",
      new RegExp(`default/${name}`),
    );
    await real.delete(VIRTUAL_MACHINES, `default/${name}`);
    await real.gone(VMNETCFGS, `default/${name}`);
    await real.gone(IPPOOLS, `default/${name}`);
  },
  "a VM that is made again at once": async (real, name) => {
    await real.network(`default/${name}`);
    await real.create(VIRTUAL_MACHINES, vm(`default/${name}`, [{ network: name, mac: mac(1) }]));
    const before = (await real.config(`default/${name}`)).status?.networkConfig;
    await real.delete(VIRTUAL_MACHINES, `default/${name}`);
    const { metadata: { uid } } = await real.create(
      VIRTUAL_MACHINES,
      vm(`default/${name}`, [{ network: name, mac: mac(1) }]),
    );
    const after = await real.config(
      `default/${name}`,
      (config) => config.metadata.ownerReferences?.[0]?.uid === uid && isAnswered(config),
    );
    assert.deepEqual(after.status?.networkConfig, before);
  },
};

Deno.test("the controller on a real kube-apiserver", async (t) => {
  await using cluster = await startRealCluster({ controllerManager: true });
  const real = new Real(cluster.rest);
  await using controller = startController(cluster.rest);
  await controller.whenReady(AbortSignal.timeout(30_000));
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/nobody"));
  for (const [index, [name, play]] of Object.entries(CASES).entries()) {
    await t.step(`serves ${name}`, async () => await play(real, `case-${index}`));
  }
  await t.step("was refused nothing", async () => {
    assert.deepEqual([...controller.failures], []);
    assert.doesNotMatch(await controller.metrics(), /code="(400|403|415|422|5\d\d)"/);
  });
});
