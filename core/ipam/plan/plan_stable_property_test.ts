import fc from "fast-check";
import type { AddressHold, IPv4Status } from "../../api/types.ts";
import { parseIPv4, parseMac } from "../../net/mod.ts";
import { claimOf, macOf, MINUTE, NOW, plan, poolOf, written } from "../testing/fixture.ts";
import type { Claim } from "../types.ts";
import { planPool } from "./plan_pool.ts";

const VMS = 5;
const FIRST = 11;
const LAST = 15;
/** How many plans of a full record may differ one after the other. */
const PLANS_UNTIL_REST = 8;
/** The MAC address of one of the VMs, or one that none has. */
const mac = fc.nat(VMS).map(macOf);
const address = fc.integer({ min: FIRST, max: LAST }).map((n) => `10.0.0.${n}`);
const until = fc.constantFrom(1, 30, 62).map((minutes) => timeOf(NOW + minutes * MINUTE));
const at = fc.constantFrom(0, 1, 30).map((minutes) => timeOf(NOW - minutes * MINUTE));

/** What a record says of one address: nothing, who has it, for whom it rests, or who uses it, perhaps where another one declined it. */
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ mac }) },
  { weight: 3, arbitrary: fc.record({ rests: mac, until }) },
  { weight: 1, arbitrary: fc.record({ usedBy: mac, until }) },
  { weight: 1, arbitrary: fc.record({ usedBy: mac, declinedBy: mac, until }) },
);

interface Entry {
  readonly mac?: string;
  readonly rests?: string;
  readonly usedBy?: string;
  readonly declinedBy?: string;
  readonly until?: string;
}

/** What an object says of its NIC. */
const parts = fc.record({
  namespace: fc.constantFrom("a", "b"),
  state: fc.constantFrom<Claim["state"]>("wanted", "wanted", "releasing"),
  shown: fc.option(fc.record({ previous: address, holds: fc.boolean() })),
  requested: fc.option(address),
  noted: fc.option(address),
  notedMac: fc.option(mac),
});

type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

/** What agents say of up to three addresses. */
const said = fc.uniqueArray(fc.tuple(address, mac), { maxLength: 3, selector: ([key]) => key })
  .map((pairs) => new Map(pairs.map(([address, mac]) => [parseIPv4(address), parseMac(mac)])));

const world = fc.record({
  end: fc.constantFrom("10.0.0.12", "10.0.0.13", "10.0.0.15"),
  record: fc.array(entry, { minLength: LAST - FIRST + 1, maxLength: LAST - FIRST + 1 }),
  objects: fc.array(fc.option(parts, { freq: 3 }), { minLength: VMS, maxLength: VMS }),
  inUse: said,
  lost: said,
  declined: fc.array(fc.record({ address, macAddress: mac, usedBy: mac, at }), { maxLength: 2 }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(".000", "");
}

/** The record that says so; no MAC address has two addresses in it. */
function recordOf(entries: readonly Entry[]): Partial<IPv4Status> {
  const allocated: Record<string, string> = {};
  const released: Record<string, AddressHold> = {};
  const conflicts: Record<string, AddressHold> = {};
  const known = new Set<string>();
  for (const [index, { mac = "", rests, usedBy, declinedBy, until = "" }] of entries.entries()) {
    const address = `10.0.0.${FIRST + index}`;
    if (mac !== "" && !known.has(mac)) allocated[address] = mac;
    known.add(mac);
    if (rests !== undefined) released[address] = { macAddress: rests, until };
    if (usedBy === undefined) continue;
    allocated[address] = "CONFLICT";
    conflicts[address] = { ...(declinedBy && { macAddress: declinedBy }), usedBy, until };
  }
  return { allocated, released, conflicts };
}

function claimOfNic(number: number, object: Parts): Claim {
  const { namespace, state, shown, requested, noted, notedMac } = object;
  const name = `vm-${number}`;
  return claimOf(number, {
    owner: { namespace, name, uid: name },
    vm: { namespace, name, running: true },
    state,
    ...shown,
    ...(requested && { requested }),
    ...(noted && { noted }),
    ...(notedMac && { notedMac }),
  });
}

/** The pool and the claims of a world. */
function planned({ end, record, objects }: Pick<World, "end" | "record" | "objects">) {
  const pool = poolOf({ config: { pool: { start: "10.0.0.11", end } }, ipv4: recordOf(record) });
  const claims = objects.flatMap((object, n) => object === null ? [] : [claimOfNic(n, object)]);
  return { pool, claims };
}

Deno.test("planPool: whatever is recorded, claimed, in use, lost and declined, the next plan of the same world says the same", () => {
  fc.assert(
    fc.property(world, ({ end, record, objects, ...reports }) => {
      const { pool, claims } = planned({ end, record, objects });
      plan(pool, claims, reports); // It plans again, and compares.
    }),
    { numRuns: 2000 },
  );
});

Deno.test("planPool: what finds the record full may change again with the next plans of the same world, and comes to rest", () => {
  const maxEntries = fc.integer({ min: 2, max: 12 });
  fc.assert(
    fc.property(world, maxEntries, ({ end, record, objects, ...reports }, maxEntries) => {
      const { pool, claims } = planned({ end, record, objects });
      const input = { claims, now: NOW, limits: { maxEntries }, ...reports };
      const plans = [planPool({ pool, ...input })];
      for (let last = plans[0]; last?.changed; last = plans.at(-1)) {
        if (plans.length > PLANS_UNTIL_REST) throw new Error(JSON.stringify(plans.at(-1)?.ipv4));
        const { sightings, holders } = last;
        plans.push(planPool({ ...input, pool: written(pool, last), sightings, holders }));
      }
    }),
    { numRuns: 2000 },
  );
});
