import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { PoolReport, PoolServingReason } from "../core/api/agent/agent_report.ts";
import type { IPPool } from "../core/api/types.ts";
import { notServed } from "./readiness.ts";

interface PoolOptions {
  readonly name?: string;
  readonly cidr?: string;
  readonly paused?: boolean;
  readonly deletionTimestamp?: string;
  readonly creationTimestamp?: string;
}

function pool(options: PoolOptions = {}): IPPool {
  const {
    name = "a",
    cidr = "10.0.0.0/24",
    paused = false,
    creationTimestamp = "2024-02-15T13:17:21Z",
  } = options;
  const going = options.deletionTimestamp === undefined
    ? {}
    : { deletionTimestamp: options.deletionTimestamp };
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name, creationTimestamp, ...going },
    spec: { networkName: "net", paused, ipv4Config: { cidr } },
  };
}

function state(reason: PoolServingReason): PoolReport {
  return { ready: reason === "Serving", reason, message: "why", interfaceName: "br0" };
}

function reasons(
  pools: readonly IPPool[],
  reported: Readonly<Record<string, PoolReport>>,
  networks = ["default/net"],
): string[] {
  return notServed({
    pools,
    hasAttachment: (key) => networks.includes(key),
    report: { pod: {}, pools: reported },
  });
}

const CASES: Readonly<Record<string, [found: string[], expected: string[]]>> = {
  "no pool is all served": [reasons([], {}), []],
  "a pool that is served": [reasons([pool()], { "default/a": state("Serving") }), []],
  "a pool that is served, though another machine has its address": [
    reasons([pool()], { "default/a": state("AddressInUse") }),
    [],
  ],
  "a pool that the agent does not know yet": [
    reasons([pool()], {}),
    ["IPPool default/a is not known to the agent yet"],
  ],
  "a pool whose socket failed": [
    reasons([pool()], { "default/a": state("SocketFailed") }),
    ["IPPool default/a is not served: SocketFailed: why"],
  ],
  "a pool that is not synced": [
    reasons([pool()], { "default/a": state("NotSynced") }),
    ["IPPool default/a is not served: NotSynced: why"],
  ],
  "a missing interface is not waited for": [
    reasons([pool()], { "default/a": state("InterfaceMissing") }),
    [],
  ],
  "a paused pool is not waited for": [
    reasons([pool({ paused: true })], { "default/a": state("Paused") }),
    [],
  ],
  "an invalid pool is not waited for": [reasons([pool({ cidr: "10.0.0.0/33" })], {}), []],
  "a pool that is being deleted is not waited for": [
    reasons([pool({ deletionTimestamp: "2024-02-15T13:17:22Z" })], {}),
    [],
  ],
  "a pool without its network is not waited for": [reasons([pool()], {}, []), []],
  "the younger of two pools on a network is not waited for": [
    reasons([pool({ name: "b", creationTimestamp: "2024-02-15T13:17:22Z" }), pool()], {
      "default/a": state("Serving"),
      "default/b": state("SocketFailed"),
    }),
    [],
  ],
};

for (const [sentence, [found, expected]] of Object.entries(CASES)) {
  Deno.test(`notServed: ${sentence}`, () => deepEqual(found, expected));
}
