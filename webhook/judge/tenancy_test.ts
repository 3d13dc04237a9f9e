import { deepStrictEqual, match } from "node:assert/strict";
import { ROUTE_ANNOTATION } from "../../core/api/names.ts";
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { KubeObject, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { viewOfObjects } from "../cluster/cluster_view.ts";
import { createWebhook } from "../http/handler.ts";
import { nad, pool, vmnetcfg } from "../testing/objects.ts";

const [M1, M2, M3] = ["52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03"] as const;
const NOT_ALLOWED = "namespace a may not use network b/lab: " +
  "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it";
const LAB = { networkName: "b/lab" };

const SERVED = pool("b/lab", {}, {
  metadata: { uid: "b", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: LAB,
  status: { ipv4: { allocated: { "192.168.48.10": M1 }, used: 1, available: 89 } },
});

/** What becomes of a new object, or of one that is deleted: the words of the refusal, and the warnings. */
async function judged(
  object: KubeObject,
  { operation = "CREATE", tenancy, allowed, perNamespace, waiting }: {
    readonly operation?: "CREATE" | "DELETE";
    readonly tenancy?: Tenancy;
    readonly allowed?: string;
    readonly perNamespace?: number;
    readonly waiting?: VirtualMachineNetworkConfig;
  } = {},
): Promise<readonly string[]> {
  const annotations = {
    [ROUTE_ANNOTATION]: '{"mode": "auto", "serverIPAddr": "192.168.48.253"}',
    ...(allowed && { "network.harvesterhci.io/allowed-namespaces": allowed }),
  };
  const served = {
    ...SERVED,
    spec: { ...SERVED.spec, ...(perNamespace && { limits: { perNamespace } }) },
  };
  const cluster = viewOfObjects({
    networks: [nad("b/lab", { annotations }), nad("b/free")],
    pools: [served],
    configs: [vmnetcfg("a/first", [{ ...LAB, macAddress: M1 }]), ...(waiting ? [waiting] : [])],
  });
  const handle = createWebhook({ cluster, ...(tenancy && { tenancy }) });
  const answer = await handle(
    new Request("https://webhook/validate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        apiVersion: "admission.k8s.io/v1",
        kind: "AdmissionReview",
        request: {
          uid: "1",
          kind: { group: "network.harvesterhci.io", version: "v1alpha1", kind: object.kind },
          operation,
          [operation === "CREATE" ? "object" : "oldObject"]: object,
        },
      }),
    }),
  );
  const { response } = await answer.json();
  const causes = response.status?.details?.causes as { field: string; message: string }[] ?? [];
  const refused = response.allowed
    ? []
    : causes.length === 0
    ? [response.status.message]
    : causes.map(({ field, message }) => `${field}: ${message}`);
  return [...refused, ...response.warnings ?? []];
}

const POOL = pool("a/evil", {}, { spec: { networkName: "b/free" } });
const NIC = vmnetcfg("a/web", [{ ...LAB, macAddress: M2 }]);
const OWN = vmnetcfg("b/web", [{ ...LAB, macAddress: M2 }]);

Deno.test("T7: where tenants share, a pool and a reservation of another namespace are allowed", async () => {
  deepStrictEqual(await judged(POOL), []);
  deepStrictEqual(await judged(NIC), []);
});

Deno.test("T7: where they are isolated, a pool and a reservation of a namespace that the network does not name are refused", async () => {
  deepStrictEqual(await judged(POOL, { tenancy: "isolated" }), [
    `spec.networkName: Invalid value: "b/free": ${NOT_ALLOWED.replace("b/lab", "b/free")}`,
  ]);
  deepStrictEqual(await judged(NIC, { tenancy: "isolated", allowed: "c" }), [
    `spec.networkConfig[0].networkName: Invalid value: "b/lab": ${NOT_ALLOWED}`,
  ]);
});

Deno.test("where they are isolated, a guessed serverIP tells nobody whose address it is who may not use the network", async () => {
  const address = "192.168.48.10";
  const first = vmnetcfg("b/db", [{ ...LAB, macAddress: M3 }]);
  const networkConfig = [
    { ...LAB, macAddress: M3, allocatedIPAddress: address, state: "Allocated" as const },
  ];
  const waiting = { ...first, status: { networkConfig } };
  const guess = pool("a/guess", { serverIP: address }, { spec: LAB });
  const refused = `spec.networkName: Invalid value: "b/lab": ${NOT_ALLOWED}`;
  deepStrictEqual(await judged(guess, { tenancy: "isolated", waiting }), [refused]);
  const told = await judged(guess, { tenancy: "isolated", allowed: "a", waiting });
  match(told.join("\n"), /serverIP: .*address in use: .*b\/db/);
});

Deno.test("where they are isolated, a NIC of a namespace that the network does not name keeps nobody from deleting the pool, nor is it a twin", async () => {
  const deletion = { operation: "DELETE", tenancy: "isolated" } as const;
  deepStrictEqual(await judged(SERVED, deletion), []);
  match((await judged(SERVED, { ...deletion, allowed: "a" })).join(), /in use by \S+ a\/first:/);
  const twin = vmnetcfg("b/twin", [{ ...LAB, macAddress: M1 }]);
  deepStrictEqual(await judged(twin, { tenancy: "isolated" }), []);
  match((await judged(twin)).join(), /VM a\/first has 52:54:00:00:00:01 on b\/lab too/);
});

Deno.test("where they are isolated, who has an address since before keeps it: the pool is not deleted", async () => {
  const networkConfig = [
    { ...LAB, macAddress: M2, allocatedIPAddress: "192.168.48.11", state: "Allocated" as const },
  ];
  const waiting = { ...NIC, status: { networkConfig } };
  const told = await judged(SERVED, { operation: "DELETE", tenancy: "isolated", waiting });
  match(told.join(), /in use by VirtualMachineNetworkConfig a\/web:/);
});

Deno.test("where they are isolated, the network's own namespace and those that it names are as free as ever", async () => {
  deepStrictEqual(await judged(OWN, { tenancy: "isolated" }), []);
  for (const allowed of ["a", "c, a", "*"]) {
    deepStrictEqual(await judged(NIC, { tenancy: "isolated", allowed }), []);
  }
});

Deno.test("S7: where they are isolated, a network that is not there yet is left to the controller, and nothing of it is told", async () => {
  const networkName = "b/later";
  const twin = { networkName, macAddress: M3 };
  const waiting = vmnetcfg("b/waiting", [twin]);
  const warned = (path: string) => [
    `${path}: there is no NetworkAttachmentDefinition b/later yet; as it stands, this namespace may not use it`,
  ];
  const foreign = vmnetcfg("a/printer", [{ ...twin, ipAddress: "192.168.48.10" }]);
  deepStrictEqual(
    await judged(foreign, { tenancy: "isolated", waiting }),
    warned("spec.networkConfig[0].networkName"),
  );
  const pools = pool("a/later", {}, { spec: { networkName } });
  deepStrictEqual(await judged(pools, { tenancy: "isolated" }), warned("spec.networkName"));
});

Deno.test("T8: a namespace that has all addresses that it may have is told so", async () => {
  const text = "Namespace a holds 1 of the 1 addresses of IPPool b/lab that it may have";
  deepStrictEqual(await judged(NIC, { perNamespace: 1 }), [
    `spec.networkConfig[0].networkName: ${text}: the NIC waits until it gives one back`,
  ]);
  deepStrictEqual(await judged(NIC, { perNamespace: 2 }), []);
  deepStrictEqual(await judged(OWN, { perNamespace: 1 }), []);
  const mine = vmnetcfg("a/first", [{ ...LAB, macAddress: M1 }]);
  deepStrictEqual(await judged(mine, { perNamespace: 1 }), []);
});

Deno.test("T8: a limit below 1 is refused", async () => {
  const object = pool("b/next", {}, {
    spec: { networkName: "b/free", limits: { perNamespace: 0 } },
  });
  deepStrictEqual(await judged(object), [
    "spec.limits.perNamespace: Invalid value: 0: must be at least 1",
  ]);
  const third = pool("b/next", {}, {
    spec: { networkName: "b/free", limits: { perNamespace: M3 as never } },
  });
  deepStrictEqual(await judged(third), [
    `spec.limits.perNamespace: Invalid value: "${M3}": must be a whole number`,
  ]);
});
