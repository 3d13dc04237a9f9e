import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { claimOf, macOf, MINUTE, NOW, plan, poolOf, results } from "../testing/fixture.ts";

const A = "10.0.0.12";
const ALLOCATED = { [A]: macOf(1), "10.0.0.13": macOf(2), "10.0.0.14": "EXCLUDED" };
const CLAIMS = [
  claimOf(1),
  claimOf(2, { state: "releasing" }),
  claimOf(3),
  claimOf(4, { requested: "10.0.0.15" }),
];

Deno.test("B28: a paused pool gives nothing new, keeps what it gave, and takes back what is released", () => {
  const pool = poolOf({ paused: true, allocated: ALLOCATED });
  const result = plan(pool, CLAIMS);
  deepStrictEqual(results(result), {
    "vm-1": A,
    "vm-2": "Released",
    "vm-3": "PoolPaused",
    "vm-4": "PoolPaused",
  });
  deepStrictEqual(result.ipv4.allocated, { [A]: macOf(1) });
  strictEqual(
    result.outcomes.get("vm-3")?.message,
    "IPPool default/net is paused: nothing new is given",
  );
});

Deno.test("B15: in a paused pool, orphans are freed", () => {
  const pool = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  const { sightings } = plan(pool);
  deepStrictEqual(plan(pool, [], { now: NOW + MINUTE, sightings }).ipv4.allocated, {});
});

Deno.test("a VM that asks for another address keeps its own while the pool is paused", () => {
  const pool = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  const claim = claimOf(1, { requested: "10.0.0.15" });
  deepStrictEqual(results(plan(pool, [claim])), { "vm-1": `PoolPaused ${A}` });
  strictEqual(plan(pool, [claim]).changed, false);
});

const INVALID: readonly (readonly [sentence: string, config: Partial<IPv4Config>, path: string])[] =
  [
    ["a CIDR that is none", { cidr: "10.0.0.0/33" }, "spec.ipv4Config.cidr"],
    ["a CIDR of IPv6", { cidr: "fd00::/64" }, "spec.ipv4Config.cidr"],
    [
      "a range whose end lies before its start",
      { pool: { start: "10.0.0.20", end: "10.0.0.11" } },
      "spec.ipv4Config.pool.end",
    ],
    [
      "a range outside the subnet",
      { pool: { start: "10.0.1.1", end: "10.0.1.2" } },
      "spec.ipv4Config.pool.start",
    ],
    [
      "an exclude that cannot be read",
      { pool: { exclude: ["10.0.0.12-13"] } },
      "spec.ipv4Config.pool.exclude[0]",
    ],
    ["the server on the router's address", { serverIP: "10.0.0.2" }, "spec.ipv4Config.router"],
    ["the server on the network's address", { serverIP: "10.0.0.0" }, "spec.ipv4Config.serverIP"],
  ];

for (const [sentence, config, path] of INVALID) {
  Deno.test(`a pool with ${sentence} gives nothing, releases what is given back, and leaves the rest as it is`, () => {
    const ipv4 = { conflicts: { "10.0.0.18": { until: "2025-12-31T00:00:00Z" } } };
    const allocated = { ...ALLOCATED, "10.0.0.18": "CONFLICT" };
    const pool = poolOf({ config, allocated, ipv4 });
    const result = plan(pool, CLAIMS);
    strictEqual(result.wakeAt, NOW + 62 * MINUTE);
    deepStrictEqual(results(result), {
      "vm-1": `PoolInvalid ${A}`,
      "vm-2": "Released",
      "vm-3": "PoolInvalid",
      "vm-4": "PoolInvalid",
    });
    const { "10.0.0.13": _, ...rest } = allocated;
    deepStrictEqual(result.ipv4, {
      allocated: rest,
      used: 1,
      available: pool.status?.ipv4?.available,
      conflicts: ipv4.conflicts,
      released: { "10.0.0.13": { macAddress: macOf(2), until: "2026-01-01T01:02:00Z" } },
    });
    const message = result.outcomes.get("vm-3")?.message ?? "";
    strictEqual(message.startsWith("IPPool default/net cannot be used: "), true, message);
    strictEqual(message.includes(`${path}: must `), true, message);
  });
}

Deno.test("a pool that is invalid names every field error", () => {
  const config = { cidr: "10.0.0.0/33", serverIP: "ten", router: "eleven" };
  const message = plan(poolOf({ config }), [claimOf(1)]).outcomes.get("vm-1")?.message ?? "";
  for (const field of ["cidr", "serverIP", "router"]) {
    strictEqual(message.includes(`spec.ipv4Config.${field}: must `), true, message);
  }
});

Deno.test("an invalid pool frees no orphans", () => {
  const pool = poolOf({ config: { cidr: "" }, allocated: { [A]: macOf(1) } });
  const { sightings, wakeAt } = plan(pool);
  deepStrictEqual([sightings.size, wakeAt], [0, undefined]);
});

Deno.test("faults that have nothing to do with addresses keep no VM from its address", () => {
  const config = { dns: ["one"], ntp: ["?"], domainName: "..", leaseTime: -1 };
  strictEqual(plan(poolOf({ config }), [claimOf(1)]).outcomes.get("vm-1")?.reason, "Allocated");
});

Deno.test("B24: the younger of two pools gives nothing and keeps its record", () => {
  const pool = poolOf({ allocated: ALLOCATED });
  const result = plan(pool, CLAIMS, { servedBy: "default/older" });
  deepStrictEqual(results(result), {
    "vm-1": `NetworkAlreadyServed ${A}`,
    "vm-2": "Released",
    "vm-3": "NetworkAlreadyServed",
    "vm-4": "NetworkAlreadyServed",
  });
  strictEqual(
    result.outcomes.get("vm-3")?.message,
    "The network of IPPool default/net is served by IPPool default/older",
  );
  strictEqual(plan(pool, [], { servedBy: "default/older" }).sightings.size, 0);
});

Deno.test("a MAC address recorded twice is left alone while the pool gives nothing", () => {
  const allocated = { [A]: macOf(1), "10.0.0.13": macOf(1) };
  const { changed } = plan(poolOf({ paused: true, allocated }), [claimOf(1)]);
  strictEqual(changed, false);
});
