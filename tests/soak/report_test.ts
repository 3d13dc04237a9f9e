import { deepStrictEqual, match, ok } from "node:assert/strict";
import { faultsOf, reportOf } from "./report.ts";
import { type Quantity, Series } from "./series.ts";
import type { SoakResult } from "./soak.ts";

const WELL: SoakResult = {
  series: [],
  changes: { "VM created": 1_200, "VM deleted": 800 },
  written: [
    { who: "controller", verb: "update", resource: "ippools/status", times: 500, failed: 2 },
  ],
  quiet: [{ who: "agent", verb: "update", resource: "leases", times: 60, failed: 0 }],
  reads: 40,
  idle: [],
  exchanges: { begun: 3_000, lost: 1, longestMs: 12.4 },
  restarts: 2,
  roleChanges: 3,
  missing: [],
  leaked: [],
};

/** A quantity of a pod that grows by so much an hour from the half hour on. */
function growing(by: number, quantity: Partial<Quantity> = {}): SoakResult {
  const series = new Series();
  for (let n = 0; n < 100; n++) {
    const at = n / 100;
    const value = 50 + by * Math.max(0, at - 0.5);
    series.add({ of: "agent-0", what: "descriptors", unit: "", least: 1, ...quantity }, {
      at,
      value,
    });
  }
  return { ...WELL, series: series.rows((of) => of === "agent-0" ? 0.5 : 0) };
}

Deno.test("what grows is a fault unless it may, and only what came after the warm-up counts", () => {
  deepStrictEqual(faultsOf(growing(8)), ["agent-0: descriptors grows"]);
  deepStrictEqual(faultsOf(growing(8, { mayGrow: "2,000 rows a pool" })), []);
  deepStrictEqual(faultsOf(growing(0)), []);
  deepStrictEqual(faultsOf(growing(8, { of: "agent-1" })), ["agent-1: descriptors grows"]);
});

Deno.test("what fills until it is full is no fault, and a leak into it is", () => {
  const until = (full: number, leak: number): SoakResult => {
    const series = new Series();
    for (let n = 0; n < 100; n++) {
      const at = n / 100;
      const value = 50 + 20 * Math.min(at, full) + leak * at;
      series.add({ of: "agent-0", what: "objects", unit: "MB", least: 2, fills: true }, {
        at,
        value,
      });
    }
    return { ...WELL, series: series.rows(() => 0.1) };
  };
  deepStrictEqual(faultsOf(until(0.5, 0)), []);
  deepStrictEqual(faultsOf(until(1, 0)), ["agent-0: objects grows"]);
  deepStrictEqual(faultsOf(until(0.5, 3)), ["agent-0: objects grows"]);
});

Deno.test("writes while nothing changed, writes in vain and wrong records are faults; Leases are none", () => {
  deepStrictEqual(faultsOf(WELL), []);
  const [written] = WELL.written;
  ok(written);
  deepStrictEqual(
    faultsOf({
      ...WELL,
      quiet: [written],
      idle: [{ object: "ippools default/a", times: 3, by: ["controller update"] }],
      missing: ["default/a 52:54:00:00:00:01"],
      leaked: ["default/a 52:54:00:00:00:02"],
    }),
    [
      "controller: update ippools/status 500 times while nothing changed",
      "ippools default/a was written 3 times without a change: controller update",
      "default/a 52:54:00:00:00:01 has no address",
      "default/a 52:54:00:00:00:02 is recorded, and nobody wants it",
    ],
  );
});

Deno.test("the report has a line for each quantity and for each kind of write", () => {
  const report = reportOf(growing(8));
  match(
    report,
    /^2,000 changes: VM created 1,200, VM deleted 800\. 2 restarts, 3 changes of who leads\./,
  );
  match(
    report,
    /^\| agent-0 \| descriptors \| 50\.\d \| 53\.\d \| \+8 \(\+8 to \+8\) \| grows \|$/m,
  );
  match(report, /^\| controller \| update ippools\/status \| 500 \| 25 \| 2 \|$/m);
  match(report, /^- agent-0: descriptors grows$/m);
});
