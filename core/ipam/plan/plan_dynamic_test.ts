import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { formatIPv4, parseIPv4, parseRange } from "../../net/mod.ts";
import { claimOf, macOf, MINUTE, NOW, plan, poolOf, results, written } from "../testing/fixture.ts";
import { homeAddress } from "./home_address.ts";
import type { Claim } from "../types.ts";

const RANGE = parseRange("10.0.0.11", "10.0.0.20");
const UNTIL = "2026-01-01T01:00:00Z";

/** The address that a MAC address gets in an empty pool. */
function homeOf(number: number): string {
  return formatIPv4(homeAddress(0x525400000000 + number, RANGE));
}

/** The next address of the range, from its end to its start. */
function after(address: string): string {
  const next = parseIPv4(address) + 1;
  return formatIPv4(next > RANGE.end ? RANGE.start : next);
}

/** Another MAC address with the same home. */
function sameHome(number: number): number {
  for (let other = number + 1; other < 256; other++) {
    if (homeOf(other) === homeOf(number)) return other;
  }
  throw new Error("No other MAC address has the same home");
}

Deno.test("planPool 3: a VM that is made again with its MAC address gets its address back without any record", () => {
  for (let number = 1; number < 50; number++) {
    deepStrictEqual(results(plan(poolOf(), [claimOf(number)])), {
      [`vm-${number}`]: homeOf(number),
    });
  }
});

Deno.test("planPool 3: a new VM gets the address that its MAC address hashes to, or the next free one after it", () => {
  const other = sameHome(1);
  const claims = [claimOf(1), claimOf(other)];
  deepStrictEqual(results(plan(poolOf(), claims)), {
    "vm-1": homeOf(1),
    [`vm-${other}`]: after(homeOf(1)),
  });
});

Deno.test("planPool 3: of two new VMs the older comes first, whatever their MAC addresses", () => {
  const other = sameHome(1);
  const claims = [claimOf(1, { createdAt: NOW }), claimOf(other, { createdAt: NOW - 1 })];
  deepStrictEqual(results(plan(poolOf(), claims)), {
    "vm-1": after(homeOf(1)),
    [`vm-${other}`]: homeOf(1),
  });
});

Deno.test("planPool 3: the search goes on at the start of the range", () => {
  const allocated = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`10.0.0.${11 + index}`, macOf(100 + index)])
      .filter(([address]) => address !== "10.0.0.11"),
  );
  const claims = Array.from({ length: 10 }, (_, index) => claimOf(100 + index));
  for (let number = 1; number < 10; number++) {
    strictEqual(
      results(plan(poolOf({ allocated }), [...claims, claimOf(number)]))[`vm-${number}`],
      "10.0.0.11",
    );
  }
});

Deno.test("planPool 3: a VM gets the address that its object last showed, though the pool's record is gone", () => {
  const claims = [1, 2, 3].map((number) => claimOf(number, { previous: `10.0.0.${14 + number}` }));
  deepStrictEqual(results(plan(poolOf(), claims)), {
    "vm-1": "10.0.0.15",
    "vm-2": "10.0.0.16",
    "vm-3": "10.0.0.17",
  });
});

Deno.test("planPool 3: who had an address before comes before an older newcomer", () => {
  const home = homeOf(1);
  const claims = [claimOf(1), claimOf(2, { previous: home })];
  deepStrictEqual(results(plan(poolOf(), claims)), { "vm-1": after(home), "vm-2": home });
});

Deno.test("planPool 3: a former address that cannot be had any more is no obstacle", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: ["10.0.0.12"] } };
  const pool = poolOf({ config, allocated: { "10.0.0.13": macOf(9) } });
  for (
    const previous of ["10.0.0.12", "10.0.0.13", "10.0.0.99", "10.0.1.1", "10.0.0.1", "unknown", ""]
  ) {
    const address = results(plan(pool, [claimOf(1, { previous }), claimOf(9)]))["vm-1"];
    strictEqual(address, results(plan(pool, [claimOf(1), claimOf(9)]))["vm-1"], previous);
  }
});

Deno.test("B28: a VM that was paused gets its address back while it is held, and later if it is free", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1) } });
  const paused = plan(pool, [claimOf(1, { state: "releasing", previous: "10.0.0.12" })]);
  deepStrictEqual(paused.ipv4.allocated, {});
  for (const previous of [{}, { previous: "10.0.0.12" }]) {
    const resumed = plan(written(pool, paused), [claimOf(1, previous)], { now: NOW + MINUTE });
    deepStrictEqual(resumed.ipv4, { allocated: { "10.0.0.12": macOf(1) }, used: 1, available: 9 });
  }
  const late = plan(written(pool, paused), [claimOf(1, { previous: "10.0.0.12" })], {
    now: NOW + 99 * MINUTE,
  });
  deepStrictEqual(late.ipv4.allocated, { "10.0.0.12": macOf(1) });
});

Deno.test("planPool 4: a held address is not given to another MAC address", () => {
  const home = homeOf(1);
  const pool = poolOf({ ipv4: { released: { [home]: { macAddress: macOf(9), until: UNTIL } } } });
  deepStrictEqual(results(plan(pool, [claimOf(1)])), { "vm-1": after(home) });
  deepStrictEqual(results(plan(pool, [claimOf(1, { previous: home })])), { "vm-1": after(home) });
  deepStrictEqual(results(plan(pool, [claimOf(1)], { now: NOW + 60 * MINUTE })), { "vm-1": home });
});

Deno.test("planPool 4: where nothing else is free, the hold that ends first gives way", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.13" } };
  const released = {
    "10.0.0.11": { macAddress: macOf(11), until: "2026-01-01T00:30:00Z" },
    "10.0.0.12": { macAddress: macOf(12), until: "2026-01-01T00:10:00Z" },
    "10.0.0.13": { macAddress: macOf(13), until: "2026-01-01T00:20:00Z" },
    "10.0.0.99": { macAddress: macOf(14), until: "2026-01-01T00:01:00Z" },
  };
  const pool = poolOf({ config, ipv4: { released, available: 3 } });
  const claims = [1, 2, 3, 4].map((number) => claimOf(number));
  const { ipv4, outcomes } = plan(pool, claims);
  deepStrictEqual(ipv4.allocated, {
    "10.0.0.12": macOf(1),
    "10.0.0.13": macOf(2),
    "10.0.0.11": macOf(3),
  });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.99"]);
  strictEqual(outcomes.get("vm-4")?.reason, "PoolExhausted");
});

Deno.test("planPool 9: an exhausted pool says so, and heals when it grows", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.12" } };
  const pool = poolOf({ config });
  const claims = [1, 2, 3].map((number) => claimOf(number));
  const first = plan(pool, claims);
  const message = "No address is left in 10.0.0.11-10.0.0.12 of IPPool default/net";
  deepStrictEqual(first.outcomes.get("vm-3"), {
    claim: claimOf(3),
    reason: "PoolExhausted",
    message,
  });
  deepStrictEqual(first.notes, [{
    type: "Warning",
    reason: "PoolExhausted",
    message: `${message} for 52:54:00:00:00:03`,
  }]);
  deepStrictEqual([first.ipv4.used, first.ipv4.available], [2, 0]);
  const grown = written({ ...pool, spec: poolOf().spec }, first);
  const next = plan(grown, claims);
  for (const number of [1, 2]) {
    strictEqual(
      next.outcomes.get(`vm-${number}`)?.address,
      first.outcomes.get(`vm-${number}`)?.address,
    );
  }
  strictEqual(next.outcomes.get("vm-3")?.reason, "Allocated");
});

Deno.test("planPool 9: the note of an exhausted pool names five that wait, and counts only those beyond", () => {
  const pool = poolOf({ config: { pool: { start: "10.0.0.11", end: "10.0.0.11" } } });
  const told = (waiting: number) =>
    plan(pool, Array.from({ length: waiting + 1 }, (_, index) => claimOf(index))).notes[0]?.message;
  const five = "No address is left in 10.0.0.11-10.0.0.11 of IPPool default/net for " +
    [1, 2, 3, 4, 5].map(macOf).join(", ");
  strictEqual(told(5), five);
  strictEqual(told(6), `${five} and 1 more`);
});

Deno.test("planPool 9: a pool of one address serves one VM, and the next one after it", () => {
  const pool = poolOf({ config: { pool: { start: "10.0.0.11", end: "10.0.0.11" } } });
  const first = plan(pool, [claimOf(1), claimOf(2)]);
  deepStrictEqual(results(first), { "vm-1": "10.0.0.11", "vm-2": "PoolExhausted" });
  const next = plan(written(pool, first), [claimOf(1, { state: "releasing" }), claimOf(2)]);
  deepStrictEqual(results(next), { "vm-1": "Released", "vm-2": "10.0.0.11" });
});

Deno.test("planPool 5: what is wrong with one claim does not disturb another", () => {
  const wrong: readonly Partial<Claim>[] = [
    { macAddress: "" },
    { macAddress: "52:54:00" },
    { macAddress: "01:00:5e:00:00:01" },
    { macAddress: "00:00:00:00:00:00" },
    { requested: "ten" },
    { createdAt: NaN },
  ];
  const bad = wrong.map((parts, index) => claimOf(100 + index, parts));
  strictEqual(results(plan(poolOf(), [...bad, claimOf(1)]))["vm-1"], homeOf(1));
});

Deno.test("a MAC address that no client can have is refused with its text", () => {
  const { outcomes } = plan(poolOf(), [
    claimOf(1, { macAddress: "01:00:5e:00:00:01" }),
    claimOf(2, { macAddress: "x" }),
  ]);
  deepStrictEqual(outcomes.get("vm-1"), {
    claim: claimOf(1, { macAddress: "01:00:5e:00:00:01" }),
    reason: "InvalidMacAddress",
    message: 'MAC address "01:00:5e:00:00:01" cannot be used: it is a multicast address',
  });
  strictEqual(
    outcomes.get("vm-2")?.message,
    'MAC address "x" cannot be used: it is not six octets',
  );
});

Deno.test("C5: claims and record are compared by value, whatever their spelling", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": "52-54-00-00-00-01" } });
  strictEqual(plan(pool, [claimOf(1, { macAddress: "5254.0000.0001" })]).changed, false);
});

for (
  const macAddress of ["52:54:00:00:00:0A", "52-54-00-00-00-0a", "52:54:0:0:0:a", "52540000000A"]
) {
  Deno.test(`C5: ${macAddress} is recorded in its canonical form`, () => {
    const { ipv4 } = plan(poolOf(), [claimOf(10, { macAddress })]);
    deepStrictEqual(Object.values(ipv4.allocated ?? {}), ["52:54:00:00:00:0a"]);
  });
}

Deno.test("addresses of one moment are given in the order of MAC addresses", () => {
  const other = sameHome(1);
  const createdAt = NOW;
  const claims = [claimOf(other, { createdAt }), claimOf(1, { createdAt })];
  strictEqual(results(plan(poolOf(), claims))["vm-1"], homeOf(1));
  notStrictEqual(results(plan(poolOf(), claims))[`vm-${other}`], homeOf(1));
});

Deno.test("no dynamic address is the server's, the router's, excluded, or an edge of the subnet", () => {
  const config = { cidr: "10.0.0.0/28", pool: { exclude: ["10.0.0.7"] } };
  const { ipv4 } = plan(
    poolOf({ config }),
    Array.from({ length: 20 }, (_, index) => claimOf(index + 1)),
  );
  strictEqual(ipv4.used, 11);
  strictEqual(ipv4.available, 0);
  const given = Object.entries(ipv4.allocated ?? {}).filter(([, text]) => text.includes(":"));
  const addresses = given.map(([address]) => Number(address.split(".").at(-1))).sort((a, b) =>
    a - b
  );
  deepStrictEqual(addresses, [3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]);
});
