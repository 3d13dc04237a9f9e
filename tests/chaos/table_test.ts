import { strictEqual } from "node:assert/strict";
import type { Fault } from "./fault.ts";
import { tableOf } from "./table.ts";
import type { Trial } from "./trial.ts";

const FAULTS: readonly Fault[] = ["blow", "spell", "untried"].map((name) => ({
  name,
  about: `what ${name} is`,
  seconds: name === "spell" ? 10 : 0,
  begin: () => Promise.resolve(),
}));

function trial(fault: string, figures: Partial<Trial>): Trial {
  const none = { gapMs: 0, exchanges: 10, lost: 0, changed: [] };
  return { fault, at: "2026-01-01T00:00:00.000Z", ...none, ...figures };
}

Deno.test("the table has medians and maxima, sums, and what did not heal", () => {
  const table = tableOf(FAULTS, [
    trial("spell", { gapMs: 300, healMs: 1_000, lost: 1 }),
    trial("blow", { gapMs: 5_000, healMs: 9_000 }),
    trial("spell", { gapMs: 100, problem: "it is ill" }),
    trial("blow", { gapMs: 4_000, healMs: 2_000, changed: ["one", "two"] }),
    trial("blow", { gapMs: 100, healMs: 3_000 }),
  ]);
  strictEqual(
    table.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-"),
    `| fault | what | lasts | trials | longest gap, s | exchanges lost | healed after, s | addresses changed |
| - | - | - | - | - | - | - | - |
| \`blow\` | what blow is | | 3 | 4.0 / 5.0 | 0 of 30 | 3.0 / 9.0 | 2 |
| \`spell\` | what spell is | 10 s | 2 | 0.2 / 0.3 | 1 of 20 | 1.0 / 1.0, 1 not | 0 |
`,
  );
});
