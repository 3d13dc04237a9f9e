import assert from "node:assert/strict";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type RequestOptions,
  type RestClient,
  toRestClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { ApiError } from "../../kube/mod.ts";
import { Lab } from "./lab.ts";
import { mac, nad, pool, reservation, vm } from "./objects.ts";

/** A client of a cluster without the API groups that `missing` names. */
function without(rest: RestClient, missing: ReadonlySet<string>): RestClient {
  return toRestClient((request: RequestOptions) => {
    const group = request.path.split("/")[2] ?? "";
    if (missing.has(group)) {
      const { method, path } = request;
      return Promise.reject(
        new ApiError({ code: 404, reason: "NotFound", message: "page not found" }, {
          method,
          path,
        }),
      );
    }
    return rest.performRequest(request);
  });
}

Deno.test("without KubeVirt and Multus reservations are served, and both are picked up when they appear", async () => {
  await using lab = new Lab();
  const missing = new Set(["kubevirt.io", "k8s.cni.cncf.io"]);
  await lab.create(IPPOOLS, pool("default/net-48"));
  await lab.create(VMNETCFGS, reservation("default/web", [{ macAddress: mac(1) }]));
  lab.start({ rest: without(lab.rest(), missing) });
  await lab.settle();
  assert.equal((await lab.addresses("default/web")).length, 1);
  missing.clear();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  const { metadata: { uid } } = await lab.create(
    VIRTUAL_MACHINES,
    vm("default/web", [{ mac: mac(1) }]),
  );
  await lab.create(VIRTUAL_MACHINES, vm("default/db", [{ mac: mac(2) }]));
  await lab.pass(10_000);
  assert.equal((await lab.addresses("default/db")).length, 1);
  const owners = (await lab.config("default/web")).metadata.ownerReferences;
  assert.deepEqual(owners?.map((owner) => owner.uid), [uid]);
  const labels = (await lab.get(NETWORK_ATTACHMENT_DEFINITIONS, "default/net-48"))?.metadata.labels;
  assert.equal(Object.keys(labels ?? {}).length, 2);
});

Deno.test("an owned object is not deleted because KubeVirt is not there", async () => {
  await using lab = new Lab();
  await lab.create(IPPOOLS, pool("default/net-48"));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  const first = lab.start();
  await lab.settle();
  await first.stop();
  const before = await lab.allocations("default/net-48");
  lab.start({ rest: without(lab.rest(), new Set(["kubevirt.io"])) });
  await lab.settle();
  await lab.pass(600_000);
  assert.deepEqual(await lab.allocations("default/net-48"), before);
  assert.notEqual(await lab.get(VMNETCFGS, "default/web"), undefined);
});

Deno.test("nothing is written before everything that is served is known", async () => {
  await using lab = new Lab();
  await lab.create(IPPOOLS, pool("default/net-48"));
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
  const stuck = new Set(["namespaces"]);
  const rest = lab.rest();
  const { controller } = lab.start({
    rest: toRestClient((request) => {
      if (!stuck.has(request.path.split("/").at(-1) ?? "")) return rest.performRequest(request);
      return Promise.reject(new Error("The server is busy"));
    }),
  });
  const before = lab.api.resourceVersion;
  await lab.clock.advance(60_000);
  assert.equal(lab.api.resourceVersion, before);
  assert.equal(controller.ready, false);
  assert.equal((await controller.handle(new Request("http://controller/readyz"))).status, 503);
  stuck.clear();
  await lab.settle();
  assert.equal((await lab.addresses("default/web")).length, 1);
  assert.equal((await controller.handle(new Request("http://controller/readyz"))).status, 200);
});
