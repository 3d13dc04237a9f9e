import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ObjectMeta } from "../../api/types.ts";
import { type NetworkAccess, networkAccess, type Tenancy } from "../../api/tenancy.ts";
import { electPool } from "./elect_pool.ts";
import { poolOf } from "../testing/fixture.ts";

function poolWith(metadata: ObjectMeta) {
  return { ...poolOf(), metadata };
}

Deno.test("electPool takes the oldest pool", () => {
  const old = poolWith({ uid: "b", creationTimestamp: "2024-02-15T13:17:21Z" });
  const young = poolWith({ uid: "a", creationTimestamp: "2024-02-15T13:17:22Z" });
  strictEqual(electPool([young, old]), old);
});

Deno.test("electPool compares times, not their texts", () => {
  const old = poolWith({ uid: "b", creationTimestamp: "2024-02-15T14:17:21+01:00" });
  const young = poolWith({ uid: "a", creationTimestamp: "2024-02-15T13:17:22Z" });
  strictEqual(electPool([young, old]), old);
});

Deno.test("electPool takes the lowest uid of pools of one second", () => {
  const creationTimestamp = "2024-02-15T13:17:21Z";
  const a = poolWith({ uid: "a", creationTimestamp });
  strictEqual(electPool([poolWith({ uid: "b", creationTimestamp }), a]), a);
});

Deno.test("electPool takes a pool that is not created yet last, and of those the first by name", () => {
  const created = poolWith({ uid: "z", creationTimestamp: "2024-02-15T13:17:21Z" });
  const [a, b] = ["a", "b"].map((name) => poolWith({ namespace: "default", name }));
  if (a === undefined || b === undefined) throw new Error("No pools");
  strictEqual(electPool([b, created, a]), created);
  strictEqual(electPool([b, a]), a);
});

Deno.test("electPool has no pool to take of none", () => {
  strictEqual(electPool([]), undefined);
});

Deno.test("electPool takes the same pool in whatever order they come", () => {
  const pools = ["a", "b", "c", "d"].map((uid, index) =>
    poolWith({ uid, creationTimestamp: `2024-02-15T13:17:2${index % 2}Z` })
  );
  const shuffled = fc.shuffledSubarray(pools, { minLength: 4 });
  fc.assert(fc.property(shuffled, (pools) => strictEqual(electPool(pools)?.metadata.uid, "a")));
});

/** A pool of a namespace on `tenant-b/lab`, made in the n-th second. */
function poolFrom(namespace: string, second: number, allocated?: Readonly<Record<string, string>>) {
  const creationTimestamp = `2024-02-15T13:17:${String(second).padStart(2, "0")}Z`;
  const made = poolOf(allocated === undefined ? {} : { allocated });
  return {
    ...made,
    metadata: { namespace, name: "lab", uid: `${namespace}-${second}`, creationTimestamp },
    spec: { ...made.spec, networkName: "tenant-b/lab" },
  };
}

function accessFor(tenancy: Tenancy, allowed?: string): NetworkAccess {
  const annotations = allowed === undefined
    ? {}
    : { "network.harvesterhci.io/allowed-namespaces": allowed };
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "tenant-b", name: "lab", annotations },
  };
  return networkAccess("tenant-b/lab", { tenancy, nad });
}

Deno.test("T7: electPool takes the pool of the network's own namespace, whatever the ages", () => {
  const [own, foreign] = [poolFrom("tenant-b", 30), poolFrom("tenant-a", 10)];
  strictEqual(electPool([foreign, own]), own);
  strictEqual(electPool([foreign, own], accessFor("isolated")), own);
  const older = poolFrom("tenant-b", 20);
  strictEqual(electPool([foreign, own, older]), older);
});

Deno.test("T7: electPool takes a pool from elsewhere only where tenancy lets it", () => {
  const foreign = poolFrom("tenant-a", 10);
  strictEqual(electPool([foreign]), foreign);
  strictEqual(electPool([foreign], accessFor("shared")), foreign);
  strictEqual(electPool([foreign], accessFor("isolated")), undefined);
  strictEqual(electPool([foreign], accessFor("isolated", "tenant-c, tenant-a")), foreign);
  strictEqual(electPool([foreign], accessFor("isolated", "*")), foreign);
});

Deno.test("electPool lets a pool that has given addresses go on until another one may serve", () => {
  const served = poolFrom("tenant-a", 10, {
    "10.0.0.12": "52:54:00:00:00:01",
    "10.0.0.1": "RESERVED",
  });
  const marked = poolFrom("tenant-c", 9, { "10.0.0.1": "RESERVED" });
  strictEqual(electPool([marked, served], accessFor("isolated")), served);
  strictEqual(electPool([marked, served], accessFor("isolated", "tenant-c")), marked);
});
