import { deepStrictEqual, strictEqual } from "node:assert/strict";
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

const TAKEN = { "10.0.0.12": macOf(9) };

interface Row {
  readonly sentence: string;
  readonly requested: string;
  readonly parts?: PoolParts;
  readonly reason: string;
  readonly message: string;
}

/** Rule 2: wanted addresses that cannot be given, and what is said. */
const REFUSED: readonly Row[] = [
  {
    sentence: "that is no text of an address",
    requested: "ten",
    reason: "InvalidAddress",
    message: 'Address "ten": four decimal parts from 0 to 255 wanted',
  },
  {
    sentence: "in octal",
    requested: "010.0.0.12",
    reason: "InvalidAddress",
    message: 'Address "010.0.0.12": a part has a leading zero',
  },
  {
    sentence: "of IPv6",
    requested: "fd00::12",
    reason: "InvalidAddress",
    message: 'Address "fd00::12": IPv6 given where IPv4 is wanted',
  },
  {
    sentence: "of another subnet",
    requested: "10.0.1.12",
    reason: "AddressOutsideNetwork",
    message: "Address 10.0.1.12 is outside 10.0.0.0/24",
  },
  {
    sentence: "0.0.0.0",
    requested: "0.0.0.0",
    reason: "AddressOutsideNetwork",
    message: "Address 0.0.0.0 is outside 10.0.0.0/24",
  },
  {
    sentence: "that is the network's",
    requested: "10.0.0.0",
    reason: "AddressOutsideNetwork",
    message: "Address 10.0.0.0 is an edge of 10.0.0.0/24",
  },
  {
    sentence: "that is the broadcast address",
    requested: "10.0.0.255",
    reason: "AddressOutsideNetwork",
    message: "Address 10.0.0.255 is an edge of 10.0.0.0/24",
  },
  {
    sentence: "that is the server's",
    requested: "10.0.0.1",
    reason: "AddressReserved",
    message: "Address 10.0.0.1 is the address of the server or the router",
  },
  {
    sentence: "that is the router's",
    requested: "10.0.0.2",
    reason: "AddressReserved",
    message: "Address 10.0.0.2 is the address of the server or the router",
  },
  {
    sentence: "that is excluded",
    requested: "10.0.0.12",
    parts: { config: { pool: { exclude: ["10.0.0.12"] } } },
    reason: "AddressExcluded",
    message: "Address 10.0.0.12 is excluded",
  },
  {
    sentence: "that is excluded outside the range",
    requested: "10.0.0.99",
    parts: { config: { pool: { end: "10.0.0.20", exclude: ["10.0.0.99"] } } },
    reason: "AddressExcluded",
    message: "Address 10.0.0.99 is excluded",
  },
  {
    sentence: "that another VM has",
    requested: "10.0.0.12",
    parts: { allocated: TAKEN },
    reason: "AddressTaken",
    message: "Address 10.0.0.12 is taken by VM default/vm-9 (52:54:00:00:00:09)",
  },
  {
    sentence: "that is in conflict",
    requested: "10.0.0.13",
    parts: { allocated: { "10.0.0.13": "CONFLICT" } },
    reason: "AddressConflict",
    message: "Address 10.0.0.13 is in conflict; it rests until 2026-01-01T01:00:00Z",
  },
];

for (const { sentence, requested, parts, reason, message } of REFUSED) {
  const pool = poolOf(parts);
  const other = claimOf(9);

  Deno.test(`planPool 2: a request for an address ${sentence} is refused`, () => {
    const { outcomes } = plan(pool, [claimOf(1, { requested }), other]);
    deepStrictEqual(outcomes.get("vm-1"), {
      claim: claimOf(1, { requested }),
      reason,
      message,
    });
    strictEqual(outcomes.get("vm-9")?.reason, "Allocated");
  });

  Deno.test(`planPool 1: a VM keeps what it has when it asks for an address ${sentence}`, () => {
    const allocated = { "10.0.0.20": macOf(1), ...parts?.allocated };
    const { outcomes } = plan(poolOf({ ...parts, allocated }), [claimOf(1, { requested }), other]);
    deepStrictEqual(outcomes.get("vm-1"), {
      claim: claimOf(1, { requested }),
      reason,
      message,
      address: "10.0.0.20",
    });
  });
}

Deno.test("B2: an address outside the range but inside the subnet can be asked for", () => {
  const { ipv4, outcomes } = plan(poolOf(), [claimOf(1, { requested: "10.0.0.99" })]);
  deepStrictEqual(ipv4, { allocated: { "10.0.0.99": macOf(1) }, used: 1, available: 10 });
  strictEqual(outcomes.get("vm-1")?.message, "Allocated 10.0.0.99");
});

Deno.test("planPool 2: a request for the server's address is refused where the server's is the default", () => {
  const { serverIP: _, ...ipv4Config } = poolOf().spec.ipv4Config;
  const pool = { ...poolOf(), spec: { networkName: "default/net", ipv4Config } };
  const { outcomes } = plan(pool, [claimOf(1, { requested: "10.0.0.1" })]);
  strictEqual(outcomes.get("vm-1")?.reason, "AddressReserved");
});

Deno.test("an address of a /31 can be asked for", () => {
  const config = { cidr: "10.0.0.10/31", serverIP: "10.0.0.10", pool: {} };
  const { router: _, ...ipv4Config } = poolOf({ config }).spec.ipv4Config;
  const pool = { ...poolOf(), spec: { networkName: "default/net", ipv4Config } };
  deepStrictEqual(results(plan(pool, [claimOf(1, { requested: "10.0.0.11" })])), {
    "vm-1": "10.0.0.11",
  });
});

Deno.test("planPool 2: a request by name wins against a dynamic claim that is older", () => {
  for (let number = 2; number < 40; number++) {
    const alone = results(plan(poolOf(), [claimOf(number)]))[`vm-${number}`] ?? "";
    const both = results(plan(poolOf(), [claimOf(number), claimOf(50, { requested: alone })]));
    strictEqual(both["vm-50"], alone);
    strictEqual(both[`vm-${number}`] === alone, false);
  }
});

Deno.test("planPool 2: of two requests for one address the older wins, and the other is told who has it", () => {
  const claims = [1, 2].map((number) => claimOf(number, { requested: "10.0.0.12" }));
  const { outcomes } = plan(poolOf(), claims);
  strictEqual(outcomes.get("vm-1")?.address, "10.0.0.12");
  strictEqual(
    outcomes.get("vm-2")?.message,
    "Address 10.0.0.12 is taken by VM default/vm-1 (52:54:00:00:00:01)",
  );
});

Deno.test("planPool 2: a request waits for an orphan, and says so", () => {
  const { outcomes } = plan(poolOf({ allocated: TAKEN }), [claimOf(1, { requested: "10.0.0.12" })]);
  strictEqual(
    outcomes.get("vm-1")?.message,
    "Address 10.0.0.12 is taken by 52:54:00:00:00:09, which nobody claims",
  );
});

Deno.test("B1: another request frees the old address and gets the new one, in one plan", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1) } });
  const { ipv4 } = plan(pool, [claimOf(1, { requested: "10.0.0.13" })]);
  deepStrictEqual(ipv4, {
    allocated: { "10.0.0.13": macOf(1) },
    used: 1,
    available: 9,
    released: { "10.0.0.12": { macAddress: macOf(1), until: "2026-01-01T01:02:00Z" } },
  });
});

Deno.test("B1: a VM whose request is taken back keeps its address", () => {
  const pool = poolOf({ allocated: { "10.0.0.99": macOf(1) }, ipv4: { available: 10 } });
  strictEqual(plan(pool, [claimOf(1)]).changed, false);
});

Deno.test("B3: a reservation without a VM has its address, and its VM adopts it", () => {
  const { vm, ...reservation } = claimOf(1, { requested: "10.0.0.13" });
  const pool = poolOf();
  const reserved = plan(pool, [reservation]);
  deepStrictEqual(results(reserved), { "vm-1": "10.0.0.13" });
  const later = { now: NOW + 1000 * HOUR };
  strictEqual(plan(written(pool, reserved), [reservation], later).changed, false);
  strictEqual(vm === undefined, false);
  strictEqual(plan(written(pool, reserved), [claimOf(1)], later).changed, false);
});

Deno.test("a VM that is made again with another MAC address gets the address that it asks for at once", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1) } });
  const claims = [claimOf(1, { state: "releasing" }), claimOf(2, { requested: "10.0.0.12" })];
  deepStrictEqual(results(plan(pool, claims)), { "vm-1": "Released", "vm-2": "10.0.0.12" });
});

Deno.test("an address that its owner only moved away from rests before a request gets it", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1) }, config: { leaseTime: 600 } });
  const claims = [claimOf(1, { requested: "10.0.0.13" }), claimOf(2, { requested: "10.0.0.12" })];
  const first = plan(pool, claims);
  deepStrictEqual(results(first), { "vm-1": "10.0.0.13", "vm-2": "AddressTaken" });
  strictEqual(
    first.outcomes.get("vm-2")?.message,
    "Address 10.0.0.12 was just left by VM default/vm-1 (52:54:00:00:00:01); it rests until 2026-01-01T00:12:00Z",
  );
  strictEqual(first.wakeAt, NOW + 12 * MINUTE);
  const then = plan(written(pool, first), claims, { now: NOW + 12 * MINUTE });
  deepStrictEqual(results(then), { "vm-1": "10.0.0.13", "vm-2": "10.0.0.12" });
});

Deno.test("an older VM that asks for an address which a younger one leaves in the same plan is told so", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(2) } });
  const claims = [claimOf(1, { requested: "10.0.0.12" }), claimOf(2, { requested: "10.0.0.13" })];
  const { outcomes, wakeAt } = plan(pool, claims);
  strictEqual(outcomes.get("vm-1")?.message.startsWith("Address 10.0.0.12 was just left by"), true);
  strictEqual(wakeAt, NOW + HOUR + 2 * MINUTE);
});

Deno.test("two VMs that ask for each other's address both keep their own", () => {
  const pool = poolOf({ allocated: { "10.0.0.12": macOf(1), "10.0.0.13": macOf(2) } });
  const claims = [claimOf(1, { requested: "10.0.0.13" }), claimOf(2, { requested: "10.0.0.12" })];
  deepStrictEqual(results(plan(pool, claims)), {
    "vm-1": "AddressTaken 10.0.0.12",
    "vm-2": "AddressTaken 10.0.0.13",
  });
});
