import {
  deepStrictEqual as deepEqual,
  notStrictEqual as notEqual,
  strictEqual as equal,
} from "node:assert/strict";
import { NET_48 } from "./fixtures/documents.ts";
import { networkNameProblem, networkOfPool, networksOfVm, wholeNetworkName } from "./network.ts";
import type { IPPool, VirtualMachine } from "./types.ts";

Deno.test("wholeNetworkName completes a name with the object's own namespace, as KubeVirt does", () => {
  equal(wholeNetworkName("net-48", "tenant-a"), "tenant-a/net-48");
  equal(wholeNetworkName("default/net.48", "tenant-a"), "default/net.48");
  equal(wholeNetworkName("net-48", undefined), "default/net-48");
});

Deno.test("networkNameProblem says why a name is none, and wholeNetworkName takes it for none", () => {
  equal(
    networkNameProblem("a/b/c"),
    'must be "namespace/name" or "name": it has more than one slash',
  );
  equal(wholeNetworkName(7, "default"), undefined);
  for (
    const bad of [
      "",
      "/a",
      "a/",
      "A",
      "a_b",
      "-a",
      "a-",
      "a..b",
      `${"n".repeat(64)}/a`,
      "a".repeat(254),
      " a",
      "a-/b",
      "a/-b",
      "a//b",
    ]
  ) {
    notEqual(networkNameProblem(bad), undefined);
    equal(wholeNetworkName(bad, "default"), undefined, bad);
  }
});

Deno.test("networkNameProblem accepts the longest names", () => {
  const name = `${Array(4).fill("a".repeat(62)).join(".")}.a`;
  equal(name.length, 253);
  equal(networkNameProblem(`${"n".repeat(63)}/${name}`), undefined);
});

Deno.test("networkOfPool is the network of the spec, whatever the pool is called", () => {
  const metadata = { name: "pool", namespace: "tenant-a" };
  const pool = (spec: unknown) => ({ ...NET_48, metadata, spec }) as IPPool;
  equal(networkOfPool(pool({ networkName: "default/net-48" })), "default/net-48");
  equal(networkOfPool(pool({ networkName: "net-48" })), "tenant-a/net-48");
  equal(networkOfPool(pool({ networkName: 7 })), undefined);
  equal(networkOfPool(pool(undefined)), undefined);
});

Deno.test("networksOfVm names each network of Multus once, and not the pod network", () => {
  const vm = (networks: unknown) =>
    ({
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      metadata: { name: "vm", namespace: "tenant-a" },
      spec: { template: { spec: { networks } } },
    }) as VirtualMachine;
  const multus = (networkName: unknown) => ({ name: "nic", multus: { networkName } });
  deepEqual(
    networksOfVm(vm([
      { name: "default", pod: {} },
      multus("net-48"),
      multus("default/net-48"),
      multus("tenant-a/net-48"),
      multus("a/b/c"),
      null,
    ])),
    ["tenant-a/net-48", "default/net-48"],
  );
  deepEqual(networksOfVm(vm("none")), []);
});
