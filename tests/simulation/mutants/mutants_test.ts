import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { MUTANTS } from "./mutants.ts";
import { play } from "../play.ts";
import { planted } from "./plant.ts";
import { scenarioOfScene, SCENES } from "./scenes.ts";

const ROOT = new URL("../../../", import.meta.url);

for (const { name, seen, changes } of MUTANTS) {
  Deno.test(`fault ${name} can still be planted: ${seen}`, () => {
    const texts = new Map<string, string>();
    for (const change of changes) {
      const { file } = change;
      const text = texts.get(file) ?? Deno.readTextFileSync(new URL(file, ROOT));
      texts.set(file, planted(text, change));
    }
    strictEqual(texts.size > 0, true);
  });
}

Deno.test("each fault has a name of its own", () => {
  strictEqual(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
});

for (const scene of Object.keys(SCENES) as (keyof typeof SCENES)[]) {
  Deno.test(`where nothing is planted, all is well: ${scene}`, async () => {
    const { violations } = await play(scenarioOfScene(scene));
    deepStrictEqual(violations, []);
  });
}
