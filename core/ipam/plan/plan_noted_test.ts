import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { claimOf, HOUR, macOf, NOW, plan, poolOf, results } from "../testing/fixture.ts";
import type { Claim } from "../types.ts";

const A = "10.0.0.15";
const B = "10.0.0.16";

/** The claim of a VM of another namespace than the network's. */
function foreign(number: number, parts: Partial<Claim> = {}): Claim {
  const name = `vm-${number}`;
  return claimOf(number, {
    owner: { namespace: "evil", name, uid: name },
    vm: { namespace: "evil", name, running: true },
    ...parts,
  });
}

Deno.test("T1: planPool gives an address back to who shows it, not to an older claim that only notes it", () => {
  const shows = foreign(5, { previous: A, holds: true });
  for (const notes of [foreign(1, { noted: A }), claimOf(1, { noted: A })]) {
    const { outcomes } = plan(poolOf(), [notes, shows]);
    strictEqual(outcomes.get("vm-5")?.address, A);
    strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
  }
});

Deno.test("S4: planPool gives an address back to who showed it until the pool went, not to an earlier claim that asks for it by name", () => {
  const shown = { previous: A, holds: false };
  const asking = claimOf(1, { requested: A });
  const addressOf = (claim: Claim) => plan(poolOf(), [asking, claim]).outcomes.get("vm-5")?.address;
  strictEqual(addressOf(foreign(5, { ...shown, interrupted: true })), A);
  notStrictEqual(addressOf(foreign(5, shown)), A);
});

Deno.test("T1: planPool gives what is shown before what a stopped copy of one who shows another address notes", () => {
  const claims = [
    foreign(1, { previous: B, holds: true }),
    foreign(2, {
      macAddress: macOf(1),
      noted: A,
      vm: { namespace: "evil", name: "vm-2", running: false },
    }),
    foreign(5, { previous: A, holds: true }),
  ];
  const config = { pool: { start: "10.0.0.11", end: "10.0.0.20", exclude: [B] } };
  strictEqual(plan(poolOf({ config }), claims).outcomes.get("vm-5")?.address, A);
});

Deno.test("T1: planPool lets nobody who notes an address go before an earlier claim that asks for it by name", () => {
  const home = claimOf(5, { requested: A });
  for (const wish of [{}, { requested: A }]) {
    deepStrictEqual(
      plan(poolOf(), [foreign(1, { noted: A, ...wish }), home]).outcomes.get("vm-5")?.address,
      A,
    );
  }
  const older = foreign(1, { requested: A });
  strictEqual(plan(poolOf(), [older, foreign(5, { noted: A })]).outcomes.get("vm-1")?.address, A);
  // Neither where an address is freed that both wait for.
  const pool = poolOf({ allocated: { [A]: macOf(7) } });
  const leaving = claimOf(7, { previous: A, holds: true, state: "releasing" });
  const queue = [leaving, home, foreign(9, { requested: A, noted: A })];
  strictEqual(plan(pool, queue).outcomes.get("vm-5")?.address, A);
});

Deno.test("S4: planPool gives what is noted to who had it, and not to an earlier restored claim that asks for another's", () => {
  const restored = claimOf(1, { requested: A, waited: true, createdAt: NOW - 2 });
  const noted = claimOf(2, { noted: A, createdAt: NOW - 1 });
  strictEqual(plan(poolOf(), [restored, noted]).outcomes.get("vm-2")?.address, A);
});

Deno.test("S4: planPool gives what is noted before it gives it to a later claim that asks for it by name", () => {
  const later = claimOf(5, { requested: A, createdAt: NOW - HOUR + 5 });
  const { outcomes } = plan(poolOf(), [later, claimOf(1, { noted: A })]);
  strictEqual(outcomes.get("vm-1")?.address, A);
  strictEqual(outcomes.get("vm-5")?.reason, "AddressTaken");
});

Deno.test("T1: planPool names nobody of another namespace to who notes an address", () => {
  const pool = poolOf({ allocated: { [A]: macOf(5) } });
  const { outcomes } = plan(pool, [claimOf(5), foreign(1, { noted: A })]);
  strictEqual(
    outcomes.get("vm-1")?.instead,
    `${A}, which it had, is taken by somebody of another namespace`,
  );
  // Whose it was that nobody claims is not known.
  const orphan = plan(pool, [foreign(1, { noted: A })]);
  strictEqual(orphan.outcomes.get("vm-1")?.instead, outcomes.get("vm-1")?.instead);
  deepStrictEqual(Object.keys(results(orphan)), ["vm-1"]);
});

Deno.test("S5: planPool gives what is noted back while it rests for the MAC address that the NIC had it with, and that nobody has any more", () => {
  const until = "2099-01-01T00:00:00Z";
  const pool = poolOf({ ipv4: { released: { [A]: { macAddress: macOf(7), until } } } });
  const addressOf = (claim: Claim, ...others: readonly Claim[]) =>
    plan(pool, [claim, ...others]).outcomes.get("vm-1")?.address;
  const moved = claimOf(1, { noted: A, notedMac: macOf(7) });
  strictEqual(addressOf(moved), A);
  for (const noted of [{}, { notedMac: macOf(8) }, { noted: B, notedMac: macOf(7) }]) {
    notStrictEqual(addressOf(claimOf(1, { noted: A, ...noted })), A);
  }
  notStrictEqual(addressOf(moved, claimOf(7, { previous: B, holds: true })), A);
  const shown = { previous: A, interrupted: true, notedMac: macOf(7) };
  strictEqual(addressOf(claimOf(1, shown)), A);
  notStrictEqual(addressOf(claimOf(1, { ...shown, notedMac: macOf(8) })), A);
  const nobodys = poolOf({ ipv4: { released: { [A]: { until } } } });
  notStrictEqual(plan(nobodys, [claimOf(1, { noted: A })]).outcomes.get("vm-1")?.address, A);
});
