import assert from "node:assert/strict";
import type { PoolReport, PoolServingReason } from "../api/agent/agent_report.ts";
import { agentView, type HeardReport } from "./agent_view.ts";

const POOL = "default/net-48";
const DECLINED = {
  address: "192.168.48.84",
  macAddress: "52:54:00:00:00:01",
  at: "2026-01-01T00:00:00Z",
};

function heard(
  name: string,
  reason: PoolServingReason,
  more: Partial<PoolReport> = {},
): HeardReport {
  const ready = reason === "Serving" || reason === "Standby";
  const report = { ready, reason, message: `said by ${name}`, interfaceName: "eth1", ...more };
  return {
    lease: `default/${name}`,
    report: { pod: { namespace: "default", name }, pools: { [POOL]: report } },
  };
}

const CASES: Readonly<Record<string, readonly [readonly HeardReport[], string]>> = {
  "nobody": [[], "false NoAgent: No agent reports IPPool default/net-48"],
  "one that serves": [[heard("a", "Serving")], "true Serving: Agent default/a answers on eth1"],
  "one that serves, and a standby": [
    [heard("b", "Standby"), heard("a", "Serving")],
    "true Serving: Agent default/a answers on eth1",
  ],
  "one whose address another machine has": [
    [heard("b", "Standby"), heard("a", "AddressInUse")],
    "false AddressInUse: Agent default/a: said by a",
  ],
  "standbys alone": [[heard("b", "Standby")], "false Standby: Agent default/b: said by b"],
  "one with a missing interface": [
    [heard("b", "NotSynced"), heard("a", "InterfaceMissing")],
    "false InterfaceMissing: Agent default/a: said by a",
  ],
  "one that served, and is silent": [
    [{ ...heard("a", "Serving"), silentMs: 20_000 }],
    "false AgentSilent: Agent default/a does not renew its Lease default/a",
  ],
  "a silent one, and one that took over": [
    [{ ...heard("a", "Serving"), silentMs: 20_000 }, heard("b", "Serving")],
    "true Serving: Agent default/b answers on eth1",
  ],
  "one without a pod's name": [
    [{ lease: "default/a", report: { ...heard("a", "Serving").report, pod: {} } }],
    "true Serving: The agent of Lease default/a answers on eth1",
  ],
};

for (const [who, [reports, wanted]] of Object.entries(CASES)) {
  Deno.test(`agentView of ${who}`, () => {
    const { ready, reason, message } = agentView(reports, { poolKey: POOL });
    assert.equal(`${ready} ${reason}: ${message}`, wanted);
  });
}

Deno.test("agentView gathers declined addresses of those that are heard, and names the pod that serves", () => {
  const reports = [
    heard("a", "Serving", { declined: [DECLINED] }),
    { ...heard("b", "Serving", { declined: [DECLINED] }), silentMs: 20_000 },
  ];
  const view = agentView(reports, { poolKey: POOL });
  assert.deepEqual(view.declined, [DECLINED]);
  assert.deepEqual(view.pod, { namespace: "default", name: "a" });
  assert.equal(agentView(reports, { poolKey: "default/other" }).reason, "NoAgent");
});

Deno.test("agentView gathers what is in use and who else answers, from those that are heard", () => {
  const foreignServers = [{ address: "192.168.48.2" }];
  const inUse = "c0a83051525400000099";
  const reports = [
    heard("a", "Serving", { inUse, foreignServers }),
    heard("b", "Standby"),
    { ...heard("c", "Serving", { inUse: "c0a83052525400000099" }), silentMs: 20_000 },
  ];
  const view = agentView(reports, { poolKey: POOL });
  assert.deepEqual(view.inUse, new Map([[0xc0a83051, 0x525400000099]]));
  assert.deepEqual(view.foreignServers, foreignServers);
  const unknown = agentView([heard("b", "Standby")], { poolKey: POOL });
  assert.equal("foreignServers" in unknown, false);
});

Deno.test("S1: agentView gathers what is lost from those that are silent, too, as long as a freed address is kept at most: nobody else may know", () => {
  const told = { ...heard("a", "Serving", { lost: "c0a83051525400000099" }), silentMs: 20_000 };
  const lost = new Map([[0xc0a83051, 0x525400000099]]);
  assert.deepEqual(agentView([told, heard("b", "Standby")], { poolKey: POOL }).lost, lost);
  const old = { ...told, silentMs: 3_720_000 };
  assert.deepEqual(agentView([old], { poolKey: POOL }).lost, new Map());
});

Deno.test("S1: agentView believes who is to serve before others, of what is lost", () => {
  const former = {
    ...heard("a", "Serving", { lost: "c0a83051525400000098 c0a83052525400000099" }),
    isFormer: true,
  };
  const serving = heard("b", "Serving", { lost: "c0a83053525400000099 c0a83051525400000099" });
  const { lost } = agentView([former, serving], { poolKey: POOL });
  assert.deepEqual([...lost], [
    [0xc0a83053, 0x525400000099],
    [0xc0a83051, 0x525400000099],
    [0xc0a83052, 0x525400000099],
  ]);
});

const TROUBLE = { reason: "NoAgentScheduled", message: "No node for pod default/a: none" } as const;

for (
  const [who, [reports, wanted]] of Object.entries(
    {
      "nobody": [[], "NoAgentScheduled"],
      "a silent one": [[{ ...heard("a", "Serving"), silentMs: 20_000 }], "NoAgentScheduled"],
      "one that is heard": [[heard("a", "Serving")], "Serving"],
    } satisfies Record<string, readonly [readonly HeardReport[], string]>,
  )
) {
  Deno.test(`agentView of ${who}, and no pod that runs`, () => {
    const view = agentView(reports, { poolKey: POOL, trouble: TROUBLE });
    assert.strictEqual(view.reason, wanted);
    const message = wanted === TROUBLE.reason
      ? TROUBLE.message
      : `Agent default/a answers on eth1; others are to follow: ${TROUBLE.message}`;
    assert.strictEqual(view.message, message);
  });
}
