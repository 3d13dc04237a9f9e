import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import {
  claimOf,
  HOUR,
  macOf,
  MINUTE,
  NOW,
  plan,
  poolOf,
  type PoolParts,
  results,
  written,
} from "../testing/fixture.ts";

const A = "10.0.0.12";

/** Rule 1: situations in which a recorded address stays with its MAC address. */
const STAYS: readonly (readonly [sentence: string, parts: PoolParts])[] = [
  ["after a restart of everything", {}],
  ["while the pool is paused", { paused: true }],
  ["when the address is excluded later", { config: { pool: { exclude: [A] } } }],
  ["when the server gets the address later", { config: { serverIP: A } }],
  ["when the router gets the address later", { config: { router: A } }],
  ["when the range starts behind it", { config: { pool: { start: "10.0.0.30" } } }],
  ["when the range ends before it", { config: { pool: { start: "10.0.0.3", end: "10.0.0.5" } } }],
  ["when the subnet is another one", {
    config: { cidr: "10.9.0.0/24", serverIP: "10.9.0.1", router: "10.9.0.2", pool: {} },
  }],
  ["when the range is one single other address", {
    config: { pool: { start: "10.0.0.3", end: "10.0.0.3" } },
  }],
];

for (const [sentence, parts] of STAYS) {
  Deno.test(`planPool 1: a recorded address stays with its MAC address ${sentence}`, () => {
    const pool = poolOf({ ...parts, allocated: { [A]: macOf(1) } });
    const { ipv4, outcomes } = plan(pool, [claimOf(1)]);
    strictEqual(ipv4.allocated?.[A], macOf(1));
    strictEqual(ipv4.used, 1);
    strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
    strictEqual(outcomes.get("vm-1")?.address, A);
  });
}

Deno.test("planPool 1: a recorded address keeps the spelling and place it has in the record", () => {
  const allocated = {
    "10.0.0.19": "52-54-00-00-00-02",
    "10.0.0.12": "52:54:00:00:00:1",
    "10.0.0.15": macOf(3),
  };
  const pool = poolOf({ allocated });
  const { ipv4, changed } = plan(pool, [claimOf(1), claimOf(2), claimOf(3)]);
  strictEqual(changed, false);
  strictEqual(ipv4, pool.status?.ipv4);
  const { ipv4: next } = plan(pool, [claimOf(1), claimOf(2), claimOf(3), claimOf(4)]);
  deepStrictEqual(Object.entries(next.allocated ?? {}).slice(0, 3), Object.entries(allocated));
});

Deno.test("planPool 7: marks stand inside the range only", () => {
  const { ipv4 } = plan(
    poolOf({
      config: { pool: { start: "10.0.0.2", end: "10.0.0.4", exclude: ["10.0.0.3", "10.0.0.9"] } },
    }),
  );
  deepStrictEqual(ipv4, {
    allocated: { "10.0.0.2": "RESERVED", "10.0.0.3": "EXCLUDED" },
    used: 0,
    available: 1,
  });
});

Deno.test("planPool 7: a mark goes with the words of the spec that it comes from", () => {
  const allocated = { "10.0.0.12": "EXCLUDED", "10.0.0.13": "RESERVED", "10.0.0.30": "EXCLUDED" };
  const { ipv4 } = plan(poolOf({ allocated }));
  deepStrictEqual(ipv4, { allocated: {}, used: 0, available: 10 });
});

Deno.test("planPool 7: an excluded address that is also the server's keeps the mark it bears", () => {
  const config = {
    serverIP: "10.0.0.12",
    router: "10.0.0.13",
    pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: ["10.0.0.13"] },
  };
  const marked = (text: string) =>
    poolOf({
      config,
      allocated: { "10.0.0.12": "RESERVED", "10.0.0.13": text },
      ipv4: { available: 8 },
    });
  strictEqual(plan(marked("EXCLUDED")).changed, false);
  strictEqual(plan(marked("RESERVED")).changed, false);
});

Deno.test("B21: an exclude of an address in use is deferred with a note until its owner goes", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: [A] } };
  const pool = poolOf({ config, allocated: { [A]: macOf(1) } });
  const kept = plan(pool, [claimOf(1)]);
  deepStrictEqual(kept.notes, [{
    type: "Warning",
    reason: "ExcludeDeferred",
    message: "Address 10.0.0.12 becomes EXCLUDED when 52:54:00:00:00:01 has given it back",
  }]);
  const gone = plan(pool, [claimOf(1, { state: "releasing" })]);
  deepStrictEqual([gone.ipv4.allocated, gone.ipv4.used, gone.ipv4.available], [
    { [A]: "EXCLUDED" },
    0,
    9,
  ]);
  deepStrictEqual(gone.notes, []);
});

Deno.test("B21: a freed address rests on when it is excluded for a while", () => {
  const released = { [A]: { macAddress: macOf(1), until: "2026-01-01T01:00:00Z" } };
  const parts = { allocated: { [A]: "EXCLUDED" }, ipv4: { released } };
  const range = { start: "10.0.0.11", end: "10.0.0.13" };
  const excluded = poolOf({ config: { pool: { ...range, exclude: [A] } }, ...parts });
  const claims = [claimOf(2), claimOf(3)];
  for (const pool of [excluded, poolOf({ config: { pool: range }, ...parts })]) {
    const { ipv4 } = plan(pool, claims);
    deepStrictEqual(ipv4.released, released);
    deepStrictEqual(Object.keys(ipv4.allocated ?? {}).filter((key) => key !== A).length, 2);
  }
  const [one, other, last] = [claimOf(2), claimOf(3), claimOf(4)];
  const lifted = plan(poolOf({ config: { pool: range }, ...parts }), [one, other, last]);
  deepStrictEqual(lifted.ipv4.available, 0, "given all the same where nothing else is left");
  const full = plan(excluded, [one, other, last]);
  strictEqual(full.ipv4.allocated?.[A], "EXCLUDED");
  // Its former owner may not have it back either as long as it is excluded.
  strictEqual(plan(excluded, [claimOf(1)]).ipv4.allocated?.[A], "EXCLUDED");
});

Deno.test("B22: an entry outside the range stays with a note until its owner goes, and is not counted", () => {
  const pool = poolOf({ allocated: { "10.0.0.99": macOf(1) }, ipv4: { available: 10 } });
  const kept = plan(pool, [claimOf(1)]);
  strictEqual(kept.changed, false);
  deepStrictEqual(kept.notes, [{
    type: "Normal",
    reason: "OutOfRange",
    message: "Address 10.0.0.99 of 52:54:00:00:00:01 is outside the range",
  }]);
  const gone = plan(pool, [claimOf(1, { state: "releasing" })]);
  deepStrictEqual([gone.ipv4.allocated, gone.ipv4.used, gone.ipv4.available], [{}, 0, 10]);
});

Deno.test("B22: an address outside the range that was asked for by name needs no note", () => {
  const pool = poolOf({ allocated: { "10.0.0.99": macOf(1) }, ipv4: { available: 10 } });
  const { notes, changed } = plan(pool, [claimOf(1, { requested: "10.0.0.99" })]);
  deepStrictEqual([notes, changed], [[], false]);
});

Deno.test("an entry that cannot be read is left alone, noted, and disturbs no other", () => {
  const allocated = {
    "10.0.0.012": macOf(1),
    "10.0.0.13": "what is this",
    "fd00::1": macOf(2),
    "10.0.0.14": macOf(4),
  };
  const pool = poolOf({ allocated });
  const { ipv4, notes } = plan(pool, [claimOf(3), claimOf(4)]);
  for (const [key, value] of Object.entries(allocated)) strictEqual(ipv4.allocated?.[key], value);
  deepStrictEqual([ipv4.used, ipv4.available], [2, 7]);
  deepStrictEqual(notes, [{
    type: "Warning",
    reason: "InvalidRecord",
    message:
      'Entry "10.0.0.012": "52:54:00:00:00:01" cannot be read; Entry "10.0.0.13": "what is this" cannot be read; ' +
      'Entry "fd00::1": "52:54:00:00:00:02" cannot be read',
  }]);
});

Deno.test("a note names the first five things and counts the others", () => {
  const numbers = [7, 6, 5, 1, 2, 3, 4];
  const allocated = Object.fromEntries(numbers.map((n) => [`10.0.0.${n + 100}`, macOf(n)]));
  const { notes } = plan(poolOf({ allocated }), numbers.map((n) => claimOf(n)));
  strictEqual(notes[0]?.message.split("; ").length, 6);
  strictEqual(notes[0]?.message.endsWith("; and 2 more"), true);
});

Deno.test("the notes of a plan come in the order of their reasons", () => {
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: [A] } };
  const allocated = { [A]: macOf(1), "10.0.0.99": macOf(2), "10.0.0.13": macOf(2) };
  const { notes } = plan(poolOf({ config, allocated }), [claimOf(1), claimOf(2)], {
    limits: { warnEntries: 1, maxEntries: 9 },
  });
  deepStrictEqual(notes.map(({ reason }) => reason), [
    "ExcludeDeferred",
    "InvalidRecord",
    "OutOfRange",
    "PoolNearlyFull",
  ]);
});

Deno.test("a MAC address recorded twice keeps the entry its owner asks for, else the one it shows, else the first", () => {
  const allocated = {
    "10.0.0.12": macOf(1),
    "10.0.0.13": "52-54-00-00-00-01",
    "10.0.0.14": macOf(1),
  };
  const keeps = (parts: Parameters<typeof claimOf>[1]) => {
    const { ipv4, notes } = plan(poolOf({ allocated }), [claimOf(1, parts)]);
    strictEqual(notes[0]?.reason, "InvalidRecord");
    strictEqual(ipv4.used, 1);
    return Object.keys(ipv4.allocated ?? {});
  };
  deepStrictEqual(keeps({}), ["10.0.0.12"]);
  deepStrictEqual(keeps({ previous: "10.0.0.14" }), ["10.0.0.14"]);
  deepStrictEqual(keeps({ previous: "10.0.0.14", requested: "10.0.0.13" }), ["10.0.0.13"]);
});

Deno.test("a MAC address recorded twice is freed from both entries with its owner", () => {
  const allocated = { "10.0.0.12": macOf(1), "10.0.0.13": macOf(1) };
  const { ipv4 } = plan(poolOf({ allocated }), [claimOf(1, { state: "releasing" })]);
  deepStrictEqual([ipv4.allocated, ipv4.used], [{}, 0]);
});

Deno.test("planPool 8: giving back what is not there succeeds", () => {
  const { changed, outcomes } = plan(poolOf({ ipv4: {} }), [
    claimOf(1, { state: "releasing" }),
    claimOf(2, { state: "releasing", macAddress: "no MAC address" }),
  ]);
  strictEqual(changed, false);
  deepStrictEqual([...outcomes.values()].map(({ reason }) => reason).sort(), [
    "Released",
    "Released",
  ]);
});

Deno.test("planPool 8: an orphan is freed after two sightings at least 60 s apart", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const first = plan(pool);
  deepStrictEqual([first.changed, first.wakeAt], [false, NOW + MINUTE]);
  const soon = plan(pool, [], { now: NOW + MINUTE - 1, sightings: first.sightings });
  deepStrictEqual([soon.changed, soon.wakeAt], [false, NOW + MINUTE]);
  const ripe = plan(pool, [], { now: NOW + MINUTE, sightings: soon.sightings });
  deepStrictEqual(ripe.ipv4.allocated, {});
  deepStrictEqual(ripe.notes, [{
    type: "Normal",
    reason: "OrphanReleased",
    message: "Freed 10.0.0.12 of 52:54:00:00:00:01, which nobody claims",
  }]);
});

Deno.test("planPool 8: an entry of the MAC address 00:00:00:00:00:00 is freed like any other orphan", () => {
  const pool = poolOf({ allocated: { [A]: "00:00:00:00:00:00" } });
  const { sightings } = plan(pool);
  deepStrictEqual(plan(pool, [], { now: NOW + MINUTE, sightings }).ipv4.allocated, {});
});

Deno.test("planPool 8: an orphan that is claimed in between must be seen twice again", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const first = plan(pool);
  const claimed = plan(pool, [claimOf(1)], { now: NOW + MINUTE, sightings: first.sightings });
  strictEqual(claimed.sightings.size, 0);
  strictEqual(plan(pool, [], { now: NOW + MINUTE, sightings: claimed.sightings }).changed, false);
});

Deno.test("planPool 8: a sighting is of an address and its MAC address, not of the address alone", () => {
  const first = plan(poolOf({ allocated: { [A]: macOf(1) } }));
  const other = poolOf({ allocated: { [A]: macOf(2) } });
  strictEqual(plan(other, [], { now: NOW + MINUTE, sightings: first.sightings }).changed, false);
});

Deno.test("planPool 8: a clock that was set back does not keep an orphan for ever", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const late = plan(pool, [], { now: NOW + HOUR });
  const back = plan(pool, [], { sightings: late.sightings });
  strictEqual(back.wakeAt, NOW + MINUTE);
  strictEqual(plan(pool, [], { now: NOW + MINUTE, sightings: back.sightings }).changed, true);
});

Deno.test("planPool 4: a freed address is held for an hour, and as long as an agent may not have heard of it", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4 } = plan(pool, [claimOf(1, { state: "releasing" })]);
  deepStrictEqual(ipv4, {
    allocated: {},
    used: 0,
    available: 10,
    released: { [A]: { macAddress: macOf(1), until: "2026-01-01T01:02:00Z" } },
  });
});

type Times = Pick<IPv4Config, "leaseTime" | "maxLeaseTime" | "honourRequestedLeaseTime">;

const HOLDS: readonly (readonly [times: Times, own: number | undefined, until: string])[] = [
  [{ leaseTime: 0 }, undefined, "2026-01-01T01:02:00Z"],
  [{ leaseTime: 1 }, undefined, "2026-01-01T00:02:01Z"],
  [{ leaseTime: 300 }, undefined, "2026-01-01T00:07:00Z"],
  [{ leaseTime: 3600 }, undefined, "2026-01-01T01:02:00Z"],
  [{ leaseTime: 0xffffffff }, undefined, "2026-01-01T01:02:00Z"],
  [{ leaseTime: 300 }, 600, "2026-01-01T00:12:00Z"],
  [{ leaseTime: 300 }, 60, "2026-01-01T00:07:00Z"],
  [{ leaseTime: 300, maxLeaseTime: 900 }, undefined, "2026-01-01T00:07:00Z"],
  [{ leaseTime: 300, honourRequestedLeaseTime: true }, 60, "2026-01-01T00:07:00Z"],
  [
    { leaseTime: 300, maxLeaseTime: 900, honourRequestedLeaseTime: true },
    600,
    "2026-01-01T00:17:00Z",
  ],
];

for (const [times, own, until] of HOLDS) {
  const told = `${JSON.stringify(times)} and ${own ?? "nothing"} of its own`;
  Deno.test(`planPool 4: with ${told} a freed address is held until ${until}, when no lease of it can go on`, () => {
    const clients = own === undefined ? {} : { [macOf(1)]: { options: { leaseTime: own } } };
    const pool = poolOf({ config: times, allocated: { [A]: macOf(1) }, ipv4: { clients } });
    const { ipv4 } = plan(pool, [claimOf(1, { state: "releasing" })]);
    strictEqual(ipv4.released?.[A]?.until, until);
  });
}

Deno.test("planPool 4: holds that are over are cleared together, at full minutes", () => {
  const released = {
    "10.0.0.12": { macAddress: macOf(1), until: "2026-01-01T00:05:01Z" },
    "10.0.0.13": { macAddress: macOf(2), until: "2026-01-01T00:05:59Z" },
  };
  const pool = poolOf({ ipv4: { released } });
  const wakeAt = NOW + 6 * MINUTE;
  strictEqual(plan(pool).wakeAt, wakeAt);
  const swept = plan(pool, [], { now: wakeAt });
  deepStrictEqual([swept.ipv4, swept.wakeAt], [{ used: 0, available: 10 }, undefined]);
});

Deno.test("planPool 4: a hold that cannot be read is cleared", () => {
  const released = {
    "10.0.0.012": { until: "2026-01-01T01:00:00Z" },
    "10.0.0.13": { until: "tomorrow" },
    "10.0.0.14": { until: "2026-01-01T01:00:00Z" },
  };
  const { ipv4 } = plan(poolOf({ ipv4: { released } }));
  deepStrictEqual(ipv4.released, { "10.0.0.14": { until: "2026-01-01T01:00:00Z" } });
});

Deno.test("a plan keeps what it does not know in the record, and takes over NTP servers that were looked up", () => {
  const ipv4 = { ntpServers: { "pool.ntp.org": ["192.0.2.1"] }, later: "yes" };
  const pool = poolOf({ allocated: { [A]: macOf(1) }, ipv4 });
  strictEqual(
    plan(pool, [claimOf(1)], { ntpServers: { "pool.ntp.org": ["192.0.2.1"] } }).changed,
    false,
  );
  const next = plan(pool, [claimOf(1)], { ntpServers: { "pool.ntp.org": ["192.0.2.2"] } }).ipv4;
  deepStrictEqual(next, {
    allocated: { [A]: macOf(1) },
    later: "yes",
    used: 1,
    available: 9,
    ntpServers: { "pool.ntp.org": ["192.0.2.2"] },
  });
  strictEqual("ntpServers" in plan(pool, [claimOf(1)], { ntpServers: {} }).ipv4, false);
  const before = written(pool, { ...plan(pool, [claimOf(1)]), ipv4: next });
  strictEqual(plan(before, [claimOf(1)]).changed, false);
});

Deno.test("an empty record and none are the same", () => {
  strictEqual(plan(poolOf({ allocated: {} })).changed, false);
  strictEqual(plan(poolOf({ ipv4: {} })).changed, false);
  deepStrictEqual(plan(poolOf()).ipv4, { used: 0, available: 10 });
});

Deno.test("wrong counts in the record are put right", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) }, ipv4: { used: 7, available: 0 } });
  const { ipv4 } = plan(pool, [claimOf(1)]);
  deepStrictEqual([ipv4.used, ipv4.available], [1, 9]);
  deepStrictEqual(results(plan(pool, [claimOf(1)])), { "vm-1": A });
});
