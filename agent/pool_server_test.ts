import assert from "node:assert/strict";
import { Responder } from "../core/dhcp/mod.ts";
import { ManualClock } from "../runtime/manual_clock.ts";
import { memoryLogger } from "../runtime/memory_logger.ts";
import { PoolServer, type PoolServerContext, type PoolServerInput } from "./pool_server.ts";
import { poolWith } from "./testing/dhcp.ts";
import { MemoryHost } from "./testing/memory_host.ts";
import { MemoryPort } from "./testing/memory_port.ts";

function setUp(fields: Partial<PoolServerContext> = {}) {
  const clock = new ManualClock();
  const host = new MemoryHost();
  host.link("eth1");
  const log = memoryLogger();
  const server = new PoolServer("default/net-48", {
    clock,
    random: () => 0.5,
    log,
    openPort: (link) => new MemoryPort(link),
    host,
    responder: new Responder(),
    dryRun: false,
    apiServerAddresses: [],
    reopenMaxMs: 500,
    wake: () => undefined,
    ...fields,
  });
  const reconcile = (input: Partial<PoolServerInput> = {}) => {
    server.reconcile({
      network: { pool: "default/net-48", interfaceName: "eth1" },
      host: host.read(),
      view: { synced: true, pool: poolWith() },
      leading: true,
      ...input,
    });
    const { ready, reason, message } = server.report(clock.now());
    return { ready, reason, message, answers: server.network !== undefined };
  };
  const end = async () => {
    server.stop(host.read());
    await clock.settle();
    assert.equal(clock.sleeping, 0);
  };
  return { clock, host, log, server, reconcile, end };
}

const ON = "192.168.48.0/24 from 192.168.48.77 on eth1";

Deno.test("PoolServer serves where everything is there", async () => {
  const { host, server, reconcile, end } = setUp();
  assert.deepEqual(reconcile(), {
    ready: true,
    reason: "Serving",
    message: `Answering ${ON}`,
    answers: true,
  });
  assert.equal(server.report(0).resourceVersion, "7");
  await end();
  assert.equal(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
});

interface Rung {
  readonly what: string;
  readonly input: Partial<PoolServerInput>;
  readonly expected: {
    readonly ready?: boolean;
    readonly reason: string;
    readonly message: string;
  };
  /** Whether the server address, which was there before, is still there. */
  readonly keeps: boolean;
}

const RUNGS: readonly Rung[] = [
  {
    what: "its interface is not there",
    input: { network: { pool: "default/net-48", interfaceName: "eth9" } },
    expected: { reason: "InterfaceMissing", message: "Interface eth9 does not exist" },
    keeps: false,
  },
  {
    what: "its network has a problem",
    input: { network: { pool: "default/net-48", interfaceName: "eth1", problem: "No such VLAN" } },
    expected: { reason: "InterfaceMissing", message: "No such VLAN" },
    keeps: false,
  },
  {
    what: "nothing is known of the pool",
    input: { view: { synced: false } },
    expected: { reason: "NotSynced", message: "The API server has not answered yet" },
    keeps: true,
  },
  {
    what: "there is no such pool",
    input: { view: { synced: true } },
    expected: { reason: "PoolNotFound", message: "The IPPool does not exist" },
    keeps: false,
  },
  {
    what: "the pool is paused",
    input: {
      view: { synced: true, pool: { ...poolWith(), spec: { ...poolWith().spec, paused: true } } },
    },
    expected: { reason: "Paused", message: "spec.paused is true" },
    keeps: false,
  },
  {
    what: "the pool cannot be served",
    input: { view: { synced: true, pool: poolWith({ serverIP: "10.0.0.1" }) } },
    expected: {
      reason: "InvalidPool",
      message: 'spec.ipv4Config.serverIP: must be a host address of 192.168.48.0/24: "10.0.0.1"',
    },
    keeps: false,
  },
  {
    what: "another agent leads",
    input: { leading: false },
    expected: { ready: true, reason: "Standby", message: `Standing by to answer ${ON}` },
    keeps: false,
  },
];
for (const { what, input, expected, keeps } of RUNGS) {
  Deno.test(`PoolServer is silent where ${what}, ${keeps ? "keeps" : "removes"} its address, and serves again`, async () => {
    const { host, reconcile, end } = setUp();
    reconcile();
    assert.deepEqual(reconcile(input), { ready: false, answers: false, ...expected });
    assert.equal(host.calls.includes("remove 192.168.48.77/32 eth1"), !keeps);
    assert.equal(reconcile().reason, "Serving");
    await end();
  });
}

Deno.test("PoolServer tells of an interface that is down, and keeps what it has there", async () => {
  const { host, reconcile, end } = setUp();
  reconcile();
  const link = host.link("eth1", { up: false });
  assert.equal(link.index, 1);
  const { reason, message, answers } = reconcile();
  assert.deepEqual([reason, message, answers], [
    "InterfaceMissing",
    "Interface eth1 is down",
    false,
  ]);
  assert.ok(!host.calls.includes("remove 192.168.48.77/32 eth1"));
  await end();
});

Deno.test("PoolServer tells why it has no socket", async () => {
  const { reconcile, end } = setUp({
    openPort: () => {
      throw new Error("Cannot listen: EADDRINUSE");
    },
  });
  const { reason, message } = reconcile();
  assert.deepEqual([reason, message], [
    "SocketFailed",
    "No socket on eth1: Cannot listen: EADDRINUSE",
  ]);
  await end();
});

Deno.test("PoolServer does not answer without its address", async () => {
  const { host, reconcile, end } = setUp();
  host.failure = new Error("Cannot add an address: EPERM");
  assert.deepEqual(reconcile(), {
    ready: false,
    reason: "AddressMissing",
    message: "192.168.48.77 is not on eth1: Cannot add an address: EPERM",
    answers: false,
  });
  assert.equal(reconcile().reason, "Serving");
  await end();
});

Deno.test("PoolServer tells who else has its address, and goes on answering", async () => {
  const { clock, host, reconcile, end } = setUp();
  host.neighbour("192.168.48.77", "52:54:00:00:00:99");
  const states = [];
  for (let second = 0; second < 6; second++) {
    states.push(reconcile());
    await clock.advance(1_000);
  }
  assert.equal(states[0]?.reason, "Serving");
  assert.deepEqual(states.at(-1), {
    ready: false,
    reason: "AddressInUse",
    message: `Answering ${ON}; another machine, 52:54:00:00:00:99, has 192.168.48.77 too`,
    answers: true,
  });
  assert.equal(reconcile({ leading: false }).reason, "Standby");
  assert.equal(reconcile().reason, "Serving");
  await end();
});

Deno.test("PoolServer changes no address in a dry run", async () => {
  const { host, reconcile, end } = setUp({ dryRun: true });
  host.address(host.link("eth1"), "192.168.48.76/32", true);
  const { reason, message, answers } = reconcile();
  assert.deepEqual([reason, message, answers], ["Standby", `Dry run: would answer ${ON}`, true]);
  reconcile({ view: { synced: true } });
  await end();
  assert.deepEqual(host.calls, []);
});

Deno.test("PoolServer says what it left out, and where the pool comes from", async () => {
  const { reconcile, end } = setUp();
  const { message } = reconcile({
    view: {
      synced: true,
      pool: poolWith({ dns: ["one"] }),
      note: "the API server does not answer",
    },
  });
  assert.match(
    message,
    /^Answering .*; the API server does not answer; left out: spec\.ipv4Config\.dns\[0\]: /,
  );
  await end();
});

Deno.test("PoolServer moves to another interface, and leaves nothing on the first", async () => {
  const { host, reconcile, end } = setUp();
  host.link("eth2");
  reconcile();
  const moved = reconcile({ network: { pool: "default/net-48", interfaceName: "eth2" } });
  assert.equal(moved.reason, "Serving");
  assert.ok(host.calls.includes("remove 192.168.48.77/32 eth1"));
  assert.ok(host.calls.includes("add 192.168.48.77/32 eth2"));
  await end();
});

Deno.test("PoolServer logs a state once, with its pool", async () => {
  const { log, reconcile, end } = setUp();
  reconcile();
  reconcile();
  const states = log.lines.filter(({ message }) => message === "State of the pool");
  assert.deepEqual(states.map(({ level, keys }) => [level, keys.ippool, keys.reason]), [
    ["info", "default/net-48", "Serving"],
  ]);
  await end();
});

Deno.test("PoolServer survives its own faults", async () => {
  const { host, reconcile, end } = setUp();
  const state = host.read();
  const link = state.links.get("eth1");
  assert.ok(link);
  const broken = {
    ...link,
    get up(): boolean {
      throw new Error("A fault");
    },
  };
  const { reason, message, answers } = reconcile({
    host: { ...state, links: new Map([["eth1", broken]]) },
  });
  assert.deepEqual([reason, message, answers], [
    "InvalidPool",
    "Cannot serve the pool: A fault",
    false,
  ]);
  assert.equal(reconcile().reason, "Serving");
  await end();
});
