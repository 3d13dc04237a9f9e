import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4, parseMac } from "../../net/mod.ts";
import type { IPPool } from "../../api/types.ts";
import type { NetworkAccess } from "../../api/tenancy.ts";
import type { Claim, PlanInput } from "../types.ts";
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
import { planPool } from "./plan_pool.ts";

const A = "10.0.0.12";
const B = "10.0.0.11";
const STRANGER = "52:54:00:00:00:99";
const UNTIL = "2026-01-01T01:00:00Z";
const MARKED = { [A]: { usedBy: macOf(1), until: UNTIL } };
/** The range is A and B. */
const SMALL = { config: { pool: { start: B, end: A } } };

function used(mac = macOf(1)): Required<Pick<PlanInput, "inUse">> {
  return { inUse: new Map([[parseIPv4(A), parseMac(mac)]]) };
}

function of(namespace: string, n: number, parts: Partial<Claim> = {}): Claim {
  return claimOf(n, { owner: { namespace, name: `vm-${n}`, uid: `vm-${n}` }, ...parts });
}

/** A pool in which A is in conflict, as vm-1 uses it, and each namespace may have one address; vm-2 of `a` has B. */
function limited(parts: PoolParts = {}): IPPool {
  const pool = poolOf({
    allocated: { [B]: macOf(2), [A]: "CONFLICT" },
    ipv4: { available: 8, conflicts: MARKED },
    ...parts,
  });
  return { ...pool, spec: { ...pool.spec, limits: { perNamespace: 1 } } };
}

const HAS = of("a", 2, { previous: B, holds: true });
const WISHES: readonly Partial<Claim>[] = [
  { requested: A },
  { noted: A },
  { previous: A, holds: false },
];

Deno.test("what a VM uses that may not have it goes to nobody else, who asks for it by name or had it, whatever that VM wishes", () => {
  for (const mine of WISHES) {
    for (const its of [...WISHES, { previous: A, holds: true }]) {
      const claims = [of("a", 1, mine), HAS, of("b", 3, { createdAt: NOW - 24 * HOUR, ...its })];
      for (const pool of [limited(), limited({ allocated: { [B]: macOf(2) }, ipv4: {} })]) {
        const { ipv4, outcomes } = plan(pool, claims, used());
        deepStrictEqual(ipv4.conflicts, MARKED);
        strictEqual(outcomes.get("vm-1")?.address, undefined);
        strictEqual(outcomes.get("vm-3")?.address === A, false);
      }
    }
  }
});

Deno.test("rule 51: its mark stands when agents are silent, and while nothing is given", () => {
  const claims = [of("a", 1, { noted: A }), HAS, of("b", 3)];
  const silent = plan(limited(SMALL), claims);
  deepStrictEqual([silent.ipv4.allocated?.[A], results(silent)["vm-3"]], [
    "CONFLICT",
    "PoolExhausted",
  ]);
  const frozen = plan(limited(), claims, { awaitingUntil: NOW + MINUTE });
  strictEqual(frozen.ipv4.allocated?.[A], "CONFLICT");
});

Deno.test("nobody gets by using it what another one before asks for by name, unless that one may have nothing", () => {
  const first = { createdAt: NOW - 24 * HOUR, requested: A };
  for (const wish of [...WISHES, {}].filter(({ previous }) => previous === undefined)) {
    const claims = [of("a", 1, wish), of("b", 3, first)];
    const { ipv4, outcomes } = plan(poolOf(), claims, used());
    deepStrictEqual(ipv4.conflicts, MARKED);
    const theirs = outcomes.get("vm-3");
    deepStrictEqual([theirs?.reason, theirs?.message], [
      "AddressConflict",
      `Address ${A} is used by ${macOf(1)}; it rests until ${UNTIL}`,
    ]);
    const { reason, message } = outcomes.get("vm-1") ?? {};
    deepStrictEqual(
      wish.requested === undefined ? reason : [reason, message],
      wish.requested === undefined
        ? "Allocated"
        : ["AddressTaken", `Address ${A} is asked for by somebody of another namespace first`],
    );
    // One whose namespace has all that it may have keeps nobody from it.
    const pool = limited({ allocated: { [B]: macOf(2) }, ipv4: {} });
    const full = plan(pool, [of("c", 1, wish), HAS, of("a", 3, first)], used());
    strictEqual(full.outcomes.get("vm-1")?.address, A);
  }
});

Deno.test("rule 51: what was declined by who asks for it by name and may not have it goes to nobody else while it is in use", () => {
  const pool = limited({ ...SMALL, allocated: { [B]: macOf(2) }, ipv4: {} });
  const declined = [{
    address: A,
    macAddress: macOf(1),
    usedBy: STRANGER,
    at: "2025-12-31T23:49:00Z",
  }];
  const claims = [of("a", 1, { requested: A }), HAS, of("b", 3)];
  const { ipv4 } = plan(pool, claims, { ...used(STRANGER), declined });
  deepStrictEqual(ipv4.conflicts, { [A]: { usedBy: STRANGER, until: UNTIL } });
});

Deno.test("rule 51: who declined what it asks for by name has it before the VM that uses it, when it has rested, and meanwhile nobody has", () => {
  const declined = [{
    address: A,
    macAddress: macOf(2),
    usedBy: macOf(1),
    at: "2026-01-01T00:00:00Z",
  }];
  const claims = [of("a", 2, { requested: A }), of("b", 1, { previous: A, holds: false })];
  const pool = poolOf({ allocated: { "10.0.0.14": macOf(2) } });
  const resting = plan(pool, claims, { ...used(), declined });
  strictEqual(resting.ipv4.conflicts?.[A]?.until, "2026-01-01T00:10:00Z");
  strictEqual(resting.outcomes.get("vm-1")?.address === A, false);
  const later = { ...used(), declined, now: NOW + 10 * MINUTE };
  strictEqual(plan(written(pool, resting), claims, later).ipv4.allocated?.[A], macOf(2));
  // Also where it was marked before, and agents are silent.
  const marked = poolOf({
    allocated: { "10.0.0.14": macOf(2), [A]: "CONFLICT" },
    ipv4: { available: 8, conflicts: MARKED },
  });
  strictEqual(
    plan(marked, claims, { declined }).ipv4.conflicts?.[A]?.until,
    "2026-01-01T00:10:00Z",
  );
});

Deno.test("who uses what it had, which another one declines and leaves, has it in the same plan where nothing else is left", () => {
  const declined = [{
    address: B,
    macAddress: macOf(4),
    usedBy: macOf(2),
    at: "2026-01-01T00:00:00Z",
  }];
  const pool = poolOf({ ...SMALL, allocated: { [B]: macOf(4) }, ipv4: { available: 1 } });
  const claims = [of("b", 2, { noted: B }), of("b", 4)];
  const lost = new Map([[parseIPv4(A), parseMac(macOf(4))]]);
  deepStrictEqual(results(plan(pool, claims, { declined, lost })), { "vm-2": B, "vm-4": A });
});

Deno.test("a mark that names a VM gives it nothing while agents name another machine", () => {
  const pool = poolOf({
    allocated: { [A]: "CONFLICT" },
    ipv4: { available: 9, conflicts: MARKED },
  });
  for (const wish of [...WISHES, {}]) {
    strictEqual(plan(pool, [claimOf(1, wish)], used(STRANGER)).ipv4.allocated?.[A], "CONFLICT");
    strictEqual(plan(pool, [claimOf(1, wish)]).ipv4.allocated?.[A], macOf(1));
  }
});

Deno.test("what a VM of a namespace that is closed uses beside its own address goes to nobody else", () => {
  const pool = poolOf({
    allocated: { "10.0.0.13": macOf(1), [A]: "CONFLICT" },
    ipv4: { available: 8, conflicts: MARKED },
  });
  const access: NetworkAccess = {
    tenancy: "isolated",
    network: "default/net",
    allowed: new Set(),
  };
  const mine = of("a", 1, { requested: A, previous: "10.0.0.13", holds: true });
  const { ipv4 } = plan(pool, [mine, claimOf(3, { requested: A })], { ...used(), access });
  deepStrictEqual(ipv4.conflicts, MARKED);
});

Deno.test("in a frozen pool what is lost rests for its user beside the mark, and both stay", () => {
  const released = { [A]: { macAddress: macOf(9), until: UNTIL } };
  const pool = poolOf({
    allocated: { [A]: "CONFLICT" },
    ipv4: { available: 9, conflicts: MARKED, released },
  });
  const world = { lost: used().inUse, awaitingUntil: NOW + MINUTE };
  const claims = [claimOf(1, { previous: A, holds: false })];
  const frozen = plan(pool, claims, world);
  strictEqual(frozen.ipv4.allocated?.[A], "CONFLICT");
  const open = plan(written(pool, frozen), claims, { lost: world.lost });
  strictEqual(open.outcomes.get("vm-1")?.address, A);
});

Deno.test("who is refused for what rests, and gives way in the same plan for want of room, is told why", () => {
  for (const kept of [{}, { "10.0.0.13": macOf(1) }]) {
    const released = { [A]: { macAddress: macOf(9), until: UNTIL } };
    const claims = [
      claimOf(1, { requested: A }),
      claimOf(2),
      claimOf(3, { requested: "10.0.0.15" }),
    ];
    const { outcomes } = planPool({
      pool: poolOf({ allocated: { ...kept, "10.0.0.14": macOf(2) }, ipv4: { released } }),
      claims,
      sightings: new Map([[`lost ${A} ${macOf(9)}`, NOW - MINUTE]]),
      now: NOW,
      limits: { maxEntries: 3 },
    });
    const { reason, address } = outcomes.get("vm-1") ?? {};
    deepStrictEqual([reason, address], ["AddressTaken", Object.keys(kept)[0]]);
  }
});

Deno.test("a VM that shows the address which it asks for gets that back whether its guest uses it or not, whoever asks for it, too", () => {
  for (const shown of [{ holds: true }, { holds: false, interrupted: true }]) {
    const claims = [
      of("b", 1, { requested: A, previous: A, ...shown }),
      of("a", 3, { requested: A, createdAt: NOW - 24 * HOUR }),
    ];
    for (const world of [{}, used()]) {
      strictEqual(plan(poolOf(), claims, world).outcomes.get("vm-1")?.address, A);
    }
  }
});
