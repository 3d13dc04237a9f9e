import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { type ConditionUpdate, getCondition, setCondition } from "./condition.ts";
import type { Condition } from "./types.ts";

const T0 = "2024-02-15T13:17:21Z";
const T1 = "2024-02-15T13:17:30Z";
/** What the Go version writes. */
const GO: readonly Condition[] = [
  { lastUpdateTime: T0, status: "True", type: "Registered" },
  { lastUpdateTime: T0, status: "False", type: "Stopped" },
];
const OURS: readonly Condition[] = [{
  type: "AgentReady",
  status: "True",
  reason: "Serving",
  message: "default/net-48-agent serves",
  lastTransitionTime: T0,
  lastUpdateTime: T0,
}];

Deno.test("setCondition adds a condition at the end, with both times", () => {
  deepEqual(setCondition(GO, { type: "CacheReady", status: "True", reason: "Loaded" }, T1), [
    ...GO,
    {
      type: "CacheReady",
      status: "True",
      reason: "Loaded",
      lastTransitionTime: T1,
      lastUpdateTime: T1,
    },
  ]);
});

Deno.test("setCondition gives back the very array where the Go version's condition says the same", () => {
  equal(setCondition(GO, { type: "Registered", status: "True" }, T1), GO);
});

Deno.test("setCondition gives back the very array where nothing differs", () => {
  const update = {
    type: "AgentReady",
    status: "True",
    reason: "Serving",
    message: "default/net-48-agent serves",
  } as const;
  equal(setCondition(OURS, update, T1), OURS);
  equal(setCondition(OURS, { type: "AgentReady", status: "True" }, T1), OURS);
});

Deno.test("setCondition adds a reason to the Go version's condition and dates the transition by its last update", () => {
  deepEqual(setCondition(GO, { type: "Registered", status: "True", reason: "Valid" }, T1), [
    {
      type: "Registered",
      status: "True",
      reason: "Valid",
      lastTransitionTime: T0,
      lastUpdateTime: T1,
    },
    GO[1],
  ]);
});

Deno.test("setCondition keeps lastTransitionTime where only the message changes", () => {
  deepEqual(setCondition(OURS, { type: "AgentReady", status: "True", message: "other" }, T1), [
    { ...OURS[0], message: "other", lastUpdateTime: T1 },
  ]);
});

Deno.test("setCondition sets both times and drops the old reason and message where the status changes", () => {
  deepEqual(setCondition(OURS, { type: "AgentReady", status: "False" }, T1), [
    { type: "AgentReady", status: "False", lastTransitionTime: T1, lastUpdateTime: T1 },
  ]);
});

Deno.test("setCondition starts from nothing", () => {
  deepEqual(setCondition(undefined, { type: "Stopped", status: "False" }, T0), [
    { type: "Stopped", status: "False", lastTransitionTime: T0, lastUpdateTime: T0 },
  ]);
});

Deno.test("setCondition twice is setCondition once, and touches no other condition", () => {
  const update: fc.Arbitrary<ConditionUpdate> = fc.record({
    type: fc.constantFrom("A", "B", "C"),
    status: fc.constantFrom("True", "False", "Unknown"),
    reason: fc.constantFrom("R1", "R2"),
    message: fc.string(),
  }, { requiredKeys: ["type", "status"] });
  fc.assert(fc.property(fc.array(update), update, (before, last) => {
    const start = before.reduce<readonly Condition[]>((all, one) => setCondition(all, one, T0), []);
    const once = setCondition(start, last, T1);
    equal(setCondition(once, last, "2025-01-01T00:00:00Z"), once);
    equal(getCondition(once, last.type)?.status, last.status);
    deepEqual(
      once.filter(({ type }) => type !== last.type),
      start.filter(({ type }) => type !== last.type),
    );
  }));
});
