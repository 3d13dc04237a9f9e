import { deepStrictEqual } from "node:assert/strict";
import type { IPPool, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { configProblems, poolProblems } from "./leave_for_go.ts";

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
