import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ObjectMeta } from "../api/types.ts";
import { electPool } from "./elect_pool.ts";
import { poolOf } from "./fixture.ts";

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
