import { strictEqual } from "node:assert/strict";
import { networkAccess } from "../../../core/api/tenancy.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { nad, pool } from "../../controller/objects.ts";
import { isServing, type Tenants } from "./serving.ts";

const NETWORK = "tenant-a/net-50";

function made(
  namespace: string,
  second: number,
  allocated: Readonly<Record<string, string>> = {},
): IPPool {
  const { metadata, spec } = pool(`${namespace}/of`) as unknown as IPPool;
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: {
      ...metadata,
      uid: `${namespace} ${second}`,
      creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    },
    spec: { ...spec, networkName: NETWORK },
    status: { ipv4: { allocated, used: 0, available: 0 } },
  };
}

/** An isolated network that names some namespaces. */
function open(to: string): Tenants {
  const { metadata } = nad(NETWORK) as { readonly metadata: object };
  const annotations = { "network.harvesterhci.io/allowed-namespaces": to };
  const of = { metadata: { ...metadata, annotations } } as never;
  return { accessTo: (network) => networkAccess(network, { tenancy: "isolated", nad: of }) };
}

Deno.test("a pool of a namespace that may not use the network serves it only for its entries, and where no other pool may", () => {
  const entries = { "10.50.0.10": "52:54:00:00:00:10" };
  const closed = made("tenant-b", 1);
  const given = made("tenant-b", 1, entries);
  const younger = made("default", 2);
  const home = made("tenant-a", 3);
  const says = (one: IPPool, others: readonly IPPool[], to: string) =>
    isServing(one, { pools: [one, ...others], tenants: open(to) });
  strictEqual(says(closed, [], "tenant-b"), true);
  strictEqual(says(closed, [], "default"), false);
  strictEqual(says(made("tenant-b", 1, { "10.50.0.9": "EXCLUDED" }), [], "default"), false);
  strictEqual(says(given, [], "default"), true);
  strictEqual(says(given, [younger], "default"), false);
  strictEqual(says(younger, [given], "default"), true);
  strictEqual(says(younger, [given], "*"), false);
  strictEqual(says(given, [home], "*"), false);
  strictEqual(says(home, [given], "*"), true);
  strictEqual(says(given, [closed], "default"), true);
  strictEqual(says(made("tenant-b", 1), [made("default", 1)], "*"), undefined);
});
