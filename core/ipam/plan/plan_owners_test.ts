import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { claimOf, macOf, NOW, plan, poolOf, results, written } from "../testing/fixture.ts";
import type { Claim } from "../types.ts";

const A = "10.0.0.12";
const TWIN = { macAddress: macOf(1) };

/** A copy of the first VM, that is stopped. */
function stopped(number: number, parts: Partial<Claim> = {}): Claim {
  const { vm, ...claim } = claimOf(number, TWIN);
  return { ...claim, ...(vm === undefined ? {} : { vm: { ...vm, running: false } }), ...parts };
}

Deno.test("planPool 6: of two running VMs with one MAC address the younger is refused, naming both", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { outcomes, ipv4 } = plan(pool, [claimOf(2, TWIN), claimOf(1)]);
  strictEqual(outcomes.get("vm-1")?.address, A);
  deepStrictEqual(outcomes.get("vm-2"), {
    claim: claimOf(2, TWIN),
    reason: "DuplicateMAC",
    message:
      "MAC address 52:54:00:00:00:01 of VM default/vm-2 is in use by VM default/vm-1, which runs too",
  });
  strictEqual(ipv4.used, 1);
});

Deno.test("planPool 6: the same holds in whatever spelling the MAC address is written", () => {
  const claims = [claimOf(1), claimOf(2, { macAddress: "52-54-00-00-00-01" })];
  strictEqual(plan(poolOf(), claims).outcomes.get("vm-2")?.reason, "DuplicateMAC");
});

Deno.test("planPool 6: twenty VMs started at once with one MAC address take one address", () => {
  const claims = Array.from({ length: 20 }, (_, index) => claimOf(index + 1, TWIN));
  const { outcomes, ipv4 } = plan(poolOf(), claims);
  strictEqual(ipv4.used, 1);
  strictEqual([...outcomes.values()].filter(({ reason }) => reason === "DuplicateMAC").length, 19);
  strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
});

Deno.test("planPool 6: a stopped VM shares the address", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  deepStrictEqual(results(plan(pool, [claimOf(1), stopped(2)])), { "vm-1": A, "vm-2": A });
});

Deno.test("planPool 6: a running VM comes before an older one that is stopped", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [stopped(0), claimOf(1), claimOf(2, TWIN)];
  deepStrictEqual(results(plan(pool, claims)), { "vm-0": A, "vm-1": A, "vm-2": "DuplicateMAC" });
});

Deno.test("planPool 6: two claims of one VM, or of one object, are no duplicates", () => {
  const { vm } = claimOf(1);
  const sameVm = claimOf(2, { ...TWIN, ...(vm === undefined ? {} : { vm }) });
  const sameOwner = claimOf(3, { ...TWIN, owner: claimOf(1).owner });
  const { outcomes, ipv4 } = plan(poolOf(), [claimOf(1), sameVm, sameOwner]);
  deepStrictEqual([...outcomes.values()].map(({ reason }) => reason), Array(3).fill("Allocated"));
  strictEqual(ipv4.used, 1);
});

Deno.test("planPool 6: a reservation shares with the VM that has its MAC address", () => {
  const { vm: _, ...reservation } = claimOf(2, { ...TWIN, requested: A });
  const pool = poolOf();
  const reserved = plan(pool, [reservation]);
  const both = plan(written(pool, reserved), [claimOf(1), reservation]);
  deepStrictEqual(results(both), { "vm-1": A, "vm-2": A });
});

Deno.test("planPool 6: the address is freed with the last owner", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const one = plan(pool, [claimOf(1, { state: "releasing" }), stopped(2)]);
  strictEqual(one.changed, false);
  deepStrictEqual(results(one), { "vm-1": "Released", "vm-2": A });
  strictEqual(
    one.outcomes.get("vm-1")?.message,
    `Released the address of ${macOf(1)}; ${A} stays with VM default/vm-2`,
  );
  const both = plan(pool, [claimOf(1, { state: "releasing" }), stopped(2, { state: "releasing" })]);
  deepStrictEqual(both.ipv4.allocated, {});
});

Deno.test("planPool 6: the refused VM gets the address when the other one goes", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [claimOf(1, { state: "releasing" }), claimOf(2, TWIN)];
  deepStrictEqual(results(plan(pool, claims)), { "vm-1": "Released", "vm-2": A });
  deepStrictEqual(results(plan(pool, [claimOf(2, TWIN)])), { "vm-2": A });
});

Deno.test("planPool 6: who shares a MAC address cannot have another address", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const { outcomes, changed } = plan(pool, [claimOf(1), stopped(2, { requested: "10.0.0.13" })]);
  strictEqual(changed, false);
  deepStrictEqual(outcomes.get("vm-2"), {
    claim: stopped(2, { requested: "10.0.0.13" }),
    reason: "DuplicateMAC",
    message:
      "Address 10.0.0.13 is not given to VM default/vm-2: it shares MAC address 52:54:00:00:00:01, and so " +
      "10.0.0.12, with VM default/vm-1",
    address: A,
  });
});

Deno.test("planPool 6: the request of the running VM decides", () => {
  const claims = [
    stopped(1, { requested: "10.0.0.13" }),
    claimOf(2, { ...TWIN, requested: "10.0.0.14" }),
  ];
  deepStrictEqual(results(plan(poolOf(), claims)), {
    "vm-1": "DuplicateMAC 10.0.0.14",
    "vm-2": "10.0.0.14",
  });
});

Deno.test("planPool 6: a duplicate is refused the same where the pool gives nothing", () => {
  const claims = [claimOf(1), claimOf(2, TWIN)];
  const pool = poolOf({ paused: true, allocated: { [A]: macOf(1) } });
  deepStrictEqual(results(plan(pool, claims)), { "vm-1": A, "vm-2": "DuplicateMAC" });
  deepStrictEqual(results(plan(poolOf({ paused: true }), claims)), {
    "vm-1": "PoolPaused",
    "vm-2": "DuplicateMAC",
  });
});

Deno.test("claims of one moment are told apart by their ids", () => {
  const createdAt = NOW;
  const claims = [claimOf(2, { ...TWIN, createdAt }), claimOf(1, { createdAt })];
  strictEqual(plan(poolOf(), claims).outcomes.get("vm-1")?.reason, "Allocated");
});

/** The claim of a VM of tenant `a`, who is not the one of {@linkcode claimOf}. */
function strange(number: number, parts: Partial<Claim> = {}): Claim {
  const name = `a-${number}`;
  return {
    ...claimOf(number, TWIN),
    id: name,
    owner: { namespace: "tenant-a", name, uid: name },
    vm: { namespace: "tenant-a", name, uid: `uid-${name}`, running: true },
    createdAt: NOW - 24 * 3_600_000,
    ...parts,
  };
}

function reservation({ vm: _, ...claim }: Claim): Claim {
  return claim;
}

/** What a status says of who has an address. */
const SHOWN = { previous: A, holds: true };
const HELD = poolOf({ allocated: { [A]: macOf(1) } });

const INCUMBENTS: readonly (readonly [who: string, claim: Claim])[] = [
  ["a running VM", claimOf(1, SHOWN)],
  ["a stopped VM", stopped(1, SHOWN)],
  ["a reservation", reservation(claimOf(1, SHOWN))],
];
const NEWCOMERS: readonly (readonly [who: string, claim: Claim])[] = [
  [
    "a VM that never ran",
    strange(2, { vm: { namespace: "tenant-a", name: "a-2", running: false } }),
  ],
  ["a running VM", strange(2)],
  ["a VM that asks for another address", strange(2, { requested: "10.0.0.19" })],
  ["a reservation", reservation(strange(2, { requested: "10.0.0.19" }))],
  ["a VM whose status remembers the address", strange(2, { previous: A, holds: false })],
];
for (const [incumbentIs, incumbent] of INCUMBENTS) {
  for (const [newcomerIs, newcomer] of NEWCOMERS) {
    Deno.test(`T1: ${incumbentIs} keeps its address from ${newcomerIs} of another namespace, however old that is`, () => {
      const result = plan(HELD, [newcomer, incumbent]);
      strictEqual(result.changed, false);
      strictEqual(result.outcomes.get(incumbent.id)?.reason, "Allocated");
      strictEqual(result.outcomes.get(incumbent.id)?.address, A);
      const refused = result.outcomes.get(newcomer.id);
      strictEqual(refused?.reason, "DuplicateMAC");
      strictEqual(refused?.address, undefined);
      match(
        refused?.message ?? "",
        /tenant-a\/a-2 is in use by .* default\/vm-1, which had it before/,
      );
    });
  }
}

Deno.test("T1: the newcomer gets the address when the incumbent gives it back, and loses it to nobody then", () => {
  const given = plan(HELD, [strange(2), claimOf(1, { ...SHOWN, state: "releasing" })]);
  deepStrictEqual(results(given), { "a-2": A, "vm-1": "Released" });
  const back = plan(HELD, [strange(2, SHOWN), claimOf(1)]);
  deepStrictEqual(results(back), { "a-2": A, "vm-1": "DuplicateMAC" });
});

Deno.test("T1: who got the address in the last plan has it, though no status says so yet", () => {
  const first = plan(poolOf(), [claimOf(1)]);
  const pool = written(poolOf(), first);
  const late = strange(2, { requested: "10.0.0.19" });
  const second = plan(pool, [late, claimOf(1)], { holders: first.holders });
  strictEqual(second.changed, false);
  strictEqual(second.outcomes.get("a-2")?.reason, "DuplicateMAC");
});

Deno.test("T1: who has the address keeps it while it moves, though its status shows the former one", () => {
  const moving = claimOf(1, { ...SHOWN, requested: "10.0.0.15" });
  const pool = poolOf({ allocated: { "10.0.0.15": macOf(1) } });
  const { outcomes } = plan(pool, [strange(2), moving]);
  strictEqual(outcomes.get("vm-1")?.address, "10.0.0.15");
});

Deno.test("T1: a VM whose VirtualMachineNetworkConfig was removed by force keeps its address", () => {
  const first = plan(poolOf(), [claimOf(1)]);
  const again = claimOf(1, {
    id: "other",
    owner: { namespace: "default", name: "vm-1", uid: "new" },
  });
  const { outcomes } = plan(written(poolOf(), first), [strange(2), again], {
    holders: first.holders,
  });
  strictEqual(outcomes.get("other")?.reason, "Allocated");
});

Deno.test("T1: a restored copy that runs takes over from the stopped original of its own namespace", () => {
  const result = plan(HELD, [stopped(1, SHOWN), claimOf(2, TWIN), strange(3)]);
  deepStrictEqual(results(result), { "vm-1": A, "vm-2": A, "a-3": "DuplicateMAC" });
  const pinned = plan(HELD, [stopped(1, SHOWN), claimOf(2, { ...TWIN, requested: "10.0.0.15" })]);
  strictEqual(pinned.outcomes.get("vm-2")?.address, "10.0.0.15");
});

Deno.test("T1: reservations of two namespaces with one MAC address are two, and the first has it", () => {
  const [own, other] = [reservation(claimOf(1, SHOWN)), reservation(strange(2))];
  deepStrictEqual(results(plan(HELD, [other, own])), { "a-2": "DuplicateMAC", "vm-1": A });
});

Deno.test("T2: of two running VMs made within one second the one that has the address keeps it", () => {
  for (const [holder, other] of [["vm-1", "vm-2"], ["vm-2", "vm-1"]] as const) {
    const claims = [1, 2].map((number) =>
      claimOf(number, {
        ...TWIN,
        createdAt: NOW,
        ...(`vm-${number}` === holder ? SHOWN : {}),
      })
    );
    deepStrictEqual(results(plan(HELD, claims)), { [holder]: A, [other]: "DuplicateMAC" });
  }
});

Deno.test("T2: of two VMs that show one address the one that ran keeps it when the other one starts", () => {
  const first = plan(HELD, [stopped(1, SHOWN), claimOf(2, { ...TWIN, ...SHOWN })]);
  deepStrictEqual(results(first), { "vm-1": A, "vm-2": A });
  const both = plan(HELD, [claimOf(1, SHOWN), claimOf(2, { ...TWIN, ...SHOWN })], {
    holders: first.holders,
  });
  deepStrictEqual(results(both), { "vm-1": "DuplicateMAC", "vm-2": A });
});

Deno.test("without a record the network's own namespace comes before an older claim of another one", () => {
  deepStrictEqual(results(plan(poolOf(), [strange(2), claimOf(1)])), {
    "a-2": "DuplicateMAC",
    "vm-1": results(plan(poolOf(), [claimOf(1)]))["vm-1"],
  });
});

Deno.test("T1: where the record was lost, who remembers its address comes before who never had one", () => {
  const claims = [
    strange(2),
    claimOf(1, { owner: { namespace: "b", name: "b", uid: "b" }, previous: A }),
  ];
  deepStrictEqual(results(plan(poolOf(), claims)), { "a-2": "DuplicateMAC", "vm-1": A });
});
