import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION, networkStatusesOf } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  type KubeClient,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { type Backup, backup, KINDS, removeAll, restore } from "../controller/backup.ts";
import { mac, reservation, vm } from "../controller/objects.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { Real, startController } from "./real.ts";

const NAME = "net-71";
const POOL = `default/${NAME}`;
const VMS = 190;
const RESERVATIONS = 10;
/** A pool of 220 addresses. */
const RANGE = {
  cidr: "192.168.71.0/24",
  serverIP: "192.168.71.2",
  pool: { start: "192.168.71.11", end: "192.168.71.230" },
};
const AT_ONCE = 16;

/** Does something with many things, some at a time. */
async function each<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<void> {
  const left = things.values();
  const worker = async () => {
    for (const thing of left) await work(thing);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** VMs come and go, so that few of those which stay have the address that their MAC address hashes to. */
async function live(real: Real): Promise<void> {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
  const key = (n: number) => `default/v${n}`;
  const gone = numbers(120);
  const create = (n: number) =>
    real.create(VIRTUAL_MACHINES, vm(key(n), [{ network: POOL, mac: mac(n) }]));
  await each(gone.map((n) => n + 1_000), create);
  await used(real, gone.length);
  await each(numbers(VMS / 2), create);
  await used(real, gone.length + VMS / 2);
  await each(gone.map((n) => n + 1_000), (n) => real.delete(VIRTUAL_MACHINES, key(n)));
  await used(real, VMS / 2);
  await each(numbers(VMS / 2).map((n) => n + VMS / 2), create);
  await each(
    numbers(RESERVATIONS),
    (n) =>
      real.create(
        VMNETCFGS,
        reservation(`default/r${n}`, [{ networkName: POOL, macAddress: mac(2_000 + n) }]),
      ),
  );
  await used(real, VMS + RESERVATIONS);
}

async function used(real: Real, count: number): Promise<void> {
  await real.pool(POOL, ({ status }) => status?.ipv4?.used === count);
}

/** Object -> addresses, once each has one and notes it. */
async function settled(real: Real, count: number): Promise<Readonly<Record<string, string>>> {
  await used(real, count);
  const shown: Record<string, string> = {};
  for (const { metadata: { name = "" } } of await backup(real.kube, VMNETCFGS)) {
    const config = await real.config(
      `default/${name}`,
      (config) =>
        networkStatusesOf(config).some(({ state }) => state === "Allocated") &&
        config.metadata.annotations?.[ADDRESSES_ANNOTATION] !== undefined,
    );
    shown[name] = networkStatusesOf(config).map(({ allocatedIPAddress }) => allocatedIPAddress)
      .join();
  }
  return shown;
}

/** Everything is deleted, as with its namespace, and gone. */
async function lose(kube: KubeClient): Promise<void> {
  for (const resource of KINDS.toReversed()) await removeAll(kube, resource);
  for (const resource of KINDS) {
    while ((await backup(kube, resource)).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function dryRun(cluster: RealCluster): Promise<string> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "task",
      "--quiet",
      "controller",
      `--kubeconfig=${cluster.kubeconfig}`,
      "--once",
      "--dry-run",
    ],
    cwd: new URL("../../", import.meta.url),
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("S4: 200 addresses of a pool of 220, lost and restored on a real kube-apiserver", async (t) => {
  await using cluster = await startRealCluster({ controllerManager: true });
  const real = new Real(cluster.rest);
  const { kube } = real;
  await real.network(POOL, RANGE);
  const kept = new Map<string, Backup>();
  let before: Readonly<Record<string, string>> = {};
  const back = async (resource: (typeof KINDS)[number], status: boolean) =>
    await restore(kube, { resource, objects: kept.get(resource.plural) ?? [] }, { status });
  {
    await using _controller = startController(cluster.rest);
    await live(real);
    before = await settled(real, VMS + RESERVATIONS);
    for (const resource of KINDS) kept.set(resource.plural, await backup(kube, resource));
    for (const status of [false, true]) {
      await t.step(
        `Velero, ${status ? "with" : "without"} status: no address changes`,
        async () => {
          await lose(kube);
          for (const resource of KINDS) await back(resource, status);
          assert.deepEqual(await settled(real, VMS + RESERVATIONS), before);
        },
      );
    }
    await t.step("Velero, pools last: no address changes", async () => {
      await lose(kube);
      for (const resource of [VMNETCFGS, VIRTUAL_MACHINES, IPPOOLS]) await back(resource, false);
      assert.deepEqual(await settled(real, VMS + RESERVATIONS), before);
    });
    await t.step(
      "GitOps, all but the pool applied again within the hold: no address changes",
      async () => {
        const networks = await backup(kube, NETWORK_ATTACHMENT_DEFINITIONS);
        await removeAll(kube, VIRTUAL_MACHINES);
        await removeAll(kube, VMNETCFGS);
        await removeAll(kube, NETWORK_ATTACHMENT_DEFINITIONS);
        await used(real, 0);
        // What lies in a repository has nothing of what the controller wrote.
        const byHand = (kept.get(VMNETCFGS.plural) ?? [])
          .filter(({ metadata }) => metadata.ownerReferences === undefined)
          .map(({ metadata: { annotations: _, finalizers: __, ...metadata }, ...rest }) => ({
            ...rest,
            metadata,
          }));
        await back(VIRTUAL_MACHINES, false);
        await restore(kube, { resource: VMNETCFGS, objects: byHand });
        await restore(kube, { resource: NETWORK_ATTACHMENT_DEFINITIONS, objects: networks });
        assert.deepEqual(await settled(real, VMS + RESERVATIONS), before);
      },
    );
    await lose(kube);
  }
  await t.step("a dry run says that nobody's address would change, or whose", async () => {
    for (const resource of KINDS) await back(resource, false);
    assert.match(await dryRun(cluster), /^0 addresses would change$/m);
    const note = { network: POOL, macAddress: mac(2_000), address: before["r1"] };
    await real.patch(VMNETCFGS, "default/r0", {
      metadata: { annotations: { [ADDRESSES_ANNOTATION]: JSON.stringify({ nic: note }) } },
    });
    assert.match(
      await dryRun(cluster),
      new RegExp(
        `^1 address would change\n.* default/r[01]: .* has ${before["r1"]}, would have`,
        "m",
      ),
    );
  });
});
