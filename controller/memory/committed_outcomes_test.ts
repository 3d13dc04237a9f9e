import assert from "node:assert/strict";
import type { Claim, Outcome } from "../../core/ipam/types.ts";
import { CommittedOutcomes } from "./committed_outcomes.ts";

function claim(name: string, more: Partial<Claim> = {}): Claim {
  return {
    id: `${name}/52:54:00:00:00:01`,
    owner: { namespace: "default", name, uid: name },
    macAddress: "52:54:00:00:00:01",
    createdAt: 0,
    state: "wanted",
    ...more,
  };
}

function outcomes(...all: readonly [Claim, string][]): ReadonlyMap<string, Outcome> {
  return new Map(all.map(([claim, address]) => [
    claim.id,
    { claim, reason: "Allocated", message: `Allocated ${address}`, address },
  ]));
}

Deno.test("CommittedOutcomes names those whose outcome is another than before", () => {
  const ledger = new CommittedOutcomes();
  const [a, b] = [claim("a"), claim("b")];
  assert.deepEqual([...ledger.commit("p", outcomes([a, "10.0.0.1"], [b, "10.0.0.2"]))], [
    "default/a",
    "default/b",
  ]);
  assert.deepEqual([...ledger.commit("p", outcomes([a, "10.0.0.1"], [b, "10.0.0.3"]))], [
    "default/b",
  ]);
  assert.deepEqual([...ledger.commit("p", outcomes([b, "10.0.0.3"]))], ["default/a"]);
});

Deno.test("CommittedOutcomes answers only for what the claim asks now", () => {
  const ledger = new CommittedOutcomes();
  const a = claim("a");
  ledger.commit("p", outcomes([a, "10.0.0.1"]));
  assert.equal(ledger.outcomeOf("p", a)?.address, "10.0.0.1");
  assert.equal(ledger.outcomeOf("p", { ...a, requested: "10.0.0.9" }), undefined);
  assert.equal(ledger.outcomeOf("p", { ...a, state: "releasing" }), undefined);
  assert.equal(ledger.outcomeOf("q", a), undefined);
});

Deno.test("CommittedOutcomes keeps what is committed when a write fails, and forgets the failure with the next commit", () => {
  const ledger = new CommittedOutcomes();
  const a = claim("a");
  ledger.commit("p", outcomes([a, "10.0.0.1"]));
  ledger.fail("p", { text: "too large", permanent: true });
  assert.equal(ledger.outcomeOf("p", a)?.address, "10.0.0.1");
  assert.deepEqual(ledger.problemOf("p"), { text: "too large", permanent: true });
  ledger.commit("p", outcomes([a, "10.0.0.1"]));
  assert.equal(ledger.problemOf("p"), undefined);
  ledger.forget("p");
  assert.equal(ledger.outcomeOf("p", a), undefined);
});

Deno.test("CommittedOutcomes answers a claim that asks the same again only after another plan", () => {
  const ledger = new CommittedOutcomes();
  const a = claim("a", { state: "releasing" });
  const released = new Map([[a.id, { claim: a, reason: "Released", message: "" } as const]]);
  ledger.commit("p", released);
  ledger.drop("p", [{ ...a, state: "wanted" }]);
  assert.equal(ledger.outcomeOf("p", a), undefined);
  assert.deepEqual([...ledger.commit("p", released)], ["default/a"]);
});
