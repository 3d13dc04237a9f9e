import assert from "node:assert/strict";
import { IPPOOLS, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";
import { mac, pool, vm } from "./objects.ts";
import { ready } from "./ready.ts";

async function series(lab: Lab, name: string): Promise<readonly string[]> {
  const text = await lab.controller.metrics();
  return text.split("\n").filter((line) => line.startsWith(`vmdhcpcontroller_${name}{`))
    .map((line) => line.slice("vmdhcpcontroller_".length));
}

Deno.test("metrics bear the names and labels of the Go version, and go with their objects", async () => {
  await using lab = await ready();
  await lab.create(
    IPPOOLS,
    pool("default/other", { cidr: "10.9.0.0/30", serverIP: "10.9.0.1", pool: {} }, {
      networkName: "default/net-99",
    }),
  );
  await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ network: "default/net-99", mac: mac(1) }]),
  );
  await lab.settle();
  const labels = 'ippool="default/other",cidr="10.9.0.0/30",network="default/net-99"';
  assert.ok((await series(lab, "ippool_used")).includes(`ippool_used{${labels}} 1`));
  assert.ok((await series(lab, "ippool_available")).includes(`ippool_available{${labels}} 0`));
  assert.deepEqual(await series(lab, "vmnetcfg_status"), [
    `vmnetcfg_status{vmnetcfg="default/web",network="default/net-99",mac="${
      mac(1)
    }",ip="10.9.0.2",state="Allocated"} 1`,
  ]);
  await lab.delete(VIRTUAL_MACHINES, "default/web");
  await lab.delete(IPPOOLS, "default/other");
  await lab.settle();
  assert.deepEqual(await series(lab, "vmnetcfg_status"), []);
  assert.equal((await series(lab, "ippool_used")).length, 1);
});

Deno.test("the metrics tell reconciles of a millisecond from those of ten seconds", async () => {
  await using lab = await ready();
  await lab.settle();
  const buckets = (await series(lab, "reconcile_seconds_bucket")).flatMap((line) =>
    line.includes('queue="pools"') ? /le="([^"]*)"/.exec(line)?.[1] ?? [] : []
  );
  assert.deepEqual(buckets, ["0.001", "0.005", "0.02", "0.1", "0.5", "2", "10", "+Inf"]);
});

Deno.test("the dumps are served where they are enabled, and nowhere else", async () => {
  await using lab = await ready({ enableCacheDump: true });
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  await lab.settle();
  const [address = ""] = await lab.addresses("default/web");
  const ask = async (path: string) => {
    const answer = await lab.controller.handle(new Request(`http://controller${path}`));
    return [answer.status, await answer.json()];
  };
  assert.deepEqual(await ask("/ipams/default/net-48"), [200, { [address]: mac(1) }]);
  assert.deepEqual(await ask("/caches/default/net-48"), [200, { [mac(1)]: address }]);
  assert.deepEqual(await ask("/caches/default/none"), [404, {
    error: "No IPPool serves network default/none",
  }]);
  await using closed = await ready();
  const { status } = await closed.controller.handle(
    new Request("http://controller/ipams/default/net-48"),
  );
  assert.equal(status, 404);
});
