import assert from "node:assert/strict";
import type { PoolReport } from "../../core/api/agent/agent_report.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import type { Lease } from "../../kube/objects/builtin_types.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { AgentReports } from "./agent_reports.ts";

const LEASE = "vm-dhcp/agent";
const A = "default/a";
const B = "default/b";
const SERVING: PoolReport = { ready: true, reason: "Serving", message: "", interfaceName: "vd1" };
const STANDBY: PoolReport = { ...SERVING, reason: "Standby" };

function lease(
  pools: Readonly<Record<string, PoolReport>>,
  { renewed = "1", pod = "agent-0", seconds }: {
    readonly renewed?: string;
    readonly pod?: string;
    readonly seconds?: number;
  } = {},
): Lease {
  const report = JSON.stringify({ pod: { namespace: "vm-dhcp", name: pod }, pools });
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "agent", annotations: { [AGENT_REPORT_ANNOTATION]: report } },
    spec: {
      renewTime: renewed,
      ...(seconds === undefined ? {} : { leaseDurationSeconds: seconds }),
    },
  };
}

function heard(
  serves: (lease: string, pool: string) => boolean = () => true,
): { readonly reports: AgentReports; readonly clock: ManualClock } {
  const clock = new ManualClock();
  return { reports: new AgentReports({ clock, log: memoryLogger(), serves }), clock };
}

Deno.test("T14: a Lease says nothing of a pool that its agent is not to serve", () => {
  const { reports } = heard((lease, pool) => lease === LEASE && pool === A);
  const declined = [{
    address: "10.0.0.1",
    macAddress: "52:54:00:00:00:01",
    at: "2026-01-01T00:00:00Z",
  }];
  const forged = { ...SERVING, declined };
  assert.deepEqual(reports.observe("tenant/forged", lease({ [A]: forged, [B]: forged })), []);
  assert.deepEqual(reports.observe(LEASE, lease({ [A]: STANDBY, [B]: forged })), [A]);
  const { reason, declined: heardOf } = reports.about(A);
  assert.deepEqual({ reason, heardOf }, { reason: "Standby", heardOf: [] });
  assert.equal(reports.about(B).reason, "NoAgent");
  assert.deepEqual(reports.about(B).declined, []);
  assert.equal(reports.silenceIn(B), undefined);
});

Deno.test("S1: where the API server was put back, what any agent gave counts for an hour, and nothing else of who is not to serve a pool", async () => {
  const { reports, clock } = heard((_, pool) => pool === A);
  const declined = [{
    address: "10.0.0.1",
    macAddress: "52:54:00:00:00:01",
    at: "2026-01-01T00:00:00Z",
  }];
  const words = { ...SERVING, declined, lost: "0a000001525400000001" };
  assert.deepEqual(reports.observe(LEASE, lease({ [B]: words })), []);
  assert.deepEqual(reports.about(B).lost, new Map());
  reports.putBack();
  assert.deepEqual(reports.observe(LEASE, lease({ [B]: { ...words, message: "again" } })), [B]);
  const { reason, declined: heardOf, lost } = reports.about(B);
  assert.deepEqual({ reason, heardOf }, { reason: "NoAgent", heardOf: [] });
  assert.deepEqual(lost, new Map([[0x0a000001, 0x525400000001]]));
  await clock.advance(3_720_000);
  assert.deepEqual(reports.observe(LEASE, lease({ [B]: words }, { renewed: "2" })), []);
  assert.deepEqual(reports.about(B).lost, new Map());
});

Deno.test("S1: where the API server was put back, nobody has looked for what is lost of a pool that agents reported until somebody says so", () => {
  const { reports } = heard((lease, pool) => lease === LEASE && pool === A);
  reports.observe(LEASE, lease({ [A]: SERVING }));
  reports.putBack();
  reports.observe(LEASE, undefined);
  reports.putBack();
  assert.equal(reports.about(A).hasLooked, false);
  assert.equal(reports.about(B).hasLooked, true);
  reports.observe("vm-dhcp/former", lease({ [A]: SERVING }));
  assert.equal(reports.about(A).hasLooked, false);
  const looked = { [A]: { ...SERVING, lost: "" } };
  reports.observe("vm-dhcp/former", lease(looked, { renewed: "2" }));
  assert.equal(reports.about(A).hasLooked, true);
  reports.observe(LEASE, lease({ [A]: STANDBY }, { renewed: "2" }));
  assert.equal(reports.about(A).hasLooked, false);
});

Deno.test("S1: what a restore brought in a Lease tells nothing of that restore", () => {
  for (const isKnown of [true, false]) {
    const { reports } = heard();
    const looked = { [A]: { ...SERVING, lost: "" } };
    reports.observe(LEASE, lease({ [A]: SERVING }, { renewed: isKnown ? "5" : "1" }));
    if (!isKnown) reports.observe("vm-dhcp/other", lease({ [A]: SERVING }));
    if (!isKnown) reports.observe(LEASE, undefined);
    reports.putBack();
    reports.observe("vm-dhcp/other", undefined);
    reports.observe(LEASE, lease(looked, { renewed: "3" }));
    assert.equal(reports.about(A).hasLooked, false);
    // Another agent has taken the Lease, and has not written its report yet.
    reports.observe(LEASE, lease(looked, { renewed: "6" }));
    assert.equal(reports.about(A).hasLooked, false);
    const told = { [A]: { ...SERVING, lost: "0a000001525400000001" } };
    assert.deepEqual(reports.observe(LEASE, lease(told, { renewed: "6" })), [A]);
    assert.equal(reports.about(A).hasLooked, true);
  }
});

Deno.test("AgentReports names the pod that answers for a pool by a Lease, while the Lease is renewed", async () => {
  const { reports, clock } = heard();
  reports.observe(LEASE, lease({ [A]: SERVING, [B]: STANDBY }));
  const pod = { namespace: "vm-dhcp", name: "agent-0" };
  assert.deepEqual(reports.answering(LEASE, A), pod);
  assert.equal(reports.answering(LEASE, B), undefined);
  assert.equal(reports.answering("vm-dhcp/other", A), undefined);
  const shared: PoolReport = { ...SERVING, ready: false, reason: "AddressInUse" };
  reports.observe(LEASE, lease({ [A]: shared }, { renewed: "2" }));
  assert.deepEqual(reports.answering(LEASE, A), pod);
  await clock.advance(15_000);
  assert.equal(reports.answering(LEASE, A), undefined);
});

Deno.test("AgentReports names the pools whose report changed, and no others", () => {
  const { reports } = heard();
  assert.deepEqual(reports.observe(LEASE, lease({ [A]: SERVING, [B]: SERVING })), [A, B]);
  assert.deepEqual(
    reports.observe(LEASE, lease({ [A]: SERVING, [B]: SERVING }, { renewed: "2" })),
    [],
  );
  assert.deepEqual(reports.observe(LEASE, lease({ [A]: STANDBY, [B]: SERVING })), [A]);
  assert.deepEqual(reports.observe(LEASE, lease({ [B]: SERVING })), [A]);
});

Deno.test("AgentReports names every pool of an agent whose pod is another, that is gone or unreadable", () => {
  const { reports } = heard();
  reports.observe(LEASE, lease({ [A]: SERVING, [B]: SERVING }));
  assert.deepEqual(
    reports.observe(LEASE, lease({ [A]: SERVING, [B]: SERVING }, { pod: "agent-1" })),
    [A, B],
  );
  const { metadata, ...rest } = lease({});
  const annotations = { [AGENT_REPORT_ANNOTATION]: "{" };
  assert.deepEqual(
    reports.observe(LEASE, { ...rest, metadata: { ...metadata, annotations } }),
    [A, B],
  );
  assert.equal(reports.about(A).reason, "NoAgent");
  reports.observe(LEASE, lease({ [A]: SERVING }));
  assert.deepEqual(reports.observe(LEASE, undefined), [A]);
});

Deno.test("AgentReports: an agent is silent three durations after its last renewal, whatever else its Lease says", async () => {
  const { reports, clock } = heard();
  reports.observe(LEASE, lease({ [A]: SERVING }, { seconds: 10 }));
  await clock.advance(29_000);
  // The same renewal again is no sign of life.
  reports.observe(LEASE, lease({ [A]: SERVING }, { seconds: 10 }));
  assert.equal(reports.silenceIn(A), 1_000);
  assert.equal(reports.silenceIn(B), undefined);
  assert.equal(reports.about(A).ready, true);
  await clock.advance(1_000);
  assert.equal(reports.about(A).reason, "AgentSilent");
  assert.equal(reports.silenceIn(A), undefined);
  // Heard again: its pools are looked at, though the report is the same.
  const again = lease({ [A]: SERVING, [B]: SERVING }, { seconds: 10, renewed: "2" });
  assert.deepEqual(reports.observe(LEASE, again), [A, B]);
  assert.equal(reports.about(A).ready, true);
  assert.deepEqual(
    reports.observe(LEASE, { ...again, spec: { ...again.spec, renewTime: "3" } }),
    [],
  );
});

Deno.test("AgentReports: a Lease without a duration counts as one of five seconds", async () => {
  const { reports, clock } = heard();
  reports.observe(LEASE, lease({ [A]: SERVING }));
  await clock.advance(14_999);
  assert.equal(reports.about(A).ready, true);
  await clock.advance(1);
  assert.equal(reports.about(A).reason, "AgentSilent");
});
