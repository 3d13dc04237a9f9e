import assert from "node:assert/strict";
import { runAgent } from "../../agent/agent.ts";
import { HEARD_PATHS } from "../../agent/heard/heard_http.ts";
import { CLIENT_ADDRESS, CLIENT_MAC, messageOf, poolWith } from "../../agent/testing/dhcp.ts";
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import type { AgentNetwork, AgentOptions, SnapshotStore } from "../../agent/types.ts";
import type { AgentReport } from "../../core/api/agent/agent_report.ts";
import { parseAgentReport } from "../../core/api/mod.ts";
import type { IPPool } from "../../core/api/types.ts";
import { MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import {
  createKubeClient,
  IPPOOLS,
  LEASES,
  type RequestOptions,
  type RestAnswer,
  toRestClient,
} from "../../kube/mod.ts";
import type { Leadership } from "../../kube/election/leadership.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";

const POOL = "default/net-48";
const BLUE: AgentNetwork = { pool: POOL, interfaceName: "eth1" };
const RED: AgentNetwork = { pool: "default/net-49", interfaceName: "eth2" };

/** The way to the API server. */
interface Network {
  /** Called before each request is let through. */
  pass: (request: RequestOptions) => void | Promise<void>;
}

const AWAY = () => {
  throw new TypeError("connection refused");
};

/** An agent under simulated time, over the embedded API, without a kernel. */
function setUp(options: Partial<AgentOptions> = {}, network: Network = { pass: () => undefined }) {
  const clock = new ManualClock();
  const api = new EmbeddedApi({ clock });
  const client = createKubeClient(api.rest());
  const host = new MemoryHost();
  const ports = new Map<string, MemoryPort>();
  host.link("eth1");
  host.link("eth2");
  const log = memoryLogger();
  const stop = new AbortController();
  const listeners = countListeners(stop.signal);
  const rest = toRestClient(async (request) => {
    await network.pass(request);
    return await api.rest().performRequest(request) as RestAnswer;
  });
  const agent = runAgent({
    rest,
    clock,
    random: () => 0.5,
    log,
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.set(link.name, port);
      return port;
    },
    host,
    name: "agent",
    namespace: "default",
    pod: { namespace: "default", name: "agent-0", uid: "u" },
    networks: [BLUE],
    ...options,
  }, stop.signal);
  const pools = client.of(IPPOOLS);
  return {
    agent,
    api,
    client,
    clock,
    host,
    listeners,
    log,
    network,
    ports,
    pools,
    /** Writes a pool with its leases, as the controller does. */
    write: async (pool: IPPool) => {
      const { resourceVersion: _, ...metadata } = pool.metadata;
      const present = await pools.get({ namespace: "default", name: metadata.name ?? "" });
      const written = present === undefined
        ? await pools.create({ ...pool, metadata })
        : await pools.update({ ...present, spec: pool.spec });
      const { status } = pool;
      await pools.updateStatus({ ...written, ...(status === undefined ? {} : { status }) });
    },
    reason: (pool = POOL) => agent.report().pools[pool]?.reason,
    reported: async (): Promise<AgentReport | undefined> => {
      const lease = await client.of(LEASES).get({ namespace: "default", name: "agent" });
      const read = parseAgentReport(
        lease?.metadata.annotations?.["network.harvesterhci.io/agent-report"] ?? "",
      );
      return read.ok ? read.value : undefined;
    },
    get: async (path: string) => {
      const response = await agent.handle(new Request(`http://agent${path}`));
      return { status: response.status, body: await response.text() };
    },
    stop: async () => {
      stop.abort(new Error("The test is over"));
      await clock.advance(10_000);
      await agent.done;
    },
    end: async () => {
      stop.abort(new Error("The test is over"));
      await clock.advance(10_000);
      await agent.done;
      api.close();
    },
  };
}

/** How many listen to a signal, from now on. */
function countListeners(signal: AbortSignal): () => number {
  const listening = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...[type, listener, options]: [string, never, object?]) => {
    listening.add(listener);
    addEventListener.call(signal, type, listener, options);
  };
  signal.removeEventListener = (...[type, listener, options]: [string, never, object?]) => {
    listening.delete(listener);
    removeEventListener.call(signal, type, listener, options);
  };
  return () => listening.size;
}

/** Lets a client ask on a port; whether it is answered. */
async function answers(port: MemoryPort | undefined, clock: ManualClock): Promise<boolean> {
  assert.ok(port);
  const before = port.sent.length;
  port.arrive(messageOf(MessageType.Discover));
  // A loop that has only just begun takes its first packets some turns later.
  for (let turn = 0; turn < 20 && port.sent.length === before; turn++) await clock.settle();
  return port.sent.length > before;
}

Deno.test("the agent serves a pool as soon as it is synced, and tells so everywhere", async () => {
  const { agent, clock, ports, write, reason, reported, get, end } = setUp({
    enableCacheDump: true,
  });
  assert.equal(reason(), "NotSynced");
  assert.equal((await get("/readyz")).status, 503);
  await write(poolWith());
  await clock.advance(100);
  assert.equal(reason(), "Serving");
  assert.equal(agent.ready, true);
  assert.equal(await answers(ports.get("eth1"), clock), true);
  const report = await reported();
  assert.deepEqual(report?.pod, { namespace: "default", name: "agent-0", uid: "u" });
  assert.equal(report?.pools[POOL]?.reason, "Serving");
  assert.equal(report?.pools[POOL]?.interfaceName, "eth1");
  assert.deepEqual(JSON.parse((await get("/readyz")).body), { ready: true, reasons: [] });
  assert.equal((await get("/healthz")).status, 200);
  assert.deepEqual(JSON.parse((await get("/leases")).body), {
    [POOL]: [{ address: CLIENT_ADDRESS, macAddress: CLIENT_MAC }],
  });
  const { body: metrics } = await get("/metrics");
  for (
    const line of [
      'vmdhcpagent_packets_total{ippool="default/net-48",type="discover",result="offer",reason="offer"} 1',
      'vmdhcpagent_pool_state{ippool="default/net-48",reason="Serving"} 1',
      'vmdhcpagent_leases{ippool="default/net-48"} 1',
      'vmdhcpagent_socket_opens_total{ippool="default/net-48"} 1',
      'vmdhcpagent_unread_packets_total{ippool="default/net-48"} 0',
      "vmdhcpagent_leading 1",
    ]
  ) assert.ok(metrics.includes(`${line}\n`), line);
  await end();
});

Deno.test("the agent serves /leases only where it is told to", async () => {
  const { get, end } = setUp();
  assert.equal((await get("/leases")).status, 404);
  await end();
});

Deno.test("rule 34: one pool that is not synced keeps no other from being served, and gets no NAK", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = ({ querystring }: RequestOptions) =>
    querystring?.get("fieldSelector") === "metadata.name=net-49" ? gate.promise : undefined;
  const { clock, ports, write, reason, end } = setUp({ networks: [BLUE, RED] }, { pass: slow });
  await write(poolWith());
  await write({ ...poolWith(), metadata: { namespace: "default", name: "net-49" } });
  await clock.advance(100);
  assert.equal(reason(POOL), "Serving");
  assert.equal(reason(RED.pool), "NotSynced");
  const red = ports.get("eth2");
  red?.arrive(messageOf(MessageType.Request, [
    { code: 50, value: parseIPv4("192.168.48.99") },
    { code: 54, value: parseIPv4("192.168.48.77") },
  ]));
  await clock.settle();
  assert.deepEqual(red?.sent, []);
  gate.resolve();
  await clock.advance(100);
  assert.equal(reason(RED.pool), "Serving");
  await end();
});

Deno.test("rule 99: an address that moves to another MAC address is honoured at once", async () => {
  const { clock, ports, write, end } = setUp();
  await write(poolWith());
  await clock.advance(100);
  assert.equal(await answers(ports.get("eth1"), clock), true);
  const pool = poolWith();
  await write({
    ...pool,
    status: {
      ipv4: { allocated: { [CLIENT_ADDRESS]: "52:54:00:00:00:02" }, used: 1, available: 9 },
    },
  });
  await clock.advance(100);
  assert.equal(await answers(ports.get("eth1"), clock), false);
  await end();
});

Deno.test("the agent goes on while the API server is away, and says so again when it is back", async () => {
  const { clock, network, ports, write, reason, reported, pools, end } = setUp();
  await write(poolWith());
  await clock.advance(100);
  network.pass = AWAY;
  await clock.advance(60_000);
  assert.equal(reason(), "Serving");
  assert.equal(await answers(ports.get("eth1"), clock), true);
  network.pass = () => undefined;
  await pools.patch({ namespace: "default", name: "net-48" }, {
    type: "merge",
    body: { spec: { paused: true } },
  });
  await clock.advance(60_000);
  assert.equal((await reported())?.pools[POOL]?.reason, "Paused");
  await end();
});

Deno.test("rule 100: an agent that starts while the API server is away serves from its snapshot, and refuses nobody", async () => {
  const texts = new Map<string, string>();
  const snapshots: SnapshotStore = {
    load: (key) => Promise.resolve(texts.get(key)),
    save: (key, text) => Promise.resolve(void texts.set(key, text)),
    remove: (key) => Promise.resolve(void texts.delete(key)),
  };
  const first = setUp({ snapshots });
  await first.write(poolWith());
  for (let turn = 0; turn < 1_000 && !texts.has(POOL); turn++) await first.clock.advance(1);
  await first.end();
  assert.ok(texts.has(POOL));

  const second = setUp({ snapshots }, { pass: AWAY });
  await second.clock.advance(900);
  assert.equal(second.reason(), "NotSynced");
  assert.equal(await answers(second.ports.get("eth1"), second.clock), false);
  await second.clock.advance(200);
  const served = () => second.agent.report().pools[POOL];
  const isToldOf = () => served()?.message.includes("the API server does not answer") === true;
  await second.clock.advanceUntil(isToldOf, { limitMs: 10_000 });
  assert.equal(served()?.reason, "Serving");
  const port = second.ports.get("eth1");
  assert.equal(await answers(port, second.clock), true);
  // What its record does not give may have been given since.
  const said = port?.sent.length;
  port?.arrive(messageOf(MessageType.Request, [
    { code: 50, value: parseIPv4("192.168.48.99") },
    { code: 54, value: parseIPv4("192.168.48.77") },
  ]));
  await second.clock.settle();
  assert.equal(port?.sent.length, said);
  await second.end();
});

Deno.test("the agent writes no report for a pool of which only the version changed, and tells the version at the next renewal", async () => {
  const written: number[] = [];
  const { clock, pools, write, reported, end } = setUp({}, {
    pass: ({ method }) => void (method === "PATCH" && written.push(clock.now())),
  });
  await write(poolWith());
  await clock.advance(100);
  const { length } = written;
  const lastWrite = written.at(-1) ?? NaN;
  const pool = await pools.get({ namespace: "default", name: "net-48" });
  assert.ok(pool);
  const { metadata } = await pools.update({
    ...pool,
    metadata: { ...pool.metadata, labels: { concerns: "nobody" } },
  });
  await clock.advance(lastWrite + 4_999 - clock.now());
  assert.equal(written.length, length);
  assert.notEqual((await reported())?.pools[POOL]?.resourceVersion, metadata.resourceVersion);
  await clock.advance(1);
  assert.equal(written.length, length + 1);
  assert.equal((await reported())?.pools[POOL]?.resourceVersion, metadata.resourceVersion);
  await end();
});

Deno.test("the agent reports an address that a guest declined and another machine has", async () => {
  const { clock, host, ports, write, reported, end } = setUp();
  host.neighbour(CLIENT_ADDRESS, "52:54:00:00:00:99");
  await write(poolWith());
  await clock.advance(100);
  ports.get("eth1")?.arrive(messageOf(MessageType.Decline, [
    { code: 50, value: parseIPv4(CLIENT_ADDRESS) },
    { code: 54, value: parseIPv4("192.168.48.77") },
  ]));
  await clock.advance(500);
  const declined = (await reported())?.pools[POOL]?.declined;
  assert.deepEqual(declined?.map(({ address, macAddress }) => [address, macAddress]), [[
    CLIENT_ADDRESS,
    CLIENT_MAC,
  ]]);
  await end();
});

Deno.test("the agent adds, changes and removes networks while it runs, and disturbs no other", async () => {
  const { agent, clock, host, ports, write, reason, end } = setUp();
  await write(poolWith());
  await write({ ...poolWith(), metadata: { namespace: "default", name: "net-49" } });
  await clock.advance(100);
  const blue = ports.get("eth1");
  agent.setNetworks([BLUE, RED]);
  await clock.advance(100);
  assert.equal(reason("default/net-49"), "Serving");
  agent.setNetworks([BLUE, { ...RED, problem: "No such VLAN" }]);
  assert.equal(reason("default/net-49"), "InterfaceMissing");
  assert.equal(ports.get("eth2")?.closed, true);
  agent.setNetworks([BLUE]);
  assert.equal(reason("default/net-49"), undefined);
  assert.equal(ports.get("eth1"), blue);
  assert.equal(blue?.closed, false);
  assert.deepEqual(host.calls.filter((call) => /^(add|remove) .* eth1$/.test(call)), [
    "add 192.168.48.77/32 eth1",
  ]);
  assert.throws(() => agent.setNetworks([RED, RED]), /Cannot serve a pool twice/);
  assert.equal(reason(), "Serving");
  await end();
});

Deno.test("a network that is served no longer leaves nothing behind that listens for the agent's end", async () => {
  const { agent, clock, listeners, write, end } = setUp();
  await write(poolWith());
  await write({ ...poolWith(), metadata: { namespace: "default", name: "net-49" } });
  const come = async () => {
    agent.setNetworks([BLUE, RED]);
    await clock.advance(1_000);
    agent.setNetworks([BLUE]);
    await clock.advance(1_000);
  };
  await come();
  const before = listeners();
  for (let time = 0; time < 5; time++) await come();
  assert.equal(listeners(), before);
  await end();
});

Deno.test("T9: a pool that asks for an address of the API server's costs the agent's other pools nothing", async () => {
  const needed = [{ address: parseIPv4("192.168.48.99"), owner: "the API server" }];
  const { agent, clock, host, ports, write, reason, reported, end } = setUp({
    networks: [BLUE, RED],
    needed: () => needed,
  });
  await write(poolWith());
  const evil = poolWith({ serverIP: "192.168.48.99" });
  await write({ ...evil, metadata: { namespace: "default", name: "net-49" } });
  await clock.advance(100);
  assert.equal(reason(), "Serving");
  assert.equal(await answers(ports.get("eth1"), clock), true);
  assert.equal(await answers(ports.get("eth2"), clock), false);
  // Not being ready would hold up the rollout of every pool of the agent.
  assert.equal(agent.ready, true);
  const told = (await reported())?.pools["default/net-49"];
  assert.deepEqual([told?.ready, told?.reason], [false, "AddressMissing"]);
  assert.match(told?.message ?? "", /^192\.168\.48\.99 is the address of the API server, which /);
  assert.deepEqual(host.calls.filter((call) => call.endsWith(" eth2")), []);
  await end();
});

Deno.test("the agent is not ready while an interface is missing, and names it", async () => {
  const { agent, clock, host, write, get, end } = setUp();
  await write(poolWith());
  await clock.advance(100);
  assert.equal(agent.ready, true);
  host.unlink("eth1");
  await clock.advance(100);
  assert.equal(agent.ready, false);
  const { status, body } = await get("/readyz");
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), {
    ready: false,
    reasons: ["default/net-48: InterfaceMissing: Interface eth1 does not exist"],
  });
  await end();
});

Deno.test("the agent is ready while another machine has the server's address, and tells so", async () => {
  const { agent, clock, host, ports, write, reason, reported, get, end } = setUp();
  await write(poolWith());
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  await clock.advance(30_000);
  assert.equal(reason(), "AddressInUse");
  assert.equal(agent.ready, true);
  assert.equal((await get("/readyz")).status, 200);
  assert.equal(await answers(ports.get("eth1"), clock), true);
  assert.equal((await reported())?.pools[POOL]?.reason, "AddressInUse");
  await end();
});

Deno.test("the agent that was recorded leaves its network to another one that is recorded since, and has the server's address, too", async () => {
  const { agent, clock, host, write, reason, end } = setUp();
  const record = (name: string) =>
    write({ ...poolWith(), status: { ...poolWith().status, agentPodRef: { name } } });
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  const reasons: unknown[] = [];
  for (const name of ["agent-of-before", "agent-0", "agent-of-now"]) {
    await record(name);
    await clock.advance(20_000);
    reasons.push(reason());
  }
  assert.deepEqual(reasons, ["AddressInUse", "AddressInUse", "Standby"]);
  assert.equal(agent.ready, true);
  await end();
});

Deno.test("the agent is ready as a standby and while its pool is paused, and silent", async () => {
  const leadership: Leadership = { leading: false, onChange: () => undefined };
  const { agent, clock, ports, write, reason, get, end } = setUp({ leadership });
  await write(poolWith());
  await clock.advance(100);
  assert.deepEqual([reason(), agent.ready], ["Standby", true]);
  assert.equal(await answers(ports.get("eth1"), clock), false);
  assert.match((await get("/metrics")).body, /^vmdhcpagent_leading 0$/m);
  await write({ ...poolWith(), spec: { ...poolWith().spec, paused: true } });
  await clock.advance(100);
  assert.deepEqual([reason(), agent.ready], ["Paused", true]);
  await end();
});

Deno.test("rule 101: the agent answers as soon as it leads, and is silent as soon as it does not", async () => {
  const handlers: (() => void)[] = [];
  const leadership = {
    leading: false,
    onChange: (handler: () => void) => void handlers.push(handler),
  };
  const { clock, host, ports, write, reason, end } = setUp({ leadership });
  await write(poolWith());
  await clock.advance(100);
  for (const leading of [true, false, true]) {
    leadership.leading = leading;
    for (const handler of handlers) handler();
    assert.equal(reason(), leading ? "Serving" : "Standby");
    assert.equal(await answers(ports.get("eth1"), clock), leading);
  }
  assert.deepEqual(host.calls.filter((call) => /^(add|remove)/.test(call)), [
    "add 192.168.48.77/32 eth1",
    "remove 192.168.48.77/32 eth1",
    "add 192.168.48.77/32 eth1",
  ]);
  await end();
});

Deno.test("rules 23 and 103: packets cost no request to the API server, and wait for none that it does not answer", async () => {
  const asked: string[] = [];
  const released = Promise.withResolvers<void>();
  const { clock, network, ports, write, reason, end } = setUp();
  await write(poolWith());
  await clock.advance(100);
  assert.equal(reason(), "Serving");
  // From now on it takes requests and answers none.
  network.pass = ({ method, path }) => {
    asked.push(`${method} ${path}`);
    return released.promise;
  };
  const port = ports.get("eth1");
  for (let exchange = 0; exchange < 50; exchange++) {
    assert.equal(await answers(port, clock), true);
  }
  assert.equal(port?.sent.length, 50);
  assert.deepEqual(asked, []);
  // Time passes, and requests that have nothing to do with packets hang: the next packet is answered all the same.
  await clock.advance(60_000);
  assert.notDeepEqual(asked, []);
  assert.equal(await answers(port, clock), true);
  network.pass = () => undefined;
  released.resolve();
  await end();
});

Deno.test("the agent takes no networks any more once it ends", async () => {
  const { agent, stop, end } = setUp();
  await stop();
  agent.setNetworks([BLUE, RED]);
  assert.deepEqual(agent.report().pools, {});
  await end();
});

Deno.test("the agent tells whom it heard, and shows packets, where its program asks who wants to know", async () => {
  const { get, end } = setUp();
  const asked = ["/clients", "/packets?seconds=0"];
  const answers = await Promise.all(asked.map(async (path) => (await get(path)).status));
  assert.deepEqual(answers, [200, 400]);
  for (const path of asked) assert.ok(HEARD_PATHS.has(path.replace(/\?.*/, "")), path);
  await end();
});

Deno.test("the agent tells how long the API server has been silent about a pool", async () => {
  const { clock, network, write, get, end } = setUp();
  const silent = async () =>
    /^vmdhcpagent_api_silent_seconds\{ippool="default\/net-48"\} (.*)$/m.exec(
      (await get("/metrics")).body,
    )?.[1];
  assert.equal(await silent(), "0");
  await write(poolWith());
  await clock.advance(100);
  network.pass = AWAY;
  const before = Number(await silent());
  await clock.advance(5_000);
  assert.equal(Number(await silent()), before + 5);
  await end();
});

Deno.test("the agent is ready where its pools cannot be served for good reason", async () => {
  const { agent, clock, write, reason, end } = setUp();
  await clock.advance(100);
  assert.deepEqual([reason(), agent.ready], ["PoolNotFound", true]);
  await write(poolWith({ serverIP: "10.0.0.1" }));
  await clock.advance(100);
  assert.deepEqual([reason(), agent.ready], ["InvalidPool", true]);
  await end();
});

Deno.test("the agent leaves nothing behind: no address, no socket, no pools in its report, nothing waiting", async () => {
  const { agent, clock, host, ports, write, reported, stop, end } = setUp();
  await write(poolWith());
  await clock.advance(100);
  assert.equal(agent.ready, true);
  await stop();
  assert.equal(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
  assert.equal(ports.get("eth1")?.closed, true);
  assert.deepEqual((await reported())?.pools, {});
  assert.equal(clock.sleeping, 0);
  await end();
});

Deno.test("S1: the agent looks at all of its pools anew as its Lease shows that the API server was put back", async () => {
  let putBack = () => {};
  const leadership: Leadership = {
    leading: true,
    onChange: () => undefined,
    onNewHistory: (handler) => void (putBack = handler),
  };
  const { agent, clock, network, write, end } = setUp({ leadership, networks: [BLUE, RED] });
  await write(poolWith());
  await clock.advance(2_000);
  const listed: unknown[] = [];
  network.pass = ({ path, expectStream, querystring }) => {
    if (path.endsWith("/ippools") && !expectStream) listed.push(querystring?.get("fieldSelector"));
  };
  await clock.advance(10_000);
  assert.deepEqual(listed, []);
  putBack();
  await clock.advance(100);
  assert.deepEqual(listed, ["metadata.name=net-48", "metadata.name=net-49"]);
  assert.equal(Object.keys(agent.report().pools).length, 2);
  await end();
});

Deno.test("S2: the agent without an API server is not ready, says why, and goes on answering", async () => {
  let trouble: string | undefined;
  const leadership: Leadership = {
    leading: true,
    onChange: () => undefined,
    get trouble() {
      return trouble;
    },
  };
  const { clock, network, ports, write, get, end } = setUp({ leadership });
  const reasons = async () => JSON.parse((await get("/readyz")).body).reasons as string[];
  await write(poolWith());
  await clock.advance(2_000);
  assert.deepEqual(await reasons(), []);
  network.pass = AWAY;
  // The watch that is open ends by its time limit at the latest.
  await clock.advance(620_000);
  const [reason = "", ...others] = await reasons();
  assert.match(
    reason,
    /^default\/net-48: IPPool objects are not followed for \d+ s: connection refused$/,
  );
  assert.deepEqual(others, []);
  assert.equal((await get("/healthz")).status, 200, "no probe restarts it");
  assert.equal(await answers(ports.get("eth1"), clock), true);
  trouble = "Lease default/agent was not written for 20 s";
  assert.equal((await reasons())[1], trouble);
  trouble = undefined;
  network.pass = () => undefined;
  await clock.advance(10_000);
  assert.deepEqual(await reasons(), []);
  await end();
});
