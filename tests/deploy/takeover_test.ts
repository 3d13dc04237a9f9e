import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import recorded from "../recorded/go-objects.json" with { type: "json" };
import {
  getCondition,
  type IPPool,
  type KubeObject,
  type VirtualMachineNetworkConfig,
} from "../../core/api/mod.ts";
import { AGENT, CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import {
  DEPLOYMENTS,
  IPPOOLS,
  keyOf,
  LEASES,
  NAMESPACES,
  parseKey,
  PODS,
  type Resource,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { taskCommand } from "../../standalone/demo/task_command.ts";
import { mac, vm } from "../controller/objects.ts";
import { loadRecorded, recordedObjects } from "../controller/recorded.ts";
import { until } from "../network/wait.ts";
import { mustRun, type RealCluster, startRealCluster } from "../real/mod.ts";
import { deployed, kubectl } from "./deployed.ts";
import { GO_CRDS } from "./go_crds.ts";
import { GoHolder } from "./go_holder.ts";
import type { Program } from "./program.ts";
import { Scene } from "./scene.ts";

/** Where the Go version and its agents are. */
const NAMESPACE = "harvester-system";
const AGENT_DEPLOYMENT = `${NAMESPACE}/${AGENT}-mgmt`;
const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const RECORDS = ["get", "ippools.network.harvesterhci.io,vmnetcfgs", "-A", "-o", "json"];

/** Agent pods of the Go version, on a node whose kubelet does not answer: a deleted one stays until it is removed by force. */
async function loadPods(scene: Scene): Promise<readonly string[]> {
  const pods = recorded.items.filter(({ kind }) => kind === "Pod") as unknown as readonly (
    & KubeObject
    & { readonly spec: object }
  )[];
  for (const { metadata: { name, namespace, labels, annotations }, spec } of pods) {
    const metadata = { name, namespace, labels, annotations };
    await scene.real.create(PODS, { metadata, spec: { ...spec, nodeName: "node-1" } });
  }
  return pods.map(keyOf);
}

/** What `deno task controller --once --dry-run` prints. */
async function dryRun(cluster: RealCluster): Promise<string> {
  const options = { task: "controller", deno: Deno.execPath(), root: ROOT };
  const [program = "", ...args] = await taskCommand(`${ROOT}/deno.json`, options);
  return await mustRun(program, [
    ...args,
    "--once",
    "--dry-run",
    `--kubeconfig=${cluster.kubeconfig}`,
  ], { cwd: ROOT, env: { NO_COLOR: "1" } });
}

/** Recorded allocations, as text: order and spelling count. */
async function recordedAllocations(): Promise<Readonly<Record<string, string>>> {
  const pools = await recordedObjects(IPPOOLS) as readonly IPPool[];
  return Object.fromEntries(pools.map((pool) => {
    const allocated = { ...pool.status?.ipv4?.allocated };
    delete allocated["192.168.100.112"]; // Of was-deleted.
    return [keyOf(pool), JSON.stringify(allocated)];
  }));
}

async function allocations(scene: Scene): Promise<Readonly<Record<string, string>>> {
  const { items } = await scene.real.kube.of(IPPOOLS).list();
  return Object.fromEntries(
    items.map((pool) => [keyOf(pool), JSON.stringify(pool.status?.ipv4?.allocated)]),
  );
}

/** Namespace/name -> addresses, of all VirtualMachineNetworkConfigs. */
async function addresses(scene: Scene): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const { items } = await scene.real.kube.of(VMNETCFGS).list();
  return Object.fromEntries(items.map((config) => {
    const shown = config.status?.networkConfigs ?? config.status?.networkConfig ?? [];
    return [keyOf(config), shown.map(({ allocatedIPAddress }) => allocatedIPAddress)];
  }));
}

/** Nobody answers for the webhook's Service here. */
async function withoutWebhook(cluster: RealCluster): Promise<void> {
  const patch = '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]';
  const webhook = `validatingwebhookconfiguration/${WEBHOOK}`;
  await kubectl(cluster, ["patch", webhook, "--type=json", `--patch=${patch}`]);
}

/** How often the controller asked for something. */
async function asked(scene: Scene, verbs: readonly string[], resource?: string): Promise<number> {
  return (await scene.uses()).filter((use) =>
    use.user.endsWith(`:${CONTROLLER}`) && verbs.includes(use.verb) &&
    (resource === undefined || use.resource === resource)
  ).length;
}

/** How often the controller has written anything but histories: what it wrote while it led is told there a moment later. */
async function written(scene: Scene): Promise<number> {
  const verbs = ["create", "update", "delete"];
  return await asked(scene, verbs) - await asked(scene, verbs, "ippoolhistories");
}

/** A status without the fields and the condition that the Go version does not have. */
function withoutOurs(status: VirtualMachineNetworkConfig["status"]): object {
  const { addresses: _addresses, observedGeneration: _generation, ...rest } = status ?? {};
  const conditions = rest.conditions?.filter(({ type }) => type !== "Ready");
  return { ...rest, ...(conditions === undefined ? {} : { conditions }) };
}

Deno.test("a cluster of the Go version is taken over, and given back", async (t) => {
  await using cluster = await startRealCluster({
    crds: [...GO_CRDS, ...FOREIGN_CRDS],
    controllerManager: true,
    audit: true,
  });
  await using scene = new Scene(cluster, NAMESPACE);
  const { real } = scene;
  await real.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await loadRecorded(real.kube);
  const [lock] = await recordedObjects(LEASES);
  const { name, namespace } = lock?.metadata ?? {};
  const { spec } = lock as unknown as { readonly spec: object };
  await real.create(LEASES, { metadata: { name, namespace }, spec });
  const pods = await loadPods(scene);
  strictEqual(pods.length, 3);
  let controller: Program;
  const goCrds = await keptCrds(cluster);

  await t.step("a dry run says what will be written, and writes nothing", async () => {
    const before = await kubectl(cluster, RECORDS);
    const report = await dryRun(cluster);
    match(
      report,
      /^Allocations: 1 would change\n {2}ippools prod\/example-pool: 52:54:00:11:22:07 would give 192\.168\.100\.112 back\n0 addresses would change\n$/m,
    );
    match(report, /^\+\+\+ \/dev\/null$/m);
    match(report, /^Objects: 0 would be created, \d+ changed, 1 deleted$/m);
    strictEqual(await kubectl(cluster, RECORDS), before);
  });

  await t.step("while the Go version holds the lock, ours is deployed and waits", async () => {
    await using go = await GoHolder.take(cluster);
    await deployed(cluster, [`--namespace=${NAMESPACE}`]);
    await withoutWebhook(cluster);
    controller = await scene.start(CONTROLLER, "controller-1");
    await controller.tells("Everything is known");
    await go.renewed(10); // Longer than its Lease lasts without renewal.
    ok(!controller.log.includes("Leading"), controller.log);
    strictEqual(await asked(scene, ["create", "update", "patch", "delete"]), 0);
    await go.release();
    await controller.tells("Leading");
  });

  await t.step("old agent pods go before our agent gets their server addresses", async () => {
    await until(async () => {
      const all = await Promise.all(pods.map((key) => real.get(PODS, key)));
      return all.every((pod) => pod?.metadata.deletionTimestamp !== undefined);
    }, { what: "all agent pods of the Go version are being deleted" });
    for (const [index, key] of pods.entries()) {
      const looks = await asked(scene, ["list"], "pods");
      await until(async () => await asked(scene, ["list"], "pods") > looks + 1, {
        what: "the controller looks again",
      });
      strictEqual(await real.get(DEPLOYMENTS, AGENT_DEPLOYMENT), undefined, `${index} are gone`);
      await kubectl(cluster, ["delete", "--force", "--grace-period=0", ...podArgs(key)]);
    }
    const made = await until(() => real.get(DEPLOYMENTS, AGENT_DEPLOYMENT), {
      what: "our agent is made",
    });
    const text = JSON.stringify(made);
    for (const pool of ["default/net-48", "prod/example-pool", "tenant-a/isolated"]) {
      ok(text.includes(pool), pool);
    }
  });

  await t.step("no allocation changes, not even in spelling; what hung is released", async () => {
    await real.gone(VMNETCFGS, "prod/was-deleted");
    const wanted = await recordedAllocations();
    await until(async () => JSON.stringify(await allocations(scene)) === JSON.stringify(wanted), {
      what: "the address of was-deleted is given back",
    });
    const before = await recordedObjects(VMNETCFGS) as readonly VirtualMachineNetworkConfig[];
    for (const config of before) {
      const key = keyOf(config);
      const shown = config.status?.networkConfigs;
      if (key === "prod/was-deleted" || shown?.[0]?.state !== "Allocated") continue;
      const now = await real.get(VMNETCFGS, key);
      deepStrictEqual(now?.spec, config.spec, key);
      deepStrictEqual(withoutOurs(now?.status), config.status, key);
    }
  });

  await t.step("who waited is told why, and served as soon as there is an address", async () => {
    const waiting = await real.config(
      "tenant-a/guest-3",
      ({ status }) => getCondition(status?.conditions, "Allocated")?.reason === "PoolExhausted",
    );
    strictEqual(waiting.spec.networkConfig, undefined);
    const body = { spec: { ipv4Config: { pool: { end: "192.168.48.13" } } } };
    await real.patch(IPPOOLS, "tenant-a/isolated", body);
    const served = await real.config(
      "tenant-a/guest-3",
      ({ status }) => status?.networkConfigs?.[0]?.state === "Allocated",
    );
    strictEqual(served.status?.networkConfigs?.[0]?.allocatedIPAddress, "192.168.48.13");
  });

  await t.step("the lock is held so that the Go version waits, and given up to it", async () => {
    const seen = new Set<string | undefined>();
    await until(async () => {
      const { holderIdentity, leaseDurationSeconds, renewTime } = await GoHolder.lock(cluster);
      match(holderIdentity ?? "", /^controller-1_/);
      strictEqual(leaseDurationSeconds, 15);
      return seen.add(renewTime).size > 2;
    }, { what: "the lock is renewed" });
    // The Go version took it by force: ours ceases to write.
    await using go = await GoHolder.take(cluster);
    await controller.tells("No longer leading");
    const writes = await written(scene);
    await real.create(VIRTUAL_MACHINES, vm("default/later", [{ mac: mac(1) }]));
    await go.renewed(10);
    strictEqual(await written(scene), writes);
    await go.release();
    await real.config("default/later");
  });

  await t.step(
    "what ours leaves is valid for the Go version, with every address in its place",
    async () => {
      strictEqual(await controller.stop(), 0);
      strictEqual((await GoHolder.lock(cluster)).holderIdentity, "");
      const before = { addresses: await addresses(scene), allocations: await allocations(scene) };
      const lines = await deployed(cluster, [`--namespace=${NAMESPACE}`, "--uninstall", "--to-go"]);
      deepStrictEqual(lines.filter((line) => /^(!|respelled)/.test(line)), [
        "respelled VirtualMachineNetworkConfig default/later",
      ]);
      strictEqual(await real.get(DEPLOYMENTS, AGENT_DEPLOYMENT), undefined);
      await kubectl(cluster, ["apply", "--server-side", "--force-conflicts", "-f", "-"], goCrds);
      const { items } = JSON.parse(await kubectl(cluster, RECORDS)) as { items: KubeObject[] };
      strictEqual(items.length, 15);
      for (const object of items) {
        // A write of the whole object, as the Go version does it, is judged by its rules; the fields it does not know are gone.
        await kubectl(cluster, ["replace", "-f", "-"], JSON.stringify(object));
        const now = await kubectl(cluster, ["get", object.kind, ...nameArgs(object), "-o", "json"]);
        await kubectl(cluster, ["replace", "--subresource=status", "-f", "-"], now);
      }
      const after = { addresses: await addresses(scene), allocations: await allocations(scene) };
      deepStrictEqual(after, before);
    },
  );

  await t.step("taken over again, every object can be deleted", async () => {
    await deployed(cluster, [`--namespace=${NAMESPACE}`]);
    await withoutWebhook(cluster);
    await scene.start(CONTROLLER, "controller-2");
    const kinds: readonly Resource<KubeObject>[] = [VIRTUAL_MACHINES, VMNETCFGS, IPPOOLS];
    for (const resource of kinds) {
      for (const object of (await real.kube.of(resource).list()).items) {
        await real.kube.of(resource).delete(parseKey(keyOf(object)));
      }
    }
    for (const resource of kinds) {
      await until(async () => (await real.kube.of(resource).list()).items.length === 0, {
        what: `no ${resource.kind} is left`,
        timeoutMs: 30_000,
      });
    }
  });
});

function podArgs(key: string): readonly string[] {
  const { namespace = "", name } = parseKey(key);
  return ["pod", name, `--namespace=${namespace}`];
}

function nameArgs({ metadata: { namespace = "", name = "" } }: KubeObject): readonly string[] {
  return [name, `--namespace=${namespace}`];
}

/** The CRDs as an administrator keeps them: without what would hinder their return. */
async function keptCrds(cluster: RealCluster): Promise<string> {
  const names = ["ippools", "virtualmachinenetworkconfigs"].map((one) =>
    `${one}.network.harvesterhci.io`
  );
  const yaml = await kubectl(cluster, ["get", "crd", ...names, "-o", "yaml"]);
  return yaml.replaceAll(/^ {4}resourceVersion: .*\n/gm, "");
}
