import assert from "node:assert/strict";
import {
  connect,
  createInformer,
  createKubeClient,
  type Informer,
  IPPOOLS,
  isAlreadyExists,
  isConflict,
  type KubeObject,
  NAMESPACES,
} from "../../kube/mod.ts";
import { CONFIG_MAPS, type ConfigMap } from "../../kube/testing/config_map.ts";
import { OWN_CRDS } from "../real/crds.ts";
import { startRealCluster } from "../real/mod.ts";

/** What no wait here takes, also on a machine that has much else to do. */
const LONGEST_MS = 120_000;

/** Resolves when the informer is as wanted; fails after a while, and says how it is. */
async function until<T extends KubeObject>(
  informer: Informer<T>,
  wanted: () => boolean,
): Promise<void> {
  if (wanted()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  informer.onChange(() => wanted() && resolve());
  const late = setTimeout(() => {
    const { synced, size, trouble } = informer;
    reject(new Error(`Never: ${wanted}; ${Deno.inspect({ synced, size, trouble })}`));
  }, LONGEST_MS);
  await promise.finally(() => clearTimeout(late));
}

/** Asks ten times a second until it is so; fails after a while. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  while (!await isSo()) {
    assert.ok(performance.now() < deadline, `Never: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name }, data };
}

Deno.test("the client on a real kube-apiserver", async (test) => {
  await using cluster = await startRealCluster({ crds: false });
  using rest = await connect({ kubeconfig: cluster.kubeconfig, env: {} });
  const kube = createKubeClient(rest);
  const maps = kube.of(CONFIG_MAPS);
  const stop = new AbortController();

  await test.step("ResourceClient.list reads all pages of a list", async () => {
    const names = Array.from(
      { length: 1_100 },
      (_, index) => `page-${String(index).padStart(4, "0")}`,
    );
    await Promise.all(names.map((name) => maps.create(configMap(name))));
    const { items, resourceVersion } = await maps.list({ namespace: "default" });
    assert.deepEqual(
      items.map((item) => item.metadata.name).filter((name) => name?.startsWith("page-")),
      names,
    );
    assert.match(resourceVersion, /^\d+$/);
  });

  await test.step("ResourceClient guards its writes", async () => {
    const made = await maps.create(configMap("guarded"));
    const changed = await maps.update({ ...made, data: { x: "1" } });
    await assert.rejects(maps.update({ ...made, data: { x: "2" } }), (error) => isConflict(error));
    await assert.rejects(maps.create(configMap("No Name")), { status: 422 });
    const key = { namespace: "default", name: "guarded" };
    await assert.rejects(maps.delete(key, { uid: "other" }), (error) => isConflict(error));
    const patched = await maps.patch(key, {
      type: "apply",
      body: { ...configMap("guarded", { y: "2" }) },
      fieldManager: "test",
    });
    assert.deepEqual([changed.data, patched.data], [{ x: "1" }, { x: "1", y: "2" }]);
    assert.deepEqual([await maps.delete(key), await maps.delete(key), await maps.get(key)], [
      true,
      false,
      undefined,
    ]);
  });

  await test.step("Informer survives the death of the API server and misses nothing", async () => {
    const informer = createInformer<ConfigMap>({ client: maps, namespace: "default" });
    const running = informer.run(stop.signal);
    await informer.whenSynced(stop.signal);
    await maps.create(configMap("before"));
    await until(informer, () => informer.get("default/before") !== undefined);
    await cluster.stopApiServer();
    await cluster.startApiServer();
    await maps.delete({ namespace: "default", name: "before" });
    await maps.create(configMap("after"));
    await until(
      informer,
      () =>
        informer.get("default/after") !== undefined && informer.get("default/before") === undefined,
    );
    assert.equal(informer.size, (await maps.list({ namespace: "default" })).items.length);
    assert.equal(informer.get("default/after")?.metadata.managedFields, undefined);
    stop.abort();
    await running;
  });

  await test.step("ResourceClient.watch from before what the server remembers is 410", async () => {
    const watch = maps.watch({ namespace: "default", resourceVersion: "1" });
    await assert.rejects(Array.fromAsync(watch), { name: "ApiError", status: 410 });
  });

  await test.step("Informer picks a resource up when its definition comes, changes, goes and comes again", async () => {
    const end = new AbortController();
    const definitions = kube.of<KubeObject>({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      namespaced: false,
    });
    const [definition] = OWN_CRDS as unknown as KubeObject[];
    assert.ok(definition !== undefined);
    const name = definition.metadata.name ?? "";
    const pools = createInformer({ client: kube.of(IPPOOLS) });
    const running = pools.run(end.signal);
    await pools.whenSynced(end.signal, { orMissing: true });
    assert.deepEqual([pools.synced, await kube.serves(IPPOOLS)], [false, false]);

    await definitions.create(definition);
    await pools.whenSynced(end.signal);
    assert.equal(await kube.serves(IPPOOLS), true);
    const pool = {
      apiVersion: IPPOOLS.apiVersion,
      kind: IPPOOLS.kind,
      metadata: { namespace: "default", name: "net-48" },
      spec: { networkName: "default/net-48", ipv4Config: { cidr: "172.19.64.128/29" } },
    };
    await kube.of(IPPOOLS).create(pool);
    await until(pools, () => pools.size === 1);

    // A change of the definition ends its watches.
    await definitions.patch({ name }, {
      type: "merge",
      body: { metadata: { labels: { changed: "yes" } }, spec: { names: { shortNames: ["x"] } } },
    });
    await kube.of(IPPOOLS).patch({ namespace: "default", name: "net-48" }, {
      type: "merge",
      body: { spec: { paused: true } },
    });
    await until(pools, () => pools.get("default/net-48")?.spec.paused === true);

    await definitions.delete({ name });
    await eventually(async () => await definitions.get({ name }) === undefined);
    await definitions.create(definition);
    await eventually(() => kube.serves(IPPOOLS));
    // Only now: where its watch was not open when its objects went, it keeps them until the resource is served again.
    await until(pools, () => pools.size === 0);
    await eventually(() =>
      kube.of(IPPOOLS).create(pool).then(() => true, isAlreadyExists).catch(() => false)
    );
    await until(pools, () => pools.size === 1);
    end.abort();
    await running;
  });

  await test.step("FetchClient answers requests while more watches are open than one connection takes", async () => {
    const { resourceVersion } = await maps.list({ namespace: "default" });
    const end = new AbortController();
    const opened = Array.from({ length: 150 }, () => Promise.withResolvers<void>());
    const watching = opened.map(async ({ resolve }) => {
      const watch = { namespace: "default", resourceVersion, signal: end.signal, onOpen: resolve };
      await assert.rejects(Array.fromAsync(maps.watch(watch)), /enough/);
    });
    await Promise.all(opened.map(({ promise }) => promise));
    assert.equal(await kube.version(), "v1.36.1");
    end.abort(new Error("enough"));
    await Promise.all(watching);
  });

  await test.step("KubeClient tells the server's version, and reads what is cluster-scoped", async () => {
    assert.equal(await kube.version(), "v1.36.1");
    assert.equal((await kube.of(NAMESPACES).get({ name: "default" }))?.status?.phase, "Active");
  });
});
