import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { IPPool, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { servedNetworks } from "./served_networks.ts";

function pool(name: string, networkName: string, creationTimestamp: string): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name, creationTimestamp },
    spec: { networkName, ipv4Config: { cidr: "192.168.48.0/24" } },
  };
}

function nad(config: object): NetworkAttachmentDefinition {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name: "any" },
    spec: { config: JSON.stringify(config) },
  };
}

const OLD = "2024-02-15T13:17:21Z";
const YOUNG = "2024-02-15T13:17:22Z";

const ATTACHMENTS = new Map([
  ["default/a", nad({ type: "bridge", bridge: "br-a" })],
  ["default/b", nad({ type: "bridge", bridge: "br-b", vlan: 7 })],
  ["default/none", nad({ type: "loopback" })],
]);

function networks(
  pools: readonly IPPool[],
  interfaces: Readonly<Record<string, string>> = {},
): unknown {
  return servedNetworks({
    pools,
    attachment: (key) => ATTACHMENTS.get(key),
    interfaces: new Map(Object.entries(interfaces)),
  });
}

Deno.test("servedNetworks takes each pool's interface from its network, oldest pool first", () => {
  const pools = [
    pool("two", "default/b", YOUNG),
    pool("one", "a", OLD),
  ];
  deepEqual(networks(pools), [
    { pool: "default/one", interfaceName: "br-a" },
    { pool: "default/two", interfaceName: "br-b.7" },
  ]);
});

Deno.test("servedNetworks leaves out a pool whose network another one serves", () => {
  const pools = [pool("late", "a", YOUNG), pool("one", "default/a", OLD), pool("two", "b", YOUNG)];
  deepEqual(networks(pools), [
    { pool: "default/one", interfaceName: "br-a" },
    { pool: "default/two", interfaceName: "br-b.7" },
  ]);
});

Deno.test("servedNetworks prefers the given interface, even where the network does not exist", () => {
  deepEqual(
    networks([pool("one", "a", OLD), pool("two", "blue/x", YOUNG)], {
      "default/a": "eth7",
      "blue/x": "eth8",
    }),
    [{ pool: "default/one", interfaceName: "eth7" }, {
      pool: "default/two",
      interfaceName: "eth8",
    }],
  );
});

Deno.test("servedNetworks names why a pool has no interface", () => {
  deepEqual(
    networks([
      pool("one", "default/none", ""),
      pool("two", "default/gone", ""),
      pool("x", "a/b/c", ""),
    ]),
    [
      {
        pool: "default/one",
        interfaceName: "",
        problem:
          "NetworkAttachmentDefinition default/none names no interface: its spec.config has neither master nor bridge",
      },
      {
        pool: "default/two",
        interfaceName: "",
        problem:
          "NetworkAttachmentDefinition default/gone does not exist, and no interface is given for it",
      },
      {
        pool: "default/x",
        interfaceName: "",
        problem:
          'spec.networkName must be "namespace/name" or "name": it has more than one slash: "a/b/c"',
      },
    ],
  );
});
