import assert from "node:assert/strict";
import type { Leadership } from "../../kube/election/leadership.ts";
import { optionValue } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { ip, run } from "./command.ts";
import { type ArpPacket, readArp } from "./packets.ts";
import { discover, RawClient, request } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const POOL = "default/net-48";
const SERVER = "192.168.48.77";
const CONFIG = { cidr: "192.168.48.0/24", serverIP: SERVER };
const NETWORKS = [{ pool: POOL, interfaceName: "br0" }];

/** IPv4 addresses of an interface, with prefix length and label. */
async function addresses(interfaceName: string): Promise<string[]> {
  const [link] = JSON.parse(await ip(`-j -4 address show dev ${interfaceName}`)) as {
    addr_info?: { local: string; prefixlen: number; label?: string }[];
  }[];
  return (link?.addr_info ?? []).map(({ local, prefixlen, label }) =>
    `${local}/${prefixlen} ${label ?? ""}`.trim()
  );
}

/** Lets a client renew by unicast; answers whether it was acknowledged. */
async function renews(client: RawClient, address: string, server = SERVER): Promise<boolean> {
  client.address = address;
  const ack = await client.ask({
    source: address,
    destination: server,
    message: request([], { ciaddr: parseIPv4(address) }),
  });
  return optionValue(ack.message, 53) === 5;
}

Deno.test("the server address is added without a route, and removed at the end", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await served.pool({ name: "net-48", config: CONFIG });
  const stop = new AbortController();
  const agent = served.agent(NETWORKS, { signal: stop.signal });
  await whenPool(agent, POOL, serving);
  assert.deepEqual(await addresses("br0"), [`${SERVER}/32 vm-dhcp`]);
  assert.equal(await ip("route show dev br0"), "");
  stop.abort();
  await agent.done;
  assert.deepEqual(await addresses("br0"), []);
});

Deno.test("an address that was there before is used and left", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await served.lab.address("br0", `${SERVER}/24`);
  await served.pool({ name: "net-48", config: CONFIG });
  const stop = new AbortController();
  const agent = served.agent(NETWORKS, { signal: stop.signal });
  await whenPool(agent, POOL, serving);
  stop.abort();
  await agent.done;
  assert.deepEqual(await addresses("br0"), [`${SERVER}/24 br0`]);
});

Deno.test("an address that an earlier agent left is removed by a standby", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await ip(`address add 192.168.48.76/32 dev br0 noprefixroute label vm-dhcp`);
  await served.lab.address("br0", "192.168.48.5/24");
  await served.pool({ name: "net-48", config: CONFIG });
  const standby: Leadership = { leading: false, onChange: () => undefined };
  const agent = served.agent(NETWORKS, { leadership: standby });
  await whenPool(agent, POOL, ({ reason }) => reason === "Standby");
  assert.deepEqual(await addresses("br0"), ["192.168.48.5/24 br0"]);
  assert.equal(agent.ready, true);
});

Deno.test("a standby that leads takes the address and answers, and gives both up", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  await served.pool({
    name: "net-48",
    config: CONFIG,
    leases: { "192.168.48.81": client.guest.macAddress },
  });
  const leadership = {
    leading: false,
    handlers: [] as (() => void)[],
    onChange: (handler: () => void) => void leadership.handlers.push(handler),
  };
  const lead = (leading: boolean) => {
    leadership.leading = leading;
    for (const handler of leadership.handlers) handler();
  };
  const agent = served.agent(NETWORKS, { leadership });
  await whenPool(agent, POOL, ({ reason }) => reason === "Standby");
  client.say({ message: discover() });
  lead(true);
  await whenPool(agent, POOL, serving);
  await client.ask({ message: discover() });
  lead(false);
  await whenPool(agent, POOL, ({ reason }) => reason === "Standby");
  await until(async () => (await addresses("br0")).length === 0, { what: "the address is gone" });
});

Deno.test("an address that somebody removes is added again", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await served.pool({ name: "net-48", config: CONFIG });
  const agent = served.agent(NETWORKS);
  await whenPool(agent, POOL, serving);
  await ip(`address del ${SERVER}/32 dev br0`);
  await until(async () => (await addresses("br0")).length === 1, {
    what: "the address is back",
    timeoutMs: 2_000,
  });
});

Deno.test("the neighbours are told by ARP who has the server address", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  await served.pool({ name: "net-48", config: CONFIG });
  const agent = served.agent(NETWORKS);
  await whenPool(agent, POOL, serving);
  const heard: ArpPacket[] = [];
  await until(() => {
    const packets = client.frames().flatMap((frame) => readArp(frame) ?? []);
    heard.push(...packets.filter(({ senderAddress }) => senderAddress !== "0.0.0.0")); // Not probes.
    return heard.length >= 2;
  }, { what: "it is announced twice" });
  const [bridge] = JSON.parse(await ip("-j link show dev br0")) as { address: string }[];
  for (const arp of heard) {
    assert.deepEqual([arp.senderAddress, arp.targetAddress, arp.senderMac], [
      SERVER,
      SERVER,
      bridge?.address,
    ]);
  }
});

Deno.test("another machine with the server's address is named, and clients are answered all the same", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  const leases = { "192.168.48.81": client.guest.macAddress };
  await served.pool({ name: "net-48", config: CONFIG, leases });
  const intruder = await served.lab.guest({ bridge: "br0" });
  await intruder.run("ip", "address", "add", `${SERVER}/24`, "dev", "eth0");
  const agent = served.agent(NETWORKS);
  const report = await whenPool(agent, POOL, ({ reason }) => reason === "AddressInUse");
  assert.ok(
    report.message.endsWith(`; another machine, ${intruder.macAddress}, has ${SERVER} too`),
    report.message,
  );
  assert.equal(agent.ready, true);
  await client.ask({ message: discover() });
  await intruder.run("ip", "address", "del", `${SERVER}/24`, "dev", "eth0");
  await whenPool(agent, POOL, serving);
});

Deno.test("rule 28: a changed server address is taken at once, and a client that chose the old one is answered", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  const leases = { "192.168.48.81": client.guest.macAddress };
  await served.pool({ name: "net-48", config: CONFIG, leases });
  const agent = served.agent(NETWORKS);
  await whenPool(agent, POOL, serving);
  await client.ask({ message: discover() });
  await served.pool({ name: "net-48", config: { ...CONFIG, serverIP: "192.168.48.78" }, leases });
  await until(async () => (await addresses("br0")).join() === "192.168.48.78/32 vm-dhcp", {
    what: "the address moved",
  });
  const ack = await client.ask({
    message: request([{ code: 50, value: parseIPv4("192.168.48.81") }, {
      code: 54,
      value: parseIPv4(SERVER),
    }]),
  });
  assert.equal(optionValue(ack.message, 53), 5);
  assert.equal(ack.source, "192.168.48.78");
});

Deno.test("a pool that covers the cluster's own networks leaves them reachable, and is served", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("pods");
  await served.lab.address("pods", "10.52.0.1/24");
  const pod = await served.lab.guest({ bridge: "pods" });
  await pod.run("ip", "address", "add", "10.52.0.9/24", "dev", "eth0");
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  const leases = { "10.52.0.9": client.guest.macAddress };
  await served.pool({
    name: "net-48",
    config: { cidr: "10.0.0.0/8", serverIP: "10.0.0.1" },
    leases,
  });
  const agent = served.agent(NETWORKS);
  await whenPool(agent, POOL, serving);
  await run("ping", "-c", "1", "-W", "2", "10.52.0.9");
  assert.equal(await renews(client, "10.52.0.9", "10.0.0.1"), true);
});

Deno.test("a client may have the address that the agent has on another network", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("blue");
  await served.lab.bridge("red");
  using client = new RawClient(await served.lab.guest({ bridge: "red" }));
  await served.pool({ name: "blue", config: CONFIG });
  await served.pool({
    name: "red",
    config: { ...CONFIG, serverIP: "192.168.48.1" },
    leases: { [SERVER]: client.guest.macAddress },
  });
  const agent = served.agent([
    { pool: "default/blue", interfaceName: "blue" },
    { pool: "default/red", interfaceName: "red" },
  ]);
  await whenPool(agent, "default/blue", serving);
  await whenPool(agent, "default/red", serving);
  await until(() => served.host.read().links.get("red")?.settings.acceptLocal === 1, {
    what: "such a client is heard",
  });
  assert.equal(await renews(client, SERVER, "192.168.48.1"), true);
});
