import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { toTimestamp } from "../../api/timestamp.ts";
import type { Claim } from "../types.ts";
import { claimOf, HOUR, macOf, MINUTE, NOW, plan, poolOf, results } from "../testing/fixture.ts";
import { HOLD_ENTRIES, RESTORE_MS } from "./limits.ts";

const A = "10.0.0.15";

/** What the VM with a number claims with the MAC address that it had, and with its next one. */
function moving(number: number, next: number, parts: Partial<Claim> = {}): readonly Claim[] {
  const claim = claimOf(number);
  return [
    { ...claim, previous: A, holds: true, state: "releasing" },
    { ...claim, id: `${claim.id} next`, macAddress: macOf(next), noted: A, ...parts },
  ];
}

/** The claim of a VM of a third namespace. */
function stranger(number: number, parts: Partial<Claim> = {}): Claim {
  const name = `vm-${number}`;
  return claimOf(number, {
    owner: { namespace: "evil", name, uid: name },
    vm: { namespace: "evil", name, running: true },
    ...parts,
  });
}

Deno.test("S5: planPool hands an address on to the MAC address that the NIC has now, in one write", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4, outcomes } = plan(pool, moving(1, 9));
  deepStrictEqual(ipv4.allocated, { [A]: macOf(9) });
  strictEqual(ipv4.released, undefined);
  strictEqual(ipv4.used, 1);
  strictEqual(outcomes.get("vm-1")?.reason, "Released");
  strictEqual(outcomes.get("vm-1 next")?.address, A);
});

Deno.test("S5: planPool hands an address on to a NIC that asks for another one, which it then gets", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4 } = plan(pool, moving(1, 9, { requested: "10.0.0.18" }));
  deepStrictEqual(ipv4.allocated, { "10.0.0.18": macOf(9) });
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(9));
});

Deno.test("S5: planPool hands nothing on while another claim wants the old MAC address", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4 } = plan(pool, [...moving(1, 9), claimOf(2, { macAddress: macOf(1) })]);
  strictEqual(ipv4.allocated?.[A], macOf(1));
});

Deno.test("S5: planPool hands an address on though another namespace waits with the old MAC address, and lets it inherit nothing", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  for (const running of [true, false]) {
    const { vm: _, ...reservation } = stranger(2, { macAddress: macOf(1) });
    const vm = { namespace: "evil", name: "vm-2", running };
    const waiting = running ? { ...reservation, vm } : reservation;
    const { ipv4, outcomes } = plan(pool, [...moving(1, 9), waiting]);
    strictEqual(ipv4.allocated?.[A], macOf(9));
    strictEqual(outcomes.get("vm-1 next")?.address, A);
    strictEqual(outcomes.get("vm-1")?.reason, "Released");
    strictEqual(outcomes.get("vm-2")?.reason, "Allocated");
    strictEqual(outcomes.get("vm-2")?.address === A, false);
  }
});

Deno.test("S5: planPool leaves an address with another incumbent of the old MAC address, of whatever namespace", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const other = stranger(2, { macAddress: macOf(1), previous: A, holds: true });
  const { ipv4, outcomes } = plan(pool, [...moving(1, 9), other]);
  strictEqual(ipv4.allocated?.[A], macOf(1));
  strictEqual(outcomes.get("vm-2")?.address, A);
});

Deno.test("S5: planPool hands on what the object has, not what it only notes", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4 } = plan(pool, [
    claimOf(1, { state: "releasing", previous: A, holds: true }),
    stranger(2, { noted: A }),
  ]);
  strictEqual(ipv4.allocated?.[A], undefined);
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(1));
  // Neither does an object that once asked for the MAC address of another.
  const [, next] = moving(2, 9);
  const asked = claimOf(2, { id: "asked", macAddress: macOf(1), state: "releasing" });
  const both = [claimOf(1, { state: "releasing", previous: A, holds: true }), asked];
  strictEqual(
    plan(pool, [...both, ...next === undefined ? [] : [next]]).ipv4.allocated?.[A],
    undefined,
  );
});

Deno.test("S5: planPool hands an address on in a paused pool, too", () => {
  const pool = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  deepStrictEqual(results(plan(pool, moving(1, 9))), { "vm-1": "Released", "vm-1 next": A });
});

Deno.test("S5: planPool hands an address on in a pool that gave way, so that the NIC keeps it when that one serves the network again", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { ipv4 } = plan(pool, moving(1, 9), { servedBy: "default/other" });
  deepStrictEqual(ipv4.allocated, { [A]: macOf(9) });
  strictEqual(ipv4.released, undefined);
  const shown = claimOf(1, { macAddress: macOf(9), previous: A, holds: true });
  deepStrictEqual(results(plan(poolOf({ ipv4 }), [shown])), { "vm-1": A });
});

Deno.test("S4: planPool gives what is noted before it gives anything asked for by name or new", () => {
  const claims = [
    claimOf(1, { requested: A, waited: true, createdAt: NOW - MINUTE }),
    claimOf(2, { noted: A }),
    claimOf(3),
  ];
  const { outcomes } = plan(poolOf(), claims);
  strictEqual(outcomes.get("vm-2")?.address, A);
  strictEqual(outcomes.get("vm-1")?.reason, "AddressTaken");
});

Deno.test("S4: planPool gives nothing that is noted outside the range, reserved, excluded, in use, held or marked", () => {
  const pool = poolOf({
    config: {
      serverIP: "10.0.0.11",
      pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: ["10.0.0.12"] },
    },
    allocated: { "10.0.0.13": macOf(7) },
    ipv4: {
      released: { "10.0.0.14": { macAddress: macOf(8), until: "2026-01-01T00:30:00Z" } },
      conflicts: { "10.0.0.15": { usedBy: macOf(9), until: "2026-01-01T00:30:00Z" } },
    },
  });
  for (const last of ["30", "11", "12", "13", "14", "15", "255", "x"]) {
    const noted = `10.0.0.${last}`;
    const { outcomes } = plan(pool, [claimOf(1, { noted }), claimOf(7)]);
    strictEqual(outcomes.get("vm-1")?.reason, "Allocated", noted);
    strictEqual(outcomes.get("vm-1")?.address === noted, false, noted);
  }
});

Deno.test("S4: planPool says who has what another noted, until its object shows its next address", () => {
  const claims = [claimOf(1, { noted: A }), claimOf(2, { noted: A })];
  const first = plan(poolOf(), claims);
  strictEqual(first.outcomes.get("vm-1")?.address, A);
  const { address = "", instead } = first.outcomes.get("vm-2") ?? {};
  strictEqual(instead, `${A}, which it had, is taken by VM default/vm-1 (${macOf(1)})`);
  const recorded = poolOf({ allocated: { [A]: macOf(1), [address]: macOf(2) } });
  strictEqual(plan(recorded, claims).outcomes.get("vm-2")?.instead, instead);
  const shown = claimOf(2, { previous: address, holds: true });
  const [one = shown] = claims;
  strictEqual(plan(recorded, [one, shown]).outcomes.get("vm-2")?.instead, undefined);
});

Deno.test("S4: planPool lets a restored claim wait for what was another's, and no longer than that takes", () => {
  const claim = claimOf(1, { requested: A, waited: true, noted: "10.0.0.18", createdAt: NOW });
  const { outcomes, wakeAt, ipv4 } = plan(poolOf(), [claim]);
  const { reason, address, message = "" } = outcomes.get("vm-1") ?? {};
  deepStrictEqual([reason, address], ["AddressTaken", "10.0.0.18"]);
  match(
    message,
    /was another's before VM default\/vm-1 was restored; it is kept for them until 2026-01-01T00:05:00Z/,
  );
  strictEqual(wakeAt, NOW + RESTORE_MS);
  const later = plan(poolOf({ ipv4 }), [claim], { now: NOW + RESTORE_MS });
  strictEqual(later.outcomes.get("vm-1")?.address, A);
});

Deno.test("S1: planPool keeps what agents gave before the record went back for who got it, and gives it back", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001], [0x0a_00_00_10, 0x5254_0000_0002]]);
  const { ipv4, notes } = plan(poolOf(), [claimOf(2), ...[3, 4, 5, 6].map((n) => claimOf(n))], {
    lost,
  });
  strictEqual(ipv4.allocated?.["10.0.0.16"], macOf(2));
  strictEqual(ipv4.allocated?.[A], undefined);
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(1));
  const [note] = notes.filter(({ reason }) => reason === "AddressesLost");
  strictEqual(
    note?.message,
    `Address ${A} of ${macOf(1)} is kept`,
  );
  strictEqual(note?.type, "Warning");
  const held = plan(poolOf({ ipv4 }), [claimOf(2), claimOf(1)], { lost });
  strictEqual(held.ipv4.allocated?.[A], macOf(1));
});

Deno.test("S1: planPool gives who had left an address the one back that it had before the record went back", () => {
  const mac = 0x5254_0000_0001;
  const lost = new Map([[0x0a_00_00_10, mac], [0x0a_00_00_0f, mac]]);
  for (const claims of [[claimOf(1)], []]) {
    const { ipv4 } = plan(poolOf(), claims, { lost });
    const later = plan(poolOf({ ipv4 }), [claimOf(1)], { lost });
    strictEqual(later.ipv4.allocated?.["10.0.0.16"], macOf(1));
  }
});

Deno.test("S1: planPool gives back what is marked of before it was given, unless agents hear another machine use it", () => {
  const [address, mac, stranger] = [0x0a_00_00_0f, 0x5254_0000_0001, 0x5254_0000_0099];
  const until = toTimestamp(NOW + HOUR);
  const marked = (conflict: object, allocated = {}) =>
    poolOf({
      allocated: { ...allocated, [A]: "CONFLICT" },
      ipv4: { available: 9, conflicts: { [A]: { until, ...conflict } } },
    });
  const usedBy = macOf(0x99);
  const lost = new Map([[address, mac]]);
  const noted = { noted: "10.0.0.17", notedMac: macOf(7) };
  const moved = { ...claimOf(1), ...noted, createdAt: NOW };
  const left = claimOf(7, {
    owner: moved.owner,
    previous: "10.0.0.17",
    holds: true,
    state: "releasing",
  });
  for (
    const [pool, claims] of [
      [marked({ usedBy }), [claimOf(1)]],
      [marked({ usedBy }), [claimOf(1, { requested: A })]],
      // A NIC that has another MAC address since the backup.
      [marked({ usedBy }, { "10.0.0.17": macOf(7) }), [left, moved]],
    ] as const
  ) {
    const { ipv4 } = plan(pool, [...claims], { lost });
    strictEqual(ipv4.allocated?.[A], macOf(1));
    strictEqual(ipv4.conflicts, undefined);
    const { ipv4: used } = plan(pool, [...claims], { lost, inUse: new Map([[address, stranger]]) });
    strictEqual(used.allocated?.[A], "CONFLICT");
  }
  const declined = [{ address: A, macAddress: macOf(1), usedBy, at: toTimestamp(NOW) }];
  for (
    const [pool, claims, world] of [
      [marked({}), [claimOf(1)], {}],
      [marked({ usedBy }), [claimOf(1)], { declined }],
      [marked({ usedBy }), [claimOf(2)], {}],
      [marked({ usedBy }), [claimOf(1)], { awaitingUntil: NOW + MINUTE }],
    ] as const
  ) {
    const { ipv4 } = plan(pool, [...claims], { lost, ...world });
    strictEqual(ipv4.allocated?.[A], "CONFLICT");
  }
  // Who uses it wants an address, too.
  const user = claimOf(2);
  const { ipv4 } = plan(marked({ usedBy: macOf(2) }), [claimOf(1), user], { lost });
  strictEqual(ipv4.allocated?.[A], "CONFLICT");
});

Deno.test("S1: where nothing else is left, what agents name last gives way first of what is kept as long: its client had left it before", () => {
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
  const lost = new Map(
    numbers.map((number) => [0x0a_00_00_0a + number, 0x5254_0000_0000 + number]),
  );
  const held = plan(poolOf(), [], { lost });
  for (const pool of [poolOf(), poolOf(held)]) {
    const { outcomes } = plan(pool, [claimOf(21), claimOf(22)], { lost });
    const given = ["vm-21", "vm-22"].map((id) => outcomes.get(id)?.address).toSorted();
    deepStrictEqual(given, ["10.0.0.19", "10.0.0.20"]);
  }
  // A record that has become too big.
  const { ipv4 } = plan(poolOf(held), [], { lost, limits: { maxEntries: 2 * HOLD_ENTRIES } });
  deepStrictEqual(Object.keys(ipv4.released ?? {}), ["10.0.0.11", "10.0.0.12"]);
});

Deno.test("S1: planPool keeps no address that is lost for less than its time, however many one MAC address had", () => {
  const mac = 0x5254_0000_0001;
  const lost = new Map([0x10, 0x0f, 0x0e, 0x0d].map((last) => [0x0a_00_00_00 + last, mac]));
  const { released = {} } = plan(poolOf(), [], { lost }).ipv4;
  const once = plan(poolOf(), [], { lost: new Map([[0x0a_00_00_0d, mac]]) }).ipv4.released;
  const untils = [16, 15, 14, 13].map((last) =>
    Date.parse(released[`10.0.0.${last}`]?.until ?? "")
  );
  const last = Date.parse(once?.["10.0.0.13"]?.until ?? "");
  deepStrictEqual(untils.map((until) => until - last), [3_000, 2_000, 1_000, 0]);
});

Deno.test("S1: planPool keeps what is lost for its time also where the record keeps it for the same client since before, for less", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const world = { lost, limits: { maxEntries: HOLD_ENTRIES } };
  const { released } = plan(poolOf(), [], { lost }).ipv4;
  const until = released?.[A]?.until ?? "";
  const longer = toTimestamp(Date.parse(until) + MINUTE);
  for (const [recorded, kept] of [[toTimestamp(NOW + MINUTE), until], [longer, longer]] as const) {
    const before = { [A]: { macAddress: macOf(1), until: recorded } };
    const pool = poolOf({ ipv4: { used: 0, available: 10, released: before } });
    // It takes no room that it had not.
    for (const input of [{ lost }, world]) {
      const { ipv4, sightings } = plan(pool, [], input);
      deepStrictEqual(ipv4.released?.[A], { macAddress: macOf(1), until: kept });
      const again = plan(poolOf({ ipv4 }), [], { ...input, sightings });
      deepStrictEqual(again.ipv4.released, ipv4.released);
    }
  }
});

Deno.test("S1: planPool leaves what the record gives to somebody else, and says so", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const pool = poolOf({ allocated: { [A]: macOf(2) } });
  const { ipv4, notes } = plan(pool, [claimOf(2)], { lost });
  strictEqual(ipv4.allocated?.[A], macOf(2));
  strictEqual(notes[0]?.message, `Address ${A} of ${macOf(1)} is ${macOf(2)}'s`);
});

Deno.test("S1: planPool keeps what a VM has just left, and may still use, from who had it before the record went back", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const pool = poolOf({ allocated: { [A]: macOf(2) } });
  const moving = claimOf(2, { requested: "10.0.0.17", previous: A, holds: true });
  const { ipv4 } = plan(pool, [moving], { lost });
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(2));
  const moved = claimOf(2, { requested: "10.0.0.17", previous: "10.0.0.17", holds: true });
  const later = plan(poolOf({ ipv4 }), [moved, claimOf(1), claimOf(3, { requested: A })], { lost });
  strictEqual(later.ipv4.allocated?.[A], undefined);
});

Deno.test("S1: planPool gives nobody by name what agents gave before the record went back to a VM that has no claim yet, until that is over", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const asking = claimOf(3, { requested: A });
  const { ipv4, outcomes, sightings, wakeAt = NaN } = plan(poolOf(), [asking], { lost });
  const { reason, address, message = "" } = outcomes.get("vm-3") ?? {};
  deepStrictEqual([reason, address], ["AddressTaken", undefined]);
  match(
    message,
    /was given, before the record went back to an earlier time, to 52:54:00:00:00:01, which nobody claims; it rests until 2026-/,
  );
  strictEqual(wakeAt, Date.parse(ipv4.released?.[A]?.until ?? ""));
  const back = plan(poolOf({ ipv4 }), [asking, claimOf(1)], { lost });
  strictEqual(back.ipv4.allocated?.[A], macOf(1));
  const { outcomes: untold } = plan(poolOf({ ipv4 }), [asking], { sightings, now: NOW + MINUTE });
  strictEqual(untold.get("vm-3")?.reason, "AddressTaken");
  const { outcomes: over } = plan(poolOf({ ipv4 }), [asking], { sightings, now: wakeAt });
  strictEqual(over.get("vm-3")?.address, A);
  const foreign = plan(poolOf({ ipv4 }), [stranger(3, { requested: A })], { lost });
  match(foreign.outcomes.get("vm-3")?.message ?? "", /to somebody of another namespace; it rests/);
});

Deno.test("S1: planPool gives what is lost to who asks for it by name when it was kept for its time, also where an agent still tells of it", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const first = plan(poolOf(), [], { lost });
  const { ipv4, sightings } = plan(poolOf(first), [claimOf(3)], {
    lost,
    sightings: first.sightings,
  });
  const now = Date.parse(ipv4.released?.[A]?.until ?? "");
  const over = plan(poolOf({ ipv4 }), [], { lost, sightings, now });
  strictEqual(over.ipv4.released, undefined);
  const later = { lost, sightings: over.sightings, now: now + MINUTE };
  const { outcomes } = plan(poolOf(over), [claimOf(4, { requested: A })], later);
  strictEqual(outcomes.get("vm-4")?.address, A);
});

Deno.test("S1: planPool gives a NIC by name what it had before the record went back with a MAC address that nobody has any more", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const nic = claimOf(3, { requested: A, noted: A, notedMac: macOf(1) });
  strictEqual(plan(poolOf(), [nic], { lost }).ipv4.allocated?.[A], macOf(3));
});

Deno.test("S1: planPool gives a NIC with another MAC address what that one was given before the record went back, and not what it had before that", () => {
  const mac = 0x5254_0000_0009;
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const lost = new Map([[0x0a_00_00_12, mac], [0x0a_00_00_0f, mac]]);
  const claims = moving(1, 9, { notedMac: macOf(1) });
  const { ipv4 } = plan(pool, claims, { lost });
  deepStrictEqual(ipv4.allocated, { "10.0.0.18": macOf(9) });
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(1));
  // It hands on what it has where that is what it was given, where it asks for that by name, and where nobody gets the other one back.
  const same = plan(pool, claims, { lost: new Map([[0x0a_00_00_0f, mac]]) });
  deepStrictEqual(same.ipv4.allocated, { [A]: macOf(9) });
  const asking = plan(pool, moving(1, 9, { requested: A }), { lost });
  deepStrictEqual(asking.ipv4.allocated, { [A]: macOf(9) });
  const paused = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  deepStrictEqual(plan(paused, claims, { lost }).ipv4.allocated, { [A]: macOf(9) });
  const another = poolOf({ allocated: { [A]: macOf(1), "10.0.0.18": macOf(2) } });
  const { outcomes } = plan(another, [...claims, claimOf(2)], { lost });
  strictEqual(outcomes.get("vm-1 next")?.address, A);
  const outside = plan(pool, claims, { lost: new Map([[0x0a_00_00_63, mac]]) });
  deepStrictEqual(outside.ipv4.allocated, { [A]: macOf(9) });
  const released = { "10.0.0.18": { macAddress: macOf(2), until: "2099-01-01T00:00:00Z" } };
  const resting = poolOf({
    ipv4: { allocated: { [A]: macOf(1) }, used: 1, available: 9, released },
  });
  const left = plan(resting, [...claims, claimOf(2, { requested: "10.0.0.19" })], { lost });
  strictEqual(left.outcomes.get("vm-1 next")?.address, A);
  // It is in place of the other one, also where a namespace has more by now than it may have.
  const two = poolOf({ allocated: { [A]: macOf(1), "10.0.0.20": macOf(3) } });
  const limited = { ...two, spec: { ...two.spec, limits: { perNamespace: 1 } } };
  const tenants = [...claims, claimOf(3)].map((claim) => ({
    ...claim,
    owner: { ...claim.owner, namespace: "a" },
  }));
  const crowded = plan(limited, tenants, { lost });
  strictEqual(crowded.outcomes.get("vm-1 next")?.address, "10.0.0.18");
});

Deno.test("S1: planPool gives who had an address before the record went back none that a VM has just given back, and may still use", () => {
  const lost = new Map([[0x0a_00_00_0f, 0x5254_0000_0001]]);
  const pool = poolOf({ allocated: { [A]: macOf(2) } });
  const paused = claimOf(2, { previous: A, holds: true, state: "releasing" });
  const { ipv4 } = plan(pool, [paused], { lost });
  strictEqual(ipv4.released?.[A]?.macAddress, macOf(2));
  const third = claimOf(3, { requested: A });
  const later = plan(poolOf({ ipv4 }), [paused, claimOf(1), third], { lost });
  strictEqual(later.ipv4.allocated?.[A], undefined);
  const back = plan(poolOf({ ipv4 }), [claimOf(2), claimOf(1)], { lost });
  strictEqual(back.ipv4.allocated?.[A], macOf(2));
  const gone = plan(poolOf({ ipv4 }), [claimOf(1)], { lost });
  strictEqual(gone.ipv4.allocated?.[A], macOf(1));
});

Deno.test("S1: planPool gives nothing new while agents have not said what is lost; what is recorded stays", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [claimOf(1), claimOf(2)];
  const waiting = plan(pool, claims, { awaitingUntil: NOW + 15_000 });
  deepStrictEqual(results(waiting), { "vm-1": A, "vm-2": "AwaitingAgents" });
  strictEqual(waiting.wakeAt, NOW + 15_000);
  const after = plan(pool, claims, { awaitingUntil: NOW, now: NOW + HOUR });
  strictEqual(after.outcomes.get("vm-2")?.reason, "Allocated");
});
