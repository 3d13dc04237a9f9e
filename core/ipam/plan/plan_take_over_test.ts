import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { IPPool, IPv4Status } from "../../api/types.ts";
import { claimOf, macOf, plan, poolOf, written } from "../testing/fixture.ts";

const A = "10.0.0.11";

/** A pool that served the network before. */
function former(ipv4: Partial<IPv4Status>): IPPool {
  return { ...poolOf({ ipv4 }), metadata: { name: "old", namespace: "a" } };
}

Deno.test("a conflict that is over keeps no rest of a former pool from being taken over", () => {
  const released = { [A]: { macAddress: macOf(1), until: "2026-01-01T00:30:00Z" } };
  const formerPools = [former({ released })];
  for (const [until, isOver] of [["2025-12-31T23:59:00Z", true], ["2026-01-01T00:20:00Z", false]]) {
    const conflicts = { [A]: { macAddress: macOf(1), usedBy: macOf(9), until: String(until) } };
    const pool = poolOf({ allocated: { [A]: "CONFLICT" }, ipv4: { conflicts } });
    const { ipv4 } = plan(pool, [], { formerPools });
    deepStrictEqual(ipv4.released, isOver ? released : undefined);
  }
});

Deno.test("a mark that ends keeps no address of a former pool from being taken over, and a conflict does", () => {
  const claims = [claimOf(1, { owner: { namespace: "a", name: "vm", uid: "vm" } })];
  const formerPools = [former({ allocated: { [A]: macOf(1) } })];
  const since = (until: string) => ({ conflicts: { [A]: { until } } });
  const marks: readonly (readonly [string, Partial<IPv4Status>, boolean])[] = [
    ["EXCLUDED", {}, true],
    ["RESERVED", {}, true],
    ["CONFLICT", since("2025-12-31T23:59:00Z"), true],
    ["CONFLICT", since("2026-01-01T00:20:00Z"), false],
    ["CONFLICT", {}, false], // of the Go version
  ];
  for (const [mark, ipv4, isTaken] of marks) {
    for (const paused of [true, false]) {
      const pool = poolOf({ paused, allocated: { [A]: mark }, ipv4 });
      const first = plan(pool, claims, { formerPools });
      strictEqual(first.outcomes.get("vm-1")?.address === A, isTaken, mark);
      strictEqual(plan(written(pool, first), claims, { formerPools }).changed, false);
    }
  }
});
