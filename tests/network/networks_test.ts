import assert from "node:assert/strict";
import { FastPort } from "../../agent/socket/fast_port.ts";
import type { RunningAgent } from "../../agent/types.ts";
import { optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { IPPOOLS } from "../../kube/mod.ts";
import { ip, run } from "./command.ts";
import type { Guest } from "./guest.ts";
import { countedPackets, socketOpens } from "./metrics.ts";
import { discover, RawClient, request } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const SERVER = "192.168.48.77";
const CONFIG = { cidr: "192.168.48.0/24", serverIP: SERVER };

interface TwoNetworks {
  readonly served: ServedLab;
  readonly agent: RunningAgent;
  readonly blue: RawClient;
  readonly red: RawClient;
}

/** Two networks with the same subnet, the same server address and a client of the same MAC address. */
async function onTwoNetworks(test: (two: TwoNetworks) => Promise<void>): Promise<void> {
  await using served = await ServedLab.open();
  const macAddress = "52:54:00:aa:00:01";
  const guests: Guest[] = [];
  for (const [bridge, address] of [["blue", "192.168.48.81"], ["red", "192.168.48.82"]] as const) {
    await served.lab.bridge(bridge);
    guests.push(await served.lab.guest({ bridge, macAddress }));
    await served.pool({ name: bridge, config: CONFIG, leases: { [address]: macAddress } });
  }
  const agent = served.agent([
    { pool: "default/blue", interfaceName: "blue" },
    { pool: "default/red", interfaceName: "red" },
  ]);
  for (const pool of ["default/blue", "default/red"]) {
    await whenPool(agent, pool, serving);
  }
  const [blueGuest, redGuest] = guests;
  assert.ok(blueGuest && redGuest);
  using blue = new RawClient(blueGuest);
  using red = new RawClient(redGuest);
  await test({ served, agent, blue, red });
}

/** Asks on a network, a DISCOVER every 5 ms, until stopped; then answers how many were asked and how many answered. */
function load(client: RawClient): () => Promise<{ asked: number; answered: number }> {
  let asked = 0;
  let answered = 0;
  const timer = setInterval(() => {
    client.say({ message: discover() });
    asked++;
    answered += client.replies().length;
  }, 5);
  return async () => {
    clearInterval(timer);
    await until(() => (answered += client.replies().length) >= asked, {
      what: "all are answered",
      timeoutMs: 2_000,
    }).catch(() => undefined);
    return { asked, answered };
  };
}

Deno.test("rule 96: each network answers a MAC address with its own lease only", () =>
  onTwoNetworks(async ({ blue, red }) => {
    const offers = [
      await blue.ask({ message: discover() }),
      await red.ask({ message: discover() }),
    ];
    assert.deepEqual(offers.map(({ message }) => formatIPv4(message.yiaddr)), [
      "192.168.48.81",
      "192.168.48.82",
    ]);
  }));

Deno.test("networks with equal subnets and server addresses both answer renewals by unicast", () =>
  onTwoNetworks(async ({ blue, red }) => {
    for (const [client, address] of [[blue, "192.168.48.81"], [red, "192.168.48.82"]] as const) {
      client.address = address;
      const ack = await client.ask({
        source: address,
        destination: SERVER,
        message: request([], { ciaddr: parseIPv4(address) }),
      });
      assert.equal(optionValue(ack.message, 53), 5);
      assert.equal(formatIPv4(ack.message.yiaddr), address);
      assert.equal(ack.destinationMac, client.guest.macAddress);
    }
  }));

Deno.test("rule 97: an interface that is made again is served within 1 s, and the other network loses no packet", () =>
  onTwoNetworks(async ({ agent, blue, red }) => {
    const stop = load(blue);
    await ip("link del red");
    const missing = await whenPool(
      agent,
      "default/red",
      ({ reason }) => reason !== "Serving",
    );
    assert.equal(missing.reason, "InterfaceMissing");
    assert.equal(agent.ready, false);
    await ip("link add red type bridge forward_delay 0");
    await ip(`link set p-${red.guest.name} master red`);
    await ip("link set red up");
    const from = performance.now();
    await whenPool(agent, "default/red", serving);
    const offer = await red.ask({ message: discover() });
    const took = performance.now() - from;
    assert.equal(formatIPv4(offer.message.yiaddr), "192.168.48.82");
    assert.ok(took < 1_000, `${took} ms`);
    const { asked, answered } = await stop();
    assert.ok(asked > 10, `${asked} asked`);
    assert.equal(answered, asked);
  }));

Deno.test("rule 97: a network that is added or removed costs the others no packet", () =>
  onTwoNetworks(async ({ agent, blue, red }) => {
    const both = [
      { pool: "default/blue", interfaceName: "blue" },
      { pool: "default/red", interfaceName: "red" },
    ];
    const stop = load(blue);
    for (let round = 0; round < 5; round++) {
      agent.setNetworks(both.slice(0, 1));
      assert.equal((await ip("-4 address show dev red")).trim(), "");
      agent.setNetworks(both);
      await whenPool(agent, "default/red", serving);
      await red.ask({ message: discover() });
    }
    const { asked, answered } = await stop();
    assert.equal(answered, asked);
  }));

Deno.test("an interface that was deleted and made again between two looks is served anew", () =>
  onTwoNetworks(async ({ served, agent, red }) => {
    const before = served.host.read().links.get("red")?.index;
    await ip("link del red");
    await ip("link add red type bridge forward_delay 0");
    await ip(`link set p-${red.guest.name} master red`);
    await ip("link set red up");
    assert.notEqual(served.host.read().links.get("red")?.index, before);
    await until(async () => (await ip("-4 address show dev red")).includes(SERVER), {
      what: "the address is back",
    });
    await whenPool(agent, "default/red", serving);
    await red.ask({ message: discover() });
  }));

Deno.test("an interface that is down is told, and served when it is up again", () =>
  onTwoNetworks(async ({ agent, red }) => {
    await ip("link set red down");
    const report = await whenPool(agent, "default/red", (pool) => !serving(pool));
    assert.equal(report.message, "Interface red is down");
    await ip("link set red up");
    await whenPool(agent, "default/red", serving);
    await red.ask({ message: discover() });
  }));

Deno.test("a socket that dies is opened again within 1 s, and the other network loses no packet", async () => {
  await using served = await ServedLab.open();
  const opened: FastPort[] = [];
  for (const bridge of ["blue", "red"]) {
    await served.lab.bridge(bridge);
    await served.pool({
      name: bridge,
      config: CONFIG,
      leases: { "192.168.48.81": "52:54:00:00:00:01" },
    });
  }
  const agent = served.agent([
    { pool: "default/blue", interfaceName: "blue" },
    { pool: "default/red", interfaceName: "red" },
  ], {
    openPort: (link) => {
      const port = new FastPort(link);
      if (link.name === "red") opened.push(port);
      return port;
    },
  });
  const macAddress = "52:54:00:00:00:01";
  using blue = new RawClient(await served.lab.guest({ bridge: "blue", macAddress }));
  using red = new RawClient(await served.lab.guest({ bridge: "red", macAddress }));
  for (const pool of ["default/blue", "default/red"]) {
    await whenPool(agent, pool, serving);
  }
  await red.ask({ message: discover() });
  const stop = load(blue);
  const [first] = opened;
  assert.ok(first);
  const from = performance.now();
  // It may take longer than the next one takes to open.
  const closing = first.close();
  const failed = await whenPool(
    agent,
    "default/red",
    ({ reason }) => reason === "SocketFailed",
  );
  assert.match(failed.message, /^No socket on red: /);
  await whenPool(agent, "default/red", serving);
  await red.ask({ message: discover() });
  assert.ok(performance.now() - from < 1_000);
  assert.equal(opened.length, 2);
  const { asked, answered } = await stop();
  assert.equal(answered, asked);
  await closing;
});

Deno.test("a socket that an administrator ended is opened again within 1 s", () =>
  onTwoNetworks(async ({ agent, blue, red }) => {
    const from = performance.now();
    await run("ss", "--kill", "-uan", "sport", "=", "67");
    for (const [pool, client] of [["default/blue", blue], ["default/red", red]] as const) {
      await until(async () => await socketOpens(agent, pool) === 2, {
        what: `${pool} has a new socket`,
      });
      await whenPool(agent, pool, serving);
      await client.ask({ message: discover() });
    }
    assert.ok(performance.now() - from < 1_000, `${performance.now() - from} ms`);
  }));

Deno.test("a pool is silent until it is synced, while paused, and after it is deleted; each tells why", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  const leases = { "192.168.48.81": client.guest.macAddress };
  const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
  const when = (reason: string) =>
    whenPool(agent, "default/net-48", (report) => report.reason === reason);
  /** Silence is known by the counter of what was not answered. */
  const silent = async () => {
    const before = await countedPackets(agent, { reason: "not_served" });
    client.say({ message: discover() });
    await until(async () => await countedPackets(agent, { reason: "not_served" }) === before + 1, {
      what: "the DISCOVER is counted",
    });
    assert.deepEqual(client.replies(), []);
  };
  await when("PoolNotFound");
  await silent();
  await served.pool({ name: "net-48", config: CONFIG, leases });
  await when("Serving");
  await client.ask({ message: discover() });
  const pools = served.client.of(IPPOOLS);
  const key = { namespace: "default", name: "net-48" };
  await pools.patch(key, { type: "merge", body: { spec: { paused: true } } });
  await when("Paused");
  assert.equal(agent.ready, true);
  await silent();
  await pools.patch(key, { type: "merge", body: { spec: { paused: false } } });
  await when("Serving");
  await client.ask({ message: discover() });
  await pools.delete(key);
  await when("PoolNotFound");
  await silent();
  assert.equal((await ip("-4 address show dev br0")).trim(), "");
});
