import { deepStrictEqual, rejects } from "node:assert/strict";
import type { IPPool, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import { VMNETCFGS } from "../kube/objects/resources.ts";
import { toRestClient } from "../kube/rest_client.ts";
import { EmbeddedApi } from "../standalone/api/mod.ts";
import { configProblems, leaveForGo, poolProblems } from "./leave_for_go.ts";

const NIC = { networkName: "default/net-48", macAddress: "52:54:00:00:00:01" };
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

Deno.test("leaveForGo goes on with an object whose status it had not respelled when it was stopped", async () => {
  using api = new EmbeddedApi();
  let isDown = false;
  const rest = toRestClient((request) => {
    if (isDown && request.path.endsWith("/status")) throw new Error("The API server is away");
    return api.rest().performRequest(request);
  });
  const client = createKubeClient(rest);
  const configs = client.of(VMNETCFGS);
  const key = { namespace: "default", name: "web" };
  const shown = { ...NIC, allocatedIPAddress: "192.168.48.81", state: "Allocated" } as const;
  const made = await configs.create({
    apiVersion: VMNETCFGS.apiVersion,
    kind: VMNETCFGS.kind,
    metadata: key,
    spec: { vmName: "web", networkConfig: [NIC] },
  });
  await configs.updateStatus({ ...made, status: { networkConfig: [shown] } });
  const { signal } = new AbortController();
  const leave = () => leaveForGo({ client, dryRun: false, print: () => undefined, signal });
  isDown = true;
  await rejects(leave(), /away/);
  isDown = false;
  await leave();
  const { spec, status } = await configs.get(key) ?? {};
  deepStrictEqual({ spec, status }, {
    spec: { vmName: "web", networkConfigs: [NIC] },
    status: { networkConfigs: [shown] },
  });
});
