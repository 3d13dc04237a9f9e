import { deepStrictEqual } from "node:assert/strict";
import { testCounts } from "../../tools/gate/summary.ts";

const SUMMARIES: readonly (readonly [
  name: string,
  output: string,
  ok: boolean,
  passed: number,
  failed: number,
])[] = [
  ["a good run", "ok | 21 passed | 0 failed (2s)\n", true, 21, 0],
  ["a run with steps", "ok | 5 passed (3 steps) | 0 failed (20ms)\n", true, 5, 0],
  [
    "a bad run",
    "\nFAILED | 119 passed (4 steps) | 1 failed (1 step) (1s)\n\nerror: Test failed\n",
    false,
    119,
    1,
  ],
  [
    "ignored tests, which count as failed",
    "ok | 3 passed | 0 failed | 2 ignored (1 step) (9ms)\n",
    true,
    3,
    2,
  ],
  ["filtered tests", "ok | 3 passed | 0 failed | 4 filtered out (9ms)\n", true, 3, 0],
  [
    "ignored and filtered tests",
    "ok | 3 passed | 1 failed | 2 ignored | 4 filtered out (9ms)\n",
    false,
    3,
    3,
  ],
  [
    "the last of several summaries",
    "ok | 1 passed | 0 failed (1ms)\nok | 7 passed | 0 failed (1ms)\n",
    true,
    7,
    0,
  ],
  [
    "a run that did not compile",
    "TS2322 [ERROR]: no\nerror: Type checking failed.\n",
    false,
    0,
    1,
  ],
  ["a run that was killed after its tests", "ok | 7 passed | 0 failed (1ms)\n", false, 7, 1],
  ["a run without any test", "ok | 0 passed | 0 failed (1ms)\n", true, 0, 1],
  ["no output", "", true, 0, 1],
];

for (const [name, output, succeeded, passed, failed] of SUMMARIES) {
  Deno.test(`testCounts counts ${name}`, () => {
    deepStrictEqual(testCounts(output, succeeded), { passed, failed });
  });
}
