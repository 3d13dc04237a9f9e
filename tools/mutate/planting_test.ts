import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { inTree } from "../../tests/gate/temporary_tree.ts";
import { mutationsOf } from "./mutations.ts";
import { tryMutation } from "./planting.ts";

const SOURCE = `
export function isLow(n: number): boolean {
  return n < 10;
}
export const word: "a" = "a";
`;
const TEST = `
import { isLow } from "./a.ts";
Deno.test("low", () => {
  if (!isLow(1) || isLow(11)) throw new Error();
});
`;

Deno.test("tryMutation tells what a test caught from what none noticed and from what does not type-check", async () => {
  await inTree({ "deno.json": "{}", "a.ts": SOURCE, "a_test.ts": TEST }, async (root) => {
    const batches = [{ permissions: [], files: ["a_test.ts"] }];
    const trial = { batches, times: new Map() };
    const outcomes: Record<string, string> = {};
    for (const one of mutationsOf("a.ts", SOURCE).filter(({ what }) => !what.startsWith("10"))) {
      outcomes[one.what] = Object.values(await tryMutation(root, one, trial)).join(": ");
    }
    deepStrictEqual(outcomes, {
      "n < 10: < -> >=": "tests: low => ./a_test.ts:3:6",
      "n < 10: < -> <=": "survived: ",
      '"a" -> ""': "invalid: ",
    });
    strictEqual(await Deno.readTextFile(`${root}/a.ts`), SOURCE);
  });
});
