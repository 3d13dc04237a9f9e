/**
 * The embedded API's reads and writes, in memory and in a file, side by side.
 *
 * @module
 */
import type { JsonValue, RestClient } from "../../kube/rest_client.ts";
import { EmbeddedApi, type EmbeddedApiOptions } from "./embedded_api.ts";
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

function create(rest: RestClient, path: string, bodyJson: JsonObject): Promise<JsonValue> {
  return rest.performRequest({ method: "POST", path, bodyJson, expectJson: true });
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

const STORES: Readonly<Record<string, EmbeddedApiOptions>> = {
  "memory": {},
  "file": { path: `${folder}/state.sqlite` },
  "file, fsync per write": { path: `${folder}/durable.sqlite`, durable: true },
};
const ALLOCATED = Object.fromEntries(
  Array.from({ length: 1000 }, (_, i) => [`10.0.${i >> 8}.${i & 255}`, "02:00:00:00:00:01"]),
);
let count = 0;

/** Group -> what is measured. */
const OPERATIONS: Readonly<Record<string, (rest: RestClient) => Promise<JsonValue>>> = {
  "create a VirtualMachineNetworkConfig": (rest) =>
    create(rest, VMNETCFGS, vmnetcfg(`vm-${count++}`)),
  "write its status": (rest) =>
    patchStatus(rest, `${VMNETCFGS}/first`, {
      conditions: [{ type: "Allocated", status: "True", message: String(count++) }],
    }),
  "read it": (rest) =>
    rest.performRequest({ method: "GET", path: `${VMNETCFGS}/first`, expectJson: true }),
  "write an IPPool's status with 1,000 entries": (rest) =>
    patchStatus(rest, `${POOLS}/p`, {
      ipv4: { used: count++, available: 0, allocated: ALLOCATED },
    }),
};

for (const [store, options] of Object.entries(STORES)) {
  const rest = new EmbeddedApi(options).rest();
  await create(rest, POOLS, {
    apiVersion: API_VERSION,
    kind: "IPPool",
    metadata: { name: "p" },
    spec: { networkName: "default/net", ipv4Config: { cidr: "10.0.0.0/16" } },
  });
  await create(rest, VMNETCFGS, vmnetcfg("first"));
  for (const [group, measured] of Object.entries(OPERATIONS)) {
    Deno.bench(store, { group, baseline: store === "memory" }, async () => {
      await measured(rest);
    });
  }
}
