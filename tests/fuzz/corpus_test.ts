import assert from "node:assert/strict";
import { CORPUS, keptInputs } from "./corpus.ts";
import { runTarget, tryInput } from "./run_target.ts";
import { TARGETS } from "./targets.ts";

/** Always the same inputs, so that a change elsewhere is what makes it fail. */
const SEED = 1;

for (const [name, target] of TARGETS) {
  for (const { name: file, input } of keptInputs(name)) {
    Deno.test(`fuzz ${name}: ${file} still holds`, async () => {
      await tryInput(target, input);
    });
  }

  const { always } = target;
  if (always !== undefined) {
    Deno.test(`fuzz ${name}: the ${always.length} inputs that are always tried hold`, async () => {
      for (const input of always) {
        await tryInput(target, input).catch((cause) => {
          throw new Error(JSON.stringify(input), { cause });
        });
      }
    });
  }

  Deno.test(`fuzz ${name}: the first inputs of seed ${SEED} hold`, async () => {
    const { failure, tried } = await runTarget(target, { seed: SEED, milliseconds: 500 });
    assert.equal(failure, undefined, JSON.stringify(failure));
    assert.ok(tried >= 300, `${tried} inputs`);
  });
}

Deno.test("fuzz: every folder of the corpus is that of a target, so that no kept input is forgotten", () => {
  const folders = Array.from(Deno.readDirSync(CORPUS), ({ name }) => name).sort();
  assert.deepEqual(folders, [...TARGETS.keys()].sort());
});
