import assert from "node:assert/strict";
import { getCondition } from "../api/condition.ts";
import { API_VERSION } from "../api/names.ts";
import type { IPPool } from "../api/types.ts";
import { agentNotes, poolNotes } from "./pool_notes.ts";
import { poolConditions, type PoolFacts, poolStatus } from "./pool_status.ts";

const NET_48 = "default/net-48";
const NOW = "2026-01-01T00:00:00Z";
const SERVING = {
  ready: true,
  reason: "Serving",
  message: "agent-0 answers",
  declined: [],
  inUse: new Map<number, number>(),
  lost: new Map<number, number>(),
  hasLooked: true,
} as const;
const FACTS: PoolFacts = {
  pool: poolOf(),
  network: NET_48,
  networkFound: true,
  problems: "",
  warnings: "",
  notes: [],
  agents: SERVING,
  users: [],
};
const { network: _, ...NO_NETWORK } = FACTS;
const PAUSED = poolOf({ spec: { ...FACTS.pool.spec, paused: true } });
const GOING = poolOf({ metadata: { ...FACTS.pool.metadata, deletionTimestamp: NOW } });

function conditions(facts: PoolFacts): readonly string[] {
  return poolConditions(facts).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

const ORDINARY = [
  "Registered=True Registered",
  "CacheReady=True Planned",
  "AgentReady=True Serving",
  "Stopped=False Running",
];

/** What differs from an ordinary pool, and which condition then says what. */
const CASES: Readonly<Record<string, readonly [PoolFacts, readonly string[]]>> = {
  "an ordinary pool": [FACTS, []],
  "a name that is no network's": [NO_NETWORK, ["Registered=False InvalidNetworkName"]],
  "a network that is not there": [{ ...FACTS, networkFound: false }, [
    "Registered=False NetworkNotFound",
  ]],
  "an older pool of the network": [{ ...FACTS, servedBy: "default/old" }, [
    "Registered=False NetworkAlreadyServed",
  ]],
  "T7: a namespace that may not use the network": [
    { ...FACTS, notAllowed: "namespace a may not" },
    [
      "Registered=False NamespaceNotAllowed",
    ],
  ],
  "a network that is not there, and so names nobody": [
    { ...FACTS, networkFound: false, notAllowed: "namespace a may not" },
    ["Registered=False NetworkNotFound"],
  ],
  "a spec that makes no network": [{ ...FACTS, problems: "spec.ipv4Config.cidr: bad" }, [
    "CacheReady=False PoolInvalid",
  ]],
  "an option that cannot be sent": [{ ...FACTS, warnings: "spec.ipv4Config.dns[0]: bad" }, [
    "CacheReady=True InvalidOptions",
  ]],
  "an exhausted range": [
    {
      ...FACTS,
      notes: [{ type: "Warning", reason: "PoolExhausted", message: "No address is left" }],
    },
    ["CacheReady=True PoolExhausted"],
  ],
  "a harmless note": [
    { ...FACTS, notes: [{ type: "Normal", reason: "OutOfRange", message: "outside" }] },
    [],
  ],
  "no agent": [
    { ...FACTS, agents: { ...SERVING, ready: false, reason: "NoAgent" } },
    ["AgentReady=False NoAgent"],
  ],
  "a paused pool": [{ ...FACTS, pool: PAUSED }, ["AgentReady=False Paused", "Stopped=True Paused"]],
  "a pool that is deleted while it is used": [
    { ...FACTS, pool: GOING, users: ["default/web"] },
    ["Stopped=False PoolInUse"],
  ],
};

for (const [what, [facts, wanted]] of Object.entries(CASES)) {
  Deno.test(`poolConditions of ${what}`, () => {
    const expected = ORDINARY.map((ordinary) =>
      wanted.find((one) => one.split("=")[0] === ordinary.split("=")[0]) ?? ordinary
    );
    assert.deepEqual(conditions(facts), expected);
  });
}

Deno.test("poolConditions names at most ten users", () => {
  const users = Array.from({ length: 12 }, (_, n) => `default/vm-${String(n).padStart(2, "0")}`);
  const message = poolConditions({ ...FACTS, pool: GOING, users }).at(-1)?.message;
  assert.match(message ?? "", /default\/vm-00, .*default\/vm-09 and 2 more$/);
});

Deno.test("poolStatus of what is shown already is the very same status", () => {
  const ipv4 = { used: 0, available: 254 };
  const first = poolStatus(FACTS, { ipv4, now: NOW });
  const pool = poolOf({ status: first });
  assert.equal(
    poolStatus({ ...FACTS, pool }, { ipv4: { ...ipv4 }, now: "2026-02-02T00:00:00Z" }),
    first,
  );
});

Deno.test("poolStatus changes lastUpdate with the record alone, and drops the pod of an agent that is gone", () => {
  const pod = { namespace: "default", name: "agent-0" };
  const ipv4 = { used: 0, available: 254 };
  const first = poolStatus({ ...FACTS, agents: { ...SERVING, pod } }, { ipv4, now: NOW });
  assert.deepEqual(first.agentPodRef, pod);
  const pool = poolOf({ status: first });
  const agents = { ...SERVING, ready: false, reason: "AgentSilent" } as const;
  const silent = poolStatus({ ...FACTS, pool, agents }, { ipv4, now: "2026-02-02T00:00:00Z" });
  assert.equal(silent.lastUpdate, NOW);
  assert.equal(silent.agentPodRef, undefined);
  const used = poolStatus({ ...FACTS, pool }, {
    ipv4: { ...ipv4, used: 1 },
    now: "2026-02-02T00:00:00Z",
  });
  assert.equal(used.lastUpdate, "2026-02-02T00:00:00Z");
});

Deno.test("poolStatus leaves conditions of the Go version alone while each says what it said", () => {
  const conditions = ORDINARY.map((one) => {
    const [type = "", rest = ""] = one.split("=");
    return { type, status: rest.split(" ")[0] as "True" | "False", lastUpdateTime: NOW };
  });
  const pool = poolOf({ status: { conditions, ipv4: { used: 0, available: 254 } } });
  const at = { ipv4: { used: 0, available: 254 }, now: "2026-02-02T00:00:00Z" };
  const same = poolStatus({ ...FACTS, pool }, at);
  assert.deepEqual(same.conditions?.slice(0, -1), conditions);
  assert.deepEqual({ ...same, conditions: undefined }, { ...pool.status, conditions: undefined });
  const problem = poolStatus({ ...FACTS, pool, networkFound: false }, at).conditions ?? [];
  assert.deepEqual(
    problem.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    [
      "Registered=False NetworkNotFound",
      ...ORDINARY.slice(1).map((one) => one.replace(/ .*/, " undefined")),
      "Ready=False NetworkNotFound",
    ],
  );
});

const FOREIGN = [{ address: "192.168.48.2", macAddress: "52:54:00:00:00:99" }, {
  address: "192.168.48.3",
}];

Deno.test("poolStatus shows ForeignDHCPServer while other servers are heard, and tells of it by an Event", () => {
  const ipv4 = { used: 0, available: 254 };
  const heard = { ...FACTS, agents: { ...SERVING, foreignServers: FOREIGN } };
  const shown = poolStatus(heard, { ipv4, now: NOW });
  const message =
    "Another DHCP server answers on the network: 192.168.48.2 (52:54:00:00:00:99), 192.168.48.3";
  assert.deepEqual(getCondition(shown.conditions, "ForeignDHCPServer"), {
    type: "ForeignDHCPServer",
    status: "True",
    reason: "ForeignDHCPServer",
    message,
    lastTransitionTime: NOW,
    lastUpdateTime: NOW,
  });
  assert.deepEqual(poolNotes(heard), [{ type: "Warning", reason: "ForeignDHCPServer", message }]);
  const pool = poolOf({ status: shown });
  const types = (agents: PoolFacts["agents"]) =>
    poolStatus({ ...FACTS, pool, agents }, { ipv4, now: NOW }).conditions?.map(({ type }) => type);
  // An agent that has just begun to lead cannot say.
  assert.equal(types(SERVING)?.includes("ForeignDHCPServer"), true);
  assert.equal(types({ ...SERVING, foreignServers: [] })?.includes("ForeignDHCPServer"), false);
});

Deno.test("poolStatus calls the pool's own server address foreign to nobody: an agent may not know yet that it is", () => {
  const ipv4 = { used: 0, available: 254 };
  const { spec } = FACTS.pool;
  const moved = { ...spec, ipv4Config: { ...spec.ipv4Config, serverIP: "192.168.48.3" } };
  const facts = { ...FACTS, pool: { ...FACTS.pool, spec: moved } };
  const conditions = (foreignServers: typeof FOREIGN) =>
    poolStatus({ ...facts, agents: { ...SERVING, foreignServers } }, { ipv4, now: NOW }).conditions;
  const messageOf = (foreignServers: typeof FOREIGN) =>
    getCondition(conditions(foreignServers), "ForeignDHCPServer")?.message;
  assert.equal(messageOf(FOREIGN.slice(1)), undefined);
  assert.equal(
    messageOf(FOREIGN),
    "Another DHCP server answers on the network: 192.168.48.2 (52:54:00:00:00:99)",
  );
});

Deno.test("poolStatus keeps what it does not know", () => {
  const status = { later: "field", conditions: [] } as IPPool["status"];
  const pool = poolOf(status === undefined ? {} : { status });
  const next = poolStatus({ ...FACTS, pool }, { ipv4: { used: 0, available: 0 }, now: NOW });
  assert.equal((next as Record<string, unknown>).later, "field");
});

Deno.test("poolNotes tells what is wrong, each reason once, and nothing of an ordinary pool", () => {
  assert.deepEqual(poolNotes(FACTS), []);
  const notes = [{
    type: "Warning",
    reason: "PoolExhausted",
    message: "No address is left",
  }] as const;
  assert.deepEqual(
    poolNotes({ ...FACTS, networkFound: false, notes }).map(({ reason }) => reason),
    [
      "NetworkNotFound",
      "PoolExhausted",
    ],
  );
});

Deno.test("agentNotes tells when an agent comes, when it goes, and not that none has come yet", () => {
  const withAgent = (ready: boolean, reason: string) =>
    poolOf({
      status: {
        conditions: [{
          type: "AgentReady",
          status: ready ? "True" : "False",
          reason,
          message: "m",
        }],
      },
    });
  const told = (before: IPPool, after: IPPool) =>
    agentNotes(before, after).map(({ type, reason }) => `${type} ${reason}`);
  assert.deepEqual(told(poolOf(), withAgent(false, "NoAgent")), []);
  assert.deepEqual(told(withAgent(false, "NoAgent"), withAgent(true, "Serving")), [
    "Normal Serving",
  ]);
  assert.deepEqual(told(withAgent(true, "Serving"), withAgent(false, "AgentSilent")), [
    "Warning AgentSilent",
  ]);
  assert.deepEqual(told(withAgent(true, "Serving"), withAgent(false, "Paused")), []);
});

/** The IPPool `default/net-48`. */
function poolOf(parts: Partial<IPPool> = {}): IPPool {
  return {
    apiVersion: API_VERSION,
    kind: "IPPool",
    metadata: { namespace: "default", name: "net-48", uid: "pool-uid" },
    spec: { networkName: NET_48, ipv4Config: { cidr: "192.168.48.0/24" } },
    ...parts,
  };
}
