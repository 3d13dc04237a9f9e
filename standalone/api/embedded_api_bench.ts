/**
 * The embedded API's reads and writes, in memory and in a file: `deno bench --allow-read --allow-write standalone/api`.
 *
 * @module
 */
import type { JsonValue, RestClient } from "../../kube/seam.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import type { JsonObject } from "./json.ts";

const GROUP = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default";
const VMNETCFGS = `${GROUP}/virtualmachinenetworkconfigs`;
const POOLS = `${GROUP}/ippools`;
const API_VERSION = "network.harvesterhci.io/v1alpha1";
const MERGE = "application/merge-patch+json";

function vmnetcfg(name: string): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachineNetworkConfig",
    metadata: { name, labels: { "harvesterhci.io/vmName": name } },
    spec: {
      vmName: name,
      networkConfig: [{ networkName: "default/net", macAddress: "02:00:00:00:00:01" }],
    },
  };
}

function patchStatus(rest: RestClient, path: string, status: JsonValue): Promise<JsonValue> {
  return rest.performRequest({
    method: "PATCH",
    path: `${path}/status`,
    contentType: MERGE,
    bodyJson: { status },
    expectJson: true,
  });
}

const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const STORES: readonly (readonly [name: string, options: { path?: string; durable?: boolean }])[] =
  [
    ["memory", {}],
    ["file", { path: `${folder}/state.sqlite` }],
    ["file, fsync per write", { path: `${folder}/durable.sqlite`, durable: true }],
  ];

for (const [group, options] of STORES) {
  const api = new EmbeddedApi(options);
  const rest = api.rest();
  const allocated = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`10.0.${i >> 8}.${i & 255}`, "02:00:00:00:00:01"]),
  );
  await rest.performRequest({
    method: "POST",
    path: POOLS,
    bodyJson: {
      apiVersion: API_VERSION,
      kind: "IPPool",
      metadata: { name: "p" },
      spec: { networkName: "default/net", ipv4Config: { cidr: "10.0.0.0/16" } },
    },
  });
  await rest.performRequest({ method: "POST", path: VMNETCFGS, bodyJson: vmnetcfg("first") });
  let count = 0;

  Deno.bench("create a VirtualMachineNetworkConfig", { group }, async () => {
    const bodyJson = vmnetcfg(`vm-${count++}`);
    await rest.performRequest({ method: "POST", path: VMNETCFGS, bodyJson, expectJson: true });
  });

  Deno.bench("write its status", { group }, async () => {
    await patchStatus(rest, `${VMNETCFGS}/first`, {
      conditions: [{ type: "Allocated", status: "True", message: String(count++) }],
    });
  });

  Deno.bench("read it", { group }, async () => {
    await rest.performRequest({ method: "GET", path: `${VMNETCFGS}/first`, expectJson: true });
  });

  Deno.bench("write an IPPool's status with 1,000 entries", { group }, async () => {
    await patchStatus(rest, `${POOLS}/p`, {
      ipv4: { used: count++, available: 0, allocated },
    });
  });
}
