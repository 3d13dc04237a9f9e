import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { claimOf, macOf, NOW, plan, poolOf, results, written } from "./fixture.ts";
import type { Claim } from "./types.ts";

const A = "10.0.0.12";
const TWIN = { macAddress: macOf(1) };

/** A copy of the first VM, that is stopped. */
function stopped(number: number, parts: Partial<Claim> = {}): Claim {
  const { vm, ...claim } = claimOf(number, TWIN);
  return { ...claim, ...(vm === undefined ? {} : { vm: { ...vm, running: false } }), ...parts };
}

Deno.test("rule 6: of two running VMs with one MAC address the younger is refused, naming both", () => {
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

Deno.test("rule 6: the same holds in whatever spelling the MAC address is written", () => {
  const claims = [claimOf(1), claimOf(2, { macAddress: "52-54-00-00-00-01" })];
  strictEqual(plan(poolOf(), claims).outcomes.get("vm-2")?.reason, "DuplicateMAC");
});

Deno.test("rule 6: twenty VMs started at once with one MAC address take one address", () => {
  const claims = Array.from({ length: 20 }, (_, index) => claimOf(index + 1, TWIN));
  const { outcomes, ipv4 } = plan(poolOf(), claims);
  strictEqual(ipv4.used, 1);
  strictEqual([...outcomes.values()].filter(({ reason }) => reason === "DuplicateMAC").length, 19);
  strictEqual(outcomes.get("vm-1")?.reason, "Allocated");
});

Deno.test("rule 6: a stopped VM shares the address", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  deepStrictEqual(results(plan(pool, [claimOf(1), stopped(2)])), { "vm-1": A, "vm-2": A });
});

Deno.test("rule 6: a running VM comes before an older one that is stopped", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [stopped(0), claimOf(1), claimOf(2, TWIN)];
  deepStrictEqual(results(plan(pool, claims)), { "vm-0": A, "vm-1": A, "vm-2": "DuplicateMAC" });
});

Deno.test("rule 6: two claims of one VM, or of one object, are no duplicates", () => {
  const { vm } = claimOf(1);
  const sameVm = claimOf(2, { ...TWIN, ...(vm === undefined ? {} : { vm }) });
  const sameOwner = claimOf(3, { ...TWIN, owner: claimOf(1).owner });
  const { outcomes, ipv4 } = plan(poolOf(), [claimOf(1), sameVm, sameOwner]);
  deepStrictEqual([...outcomes.values()].map(({ reason }) => reason), Array(3).fill("Allocated"));
  strictEqual(ipv4.used, 1);
});

Deno.test("rule 6: a reservation shares with the VM that has its MAC address", () => {
  const { vm: _, ...reservation } = claimOf(2, { ...TWIN, requested: A });
  const pool = poolOf();
  const reserved = plan(pool, [reservation]);
  const both = plan(written(pool, reserved), [claimOf(1), reservation]);
  deepStrictEqual(results(both), { "vm-1": A, "vm-2": A });
});

Deno.test("rule 6: the address is freed with the last owner", () => {
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

Deno.test("rule 6: the refused VM gets the address when the other one goes", () => {
  const pool = poolOf({ allocated: { [A]: macOf(1) } });
  const claims = [claimOf(1, { state: "releasing" }), claimOf(2, TWIN)];
  deepStrictEqual(results(plan(pool, claims)), { "vm-1": "Released", "vm-2": A });
  deepStrictEqual(results(plan(pool, [claimOf(2, TWIN)])), { "vm-2": A });
});

Deno.test("rule 6: who shares a MAC address cannot have another address", () => {
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

Deno.test("rule 6: the wish of the running VM decides", () => {
  const claims = [
    stopped(1, { requested: "10.0.0.13" }),
    claimOf(2, { ...TWIN, requested: "10.0.0.14" }),
  ];
  deepStrictEqual(results(plan(poolOf(), claims)), {
    "vm-1": "DuplicateMAC 10.0.0.14",
    "vm-2": "10.0.0.14",
  });
});

Deno.test("rule 6: a duplicate is refused the same where the pool gives nothing", () => {
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
