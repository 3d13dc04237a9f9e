import { strictEqual } from "node:assert/strict";
import type { AgentReport, PoolServingReason } from "../../core/api/agent/agent_report.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import type { Lease } from "../../kube/mod.ts";
import { hearsMore } from "./hears_more.ts";

type Reasons = Readonly<Record<string, PoolServingReason>>;

function report(name: string, reasons: Reasons): AgentReport {
  const pools = Object.entries(reasons).map(([pool, reason]) =>
    [pool, { ready: true, reason, message: "", interfaceName: pool }] as const
  );
  return { pod: { name }, pools: Object.fromEntries(pools) };
}

/** A Lease that agent-0 holds, with a report. */
function lease(text: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "agent", annotations: { [AGENT_REPORT_ANNOTATION]: text } },
    spec: { holderIdentity: "agent-0" },
  };
}

function outcome(own: Reasons, held: Reasons, by = "agent-0"): boolean {
  return hearsMore(report("agent-1", own), lease(JSON.stringify(report(by, held))));
}

Deno.test("an agent hears more than a holder that lacks an interface or a socket, and than none that serves all", () => {
  const own = { a: "Standby", b: "Standby" } as const;
  strictEqual(outcome(own, { a: "Serving", b: "InterfaceMissing" }), true);
  strictEqual(outcome(own, { a: "SocketFailed", b: "Serving" }), true);
  strictEqual(outcome(own, { a: "Serving", b: "AddressInUse" }), false);
  strictEqual(outcome(own, {}), false);
});

Deno.test("an agent hears no more where a network of the holder would go without, so that two never take turns", () => {
  const held = { a: "Serving", b: "InterfaceMissing" } as const;
  strictEqual(outcome({ a: "InterfaceMissing", b: "Standby" }, held), false);
  strictEqual(outcome({ a: "NotSynced", b: "Standby" }, held), false);
  strictEqual(outcome({ b: "Standby" }, held), false);
  strictEqual(outcome({ a: "Standby", b: "InterfaceMissing" }, held), false);
});

Deno.test("a pool that is paused, or that only one of two agents has, keeps no agent from hearing more", () => {
  const held = { a: "Paused", b: "InterfaceMissing" } as const;
  strictEqual(outcome({ a: "Paused", b: "Standby", c: "InterfaceMissing" }, held), true);
});

Deno.test("a report of the holder before this one, or none that can be read, says nothing", () => {
  const own = { a: "Standby" } as const;
  strictEqual(outcome(own, { a: "InterfaceMissing" }, "agent-2"), false);
  strictEqual(hearsMore(report("agent-1", own), lease("{")), false);
});
