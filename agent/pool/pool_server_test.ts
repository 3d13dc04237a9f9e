import assert from "node:assert/strict";
import { MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import type { PoolServerInput } from "./pool_server.ts";
import { CLIENT_ADDRESS, messageOf, poolWith } from "../testing/dhcp.ts";
import { MemoryPort } from "../testing/memory_port.ts";
import { ON, poolScene } from "../testing/pool_scene.ts";

Deno.test("PoolServer hears while it leads and has something to hear by, also a pool that is paused, and says so", async () => {
  const { server, reconcile, end } = poolScene();
  const heard: boolean[] = [];
  const paused = poolWith();
  const inputs: readonly Partial<PoolServerInput>[] = [
    {},
    { leading: false },
    { view: { synced: true, pool: { ...paused, spec: { ...paused.spec, paused: true } } } },
    { network: { pool: "default/net-48", interfaceName: "eth2" } },
    {},
  ];
  for (const input of inputs) {
    reconcile(input);
    heard.push(server.heard.hears);
  }
  assert.deepEqual(heard, [true, false, true, false, true]);
  await end();
  assert.equal(server.heard.hears, false);
});

Deno.test("PoolServer serves where everything is there", async () => {
  const { host, server, reconcile, end } = poolScene();
  assert.deepEqual(reconcile(), {
    ready: true,
    reason: "Serving",
    message: `Answering ${ON}`,
    answers: true,
  });
  assert.equal(server.report(0).resourceVersion, "7");
  await end();
  const changes = host.calls.filter((call) => !call.startsWith("arpIgnore"));
  assert.equal(changes.at(-1), "remove 192.168.48.77/32 eth1");
});

Deno.test("PoolServer traces a lease that is new from being served to its first ACK, and no OFFER", async () => {
  const told: string[] = [];
  const ports: MemoryPort[] = [];
  const { clock, reconcile, end } = poolScene({
    tracing: { tell: (subject, { name }) => told.push(`${name} of ${subject}`) },
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  const before = { ...poolWith(), status: {} };
  reconcile({ view: { synced: true, pool: before } });
  reconcile();
  const subject = "default/net-48 52:54:00:00:00:01 192.168.48.81";
  assert.deepEqual(told, [`lease served of ${subject}`]);
  for (const type of [MessageType.Discover, MessageType.Request, MessageType.Request]) {
    ports[0]?.arrive(messageOf(type, [{ code: 50, value: parseIPv4(CLIENT_ADDRESS) }]));
    await clock.settle();
    if (type === MessageType.Discover) assert.equal(told.length, 1);
  }
  assert.deepEqual(told, [`lease served of ${subject}`, `first ACK of ${subject}`]);
  await end();
});

interface Rung {
  readonly what: string;
  readonly input: Partial<PoolServerInput>;
  readonly expected: {
    readonly ready?: boolean;
    readonly reason: string;
    readonly message: string;
  };
}

const RUNGS: readonly Rung[] = [
  {
    what: "its interface is not there",
    input: { network: { pool: "default/net-48", interfaceName: "eth9" } },
    expected: { reason: "InterfaceMissing", message: "Interface eth9 does not exist" },
  },
  {
    what: "its network has a problem",
    input: { network: { pool: "default/net-48", interfaceName: "eth1", problem: "No such VLAN" } },
    expected: { reason: "InterfaceMissing", message: "No such VLAN" },
  },
  {
    what: "nothing is known of the pool",
    input: { view: { synced: false } },
    expected: { reason: "NotSynced", message: "The API server has not answered yet" },
  },
  {
    what: "there is no such pool",
    input: { view: { synced: true } },
    expected: { reason: "PoolNotFound", message: "The IPPool does not exist" },
  },
  {
    what: "the pool is paused",
    input: {
      view: { synced: true, pool: { ...poolWith(), spec: { ...poolWith().spec, paused: true } } },
    },
    expected: { reason: "Paused", message: "spec.paused is true" },
  },
  {
    what: "the pool cannot be served",
    input: { view: { synced: true, pool: poolWith({ serverIP: "10.0.0.1" }) } },
    expected: {
      reason: "InvalidPool",
      message: 'spec.ipv4Config.serverIP: must be a host address of 192.168.48.0/24: "10.0.0.1"',
    },
  },
  {
    what: "another agent leads",
    input: { leading: false },
    expected: { ready: true, reason: "Standby", message: `Standing by to answer ${ON}` },
  },
];
for (const { what, input, expected } of RUNGS) {
  Deno.test(`PoolServer is silent where ${what}, removes its address, and serves again`, async () => {
    const { host, reconcile, end } = poolScene();
    reconcile();
    assert.deepEqual(reconcile(input), { ready: false, answers: false, ...expected });
    assert.ok(host.calls.includes("remove 192.168.48.77/32 eth1"));
    assert.equal(reconcile().reason, "Serving");
    await end();
  });
}

Deno.test("PoolServer tells of an interface that is down, and keeps what it has there", async () => {
  const { host, reconcile, end } = poolScene();
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

Deno.test("PoolServer tells why it has no socket, and leaves no address of an earlier life to be found", async () => {
  const { host, reconcile, end } = poolScene({
    openPort: () => {
      throw new Error("Cannot listen: EADDRINUSE");
    },
  });
  host.address(host.link("eth1"), "192.168.48.77/32", true);
  const { reason, message } = reconcile();
  assert.deepEqual([reason, message], [
    "SocketFailed",
    "No socket on eth1: Cannot listen: EADDRINUSE",
  ]);
  assert.deepEqual(host.calls, ["remove 192.168.48.77/32 eth1"]);
  await end();
});

Deno.test("T10: PoolServer says what an operator should know of the interface", async () => {
  const { host, reconcile, end } = poolScene();
  host.routes = { gateways: [], hasDefaultRoute: false, rpFilterOfAll: 1 };
  assert.match(
    reconcile().message,
    /^Answering .*; rp_filter of eth1 is 2 and there is no default/,
  );
  await end();
});

Deno.test("PoolServer says what it left out, and where the pool comes from", async () => {
  const { reconcile, end } = poolScene();
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
  const { host, reconcile, end } = poolScene();
  host.link("eth2");
  reconcile();
  const moved = reconcile({ network: { pool: "default/net-48", interfaceName: "eth2" } });
  assert.equal(moved.reason, "Serving");
  assert.ok(host.calls.includes("remove 192.168.48.77/32 eth1"));
  assert.ok(host.calls.includes("add 192.168.48.77/32 eth2"));
  await end();
});

Deno.test("PoolServer logs a state once, with its pool", async () => {
  const { log, reconcile, end } = poolScene();
  reconcile();
  reconcile();
  const states = log.lines.filter(({ message }) => message === "State of the pool");
  assert.deepEqual(states.map(({ level, keys }) => [level, keys.ippool, keys.reason]), [
    ["info", "default/net-48", "Serving"],
  ]);
  await end();
});

Deno.test("PoolServer logs each change of what it says of its state, and warns of what an operator has to mend", async () => {
  const { host, log, reconcile, end } = poolScene();
  reconcile({ view: { synced: false } });
  reconcile();
  reconcile({ view: { synced: true, pool: poolWith(), note: "the API server does not answer" } });
  reconcile({
    view: { synced: true, pool: { ...poolWith(), spec: { ...poolWith().spec, paused: true } } },
  });
  host.unlink("eth1");
  reconcile();
  const states = log.lines.filter(({ message }) => message === "State of the pool");
  assert.deepEqual(states.map(({ level, keys }) => [level, keys.reason, keys.state]), [
    ["info", "NotSynced", "The API server has not answered yet"],
    ["info", "Serving", `Answering ${ON}`],
    ["info", "Serving", `Answering ${ON}; the API server does not answer`],
    ["info", "Paused", "spec.paused is true"],
    ["warn", "InterfaceMissing", "Interface eth1 does not exist"],
  ]);
  await end();
});

Deno.test("PoolServer stays silent once it is stopped, whatever comes, and gives everything back", async () => {
  const ports: MemoryPort[] = [];
  const { host, server, reconcile, end } = poolScene({
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  reconcile();
  await end();
  assert.equal(server.network, undefined);
  assert.equal(reconcile().answers, false);
  assert.equal(host.calls.at(-1), "remove 192.168.48.77/32 eth1");
  assert.deepEqual(ports.map(({ closed }) => closed), [true]);
});

Deno.test("PoolServer closes its socket while its interface is missing, and opens another", async () => {
  const ports: MemoryPort[] = [];
  const { host, server, reconcile, end } = poolScene({
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  reconcile();
  host.unlink("eth1");
  reconcile();
  assert.deepEqual(ports.map(({ closed }) => closed), [true]);
  host.link("eth1");
  assert.equal(reconcile().reason, "Serving");
  assert.equal(server.opened, 2);
  await end();
});

Deno.test("T3: PoolServer reports a declined address that another machine answers for, and no other", async () => {
  const ports: MemoryPort[] = [];
  let woken = 0;
  const { clock, host, server, reconcile, end } = poolScene({
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
    wake: () => {
      woken++;
    },
  });
  const declinedAfter = async (ms: number) => {
    ports[0]?.arrive(messageOf(MessageType.Decline, [
      { code: 50, value: parseIPv4(CLIENT_ADDRESS) },
      { code: 54, value: parseIPv4("192.168.48.77") },
    ]));
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.advance(100);
      server.turn();
    }
    return server.report(clock.now()).declined;
  };
  reconcile();
  await clock.settle();
  assert.equal(await declinedAfter(10_000), undefined);
  host.neighbour(CLIENT_ADDRESS, "52:54:00:00:00:99");
  const before = woken;
  const declined = await declinedAfter(1_000);
  assert.deepEqual(declined?.map(({ address, usedBy }) => [address, usedBy]), [
    [CLIENT_ADDRESS, "52:54:00:00:00:99"],
  ]);
  assert.equal(woken > before, true);
  await end();
});

Deno.test("PoolServer listens while it answers, and not while it stands by, in a dry run, or after its end", async () => {
  const { host, reconcile, server, end } = poolScene();
  const hears = (input: Partial<PoolServerInput> = {}) => {
    reconcile(input);
    server.turn();
    return host.hears("eth1");
  };
  assert.equal(hears(), true);
  assert.equal(hears({ leading: false }), false);
  assert.equal(hears(), true);
  await end();
  assert.equal(host.hears("eth1"), false);
  const dry = poolScene({ dryRun: true });
  dry.reconcile();
  dry.server.turn();
  assert.equal(dry.host.hears("eth1"), false);
  await dry.end();
});

Deno.test("PoolServer is not ready before it was looked at", async () => {
  const { server, end } = poolScene();
  assert.deepEqual(server.report(0), {
    ready: false,
    reason: "NotSynced",
    message: "Not looked at yet",
  });
  await end();
});

Deno.test("PoolServer survives its own faults", async () => {
  const { host, log, reconcile, end } = poolScene();
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
  assert.ok(log.lines.some(({ message }) => message === "Cannot serve the pool"));
  assert.equal(reconcile().reason, "Serving");
  await end();
});
