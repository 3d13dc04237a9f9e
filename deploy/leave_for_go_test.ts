import { deepStrictEqual, rejects } from "node:assert/strict";
import type { IPPool, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { VMNETCFGS } from "../kube/objects/resources.ts";
import { toRestClient } from "../kube/rest_client.ts";
import type { KubeClient } from "../kube/types.ts";
import { EmbeddedApi } from "../standalone/api/mod.ts";
import { configProblems, leaveForGo, poolProblems } from "./leave_for_go.ts";

const NIC = { networkName: "default/net-48", macAddress: "52:54:00:00:00:01" };
const SHOWN = { ...NIC, allocatedIPAddress: "192.168.48.81", state: "Allocated" } as const;
const LONG = "a".repeat(65);

function config(vmName: string, nics: readonly (typeof NIC)[]): VirtualMachineNetworkConfig {
  return { spec: { vmName, networkConfig: nics } } as unknown as VirtualMachineNetworkConfig;
}

Deno.test("configProblems says what the Go version cannot take", () => {
  const cases: Readonly<Record<string, [VirtualMachineNetworkConfig, readonly string[]]>> = {
    "four NICs and 64 characters fit": [
      config("a".repeat(64), [NIC, NIC, NIC, NIC]),
      [],
    ],
    "five NICs do not": [config("vm", [NIC, NIC, NIC, NIC, NIC]), [
      "the Go version takes at most 4 NICs",
    ]],
    "longer names do not": [config(LONG, [{ ...NIC, networkName: LONG }]), [
      `the Go version takes names of at most 64 characters: ${LONG}`,
      `the Go version takes names of at most 64 characters: ${LONG}`,
    ]],
  };
  for (const [name, [object, expected]] of Object.entries(cases)) {
    deepStrictEqual(configProblems(object), expected, name);
  }
});

Deno.test("poolProblems says what the Go version cannot take", () => {
  const pool = (networkName: string) => ({ spec: { networkName } }) as unknown as IPPool;
  deepStrictEqual(poolProblems(pool("default/net-48")), []);
  deepStrictEqual(poolProblems(pool(LONG)), [
    `the Go version takes names of at most 64 characters: ${LONG}`,
  ]);
});

/** `default/NAME` with an address, in the spelling of this version. */
async function make(client: KubeClient, name: string): Promise<void> {
  const configs = client.of(VMNETCFGS);
  const made = await configs.create({
    apiVersion: VMNETCFGS.apiVersion,
    kind: VMNETCFGS.kind,
    metadata: { namespace: "default", name },
    spec: { vmName: name, networkConfig: [NIC] },
  });
  await configs.updateStatus({ ...made, status: { networkConfig: [SHOWN] } });
}

/** What becomes of it. */
async function found(client: KubeClient, name: string) {
  const { spec, status } = await client.of(VMNETCFGS).get({ namespace: "default", name }) ?? {};
  return { spec, status };
}

const RESPELLED = {
  spec: { vmName: "web", networkConfigs: [NIC] },
  status: { networkConfigs: [SHOWN] },
};

Deno.test("leaveForGo goes on with an object whose status it had not respelled when it was stopped", async () => {
  using api = new EmbeddedApi();
  let isDown = false;
  const rest = toRestClient((request) => {
    if (isDown && request.path.endsWith("/status")) throw new Error("The API server is away");
    return api.rest().performRequest(request);
  });
  const client = createKubeClient(rest);
  await make(client, "web");
  const { signal } = new AbortController();
  const leave = () => leaveForGo({ client, dryRun: false, print: () => undefined, signal });
  isDown = true;
  await rejects(leave(), /away/);
  isDown = false;
  await leave();
  deepStrictEqual(await found(client, "web"), RESPELLED);
});

Deno.test("leaveForGo goes on where an object is deleted meanwhile", async () => {
  using api = new EmbeddedApi();
  const own = createKubeClient(api.rest());
  await make(own, "gone");
  await make(own, "web");
  const rest = toRestClient(async (request) => {
    const isGoing = request.method === "PATCH" && request.path.endsWith("/gone");
    if (isGoing) await own.of(VMNETCFGS).delete({ namespace: "default", name: "gone" });
    return await api.rest().performRequest(request);
  });
  const lines: string[] = [];
  await leaveForGo({
    client: createKubeClient(rest),
    dryRun: false,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  deepStrictEqual(lines, ["respelled VirtualMachineNetworkConfig default/web"]);
  deepStrictEqual(await found(own, "web"), RESPELLED);
});
