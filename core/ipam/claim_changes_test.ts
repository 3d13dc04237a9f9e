import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { claimChanges } from "./claim_changes.ts";
import { claimOf } from "./fixture.ts";
import type { Claim } from "./types.ts";

const ALL = Array.from({ length: 40 }, (_, index) => claimOf(index));

/** How often each claim is in a list. */
function counts(claims: readonly Claim[]): ReadonlyMap<Claim, number> {
  const found = new Map<Claim, number>();
  for (const claim of claims) found.set(claim, (found.get(claim) ?? 0) + 1);
  return found;
}

Deno.test("claimChanges leads from any list to any other", () => {
  const list = fc.array(fc.constantFrom(...ALL));
  fc.assert(fc.property(list, list, (before, after) => {
    const { added, removed } = claimChanges(before, after) ?? { added: [], removed: [] };
    const total = counts([...before, ...added]);
    for (const [claim, count] of total) {
      const left = count - (counts(removed).get(claim) ?? 0);
      strictEqual(left, counts(after).get(claim) ?? 0);
    }
  }));
});

Deno.test("claimChanges names only what came and went", () => {
  const fresh = claimOf(99);
  const after = ALL.toSpliced(30, 1).toSpliced(20, 1, { ...claimOf(20) }).toSpliced(10, 0, fresh);
  deepStrictEqual(claimChanges(ALL, after), {
    added: [fresh, claimOf(20)],
    removed: [ALL[20], ALL[30]],
  });
  deepStrictEqual(claimChanges(ALL, ALL), { added: [], removed: [] });
  deepStrictEqual(claimChanges([], [fresh]), { added: [fresh], removed: [] });
  deepStrictEqual(claimChanges([fresh], []), { added: [], removed: [fresh] });
});

Deno.test("claimChanges gives up on lists that have little in common", () => {
  const many = Array.from({ length: 2000 }, (_, index) => claimOf(index));
  strictEqual(claimChanges(many, many.map((claim) => ({ ...claim }))), undefined);
});
