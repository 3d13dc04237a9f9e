/**
 * What an agent heard of real packets, over its HTTP, and as a capture that tshark, which knows nothing of this project, reads.
 */
import assert from "node:assert/strict";
import type { HeardAnswer } from "../../core/inspect/heard.ts";
import { HeardClient } from "../../inspect/heard/heard_client.ts";
import { systemClock } from "../../runtime/clock.ts";
import { serveBounded } from "../../runtime/http/bounded_server.ts";
import { dissectFile } from "./dissector.ts";
import { countedPackets } from "./metrics.ts";
import { discover, RawClient, request, selecting } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const SERVER = "192.168.48.77";
const ADDRESS = "192.168.48.81";
const POOL = "default/net-48";

Deno.test("an agent tells over HTTP what it heard of real clients, and shows their packets as text and as a capture that tshark reads", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  const stranger = await served.lab.guest({ bridge: "br0" });
  const pool = {
    name: "net-48",
    config: { cidr: "192.168.48.0/24", serverIP: SERVER, router: "192.168.48.1" },
    leases: { [ADDRESS]: guest.macAddress },
  };
  await served.pool(pool);
  const agent = served.agent([{ pool: POOL, interfaceName: "br0" }]);
  await whenPool(agent, POOL, serving);
  const stop = new AbortController();
  const server = await serveBounded({
    listen: { hostname: "127.0.0.1", port: 0 },
    handle: (request) => agent.handle(request),
  }, stop.signal);
  try {
    const watch = async (query: string) => {
      const response = await fetch(`${server.url}/packets?pool=${POOL}&seconds=2&${query}`);
      assert.equal(response.status, 200);
      return response;
    };
    const [capture, text] = await Promise.all([
      watch("format=pcap"),
      watch(`mac=${stranger.macAddress}`),
    ]);
    using client = new RawClient(guest);
    using other = new RawClient(stranger);
    await client.ask({ message: discover() });
    await client.ask({ message: request(selecting(ADDRESS, SERVER)) });
    other.say({ message: discover() });
    // The record stands, and what was heard, over an edit of the pool.
    await served.pool({ ...pool, config: { ...pool.config, dns: ["1.1.1.1"] } });

    const clients = async () => {
      const response = await fetch(`${server.url}/clients?pool=${POOL}`);
      return await response.json() as HeardAnswer;
    };
    const answer = await until(async () => {
      const answer = await clients();
      return answer.clients.length === 2 && answer;
    }, { what: "both clients are heard" });
    const told = answer.clients.map(({ macAddress, known, asked, answer, why, address }) => [
      ...[macAddress, known, asked, answer, why, address],
    ]);
    assert.deepEqual(told, [
      [guest.macAddress, true, "REQUEST", "ACK", "", ADDRESS],
      [stranger.macAddress, false, "DISCOVER", "", "unknown_client", ""],
    ]);
    assert.ok(answer.clients[0]?.ackedAt !== "");
    assert.ok(answer.pools[0]?.since !== "");

    assert.match(
      await text.text(),
      new RegExp(
        `^# agent-0 hears ${POOL}\n\n\\S+ ${POOL} 0\\.0\\.0\\.0:68 > 255\\.255\\.255\\.255:67 ${stranger.macAddress} DISCOVER, no answer: unknown_client\n`,
      ),
    );
    const frames = await dissectFile(await capture.bytes(), [
      ...["ip.src", "ip.dst", "udp.dstport", "dhcp.option.dhcp", "dhcp.hw.mac_addr"],
      ...["dhcp.ip.your", "frame.interface_name", "frame.comment"],
    ]);
    assert.deepEqual(frames.flatMap(({ complaints }) => complaints), []);
    const read = frames.map(({ values }) => Object.values(values).slice(4).map((all) => all[0]));
    const mac = guest.macAddress;
    const broadcast = "255.255.255.255";
    assert.deepEqual(read.map((row) => row.slice(-8)), [
      ["0.0.0.0", broadcast, "67", "1", mac, "0.0.0.0", POOL, `${mac} DISCOVER`],
      [SERVER, ADDRESS, "68", "2", mac, ADDRESS, POOL, `${mac} OFFER`],
      ["0.0.0.0", broadcast, "67", "3", mac, "0.0.0.0", POOL, `${mac} REQUEST`],
      [SERVER, ADDRESS, "68", "5", mac, ADDRESS, POOL, `${mac} ACK`],
      [
        ...["0.0.0.0", broadcast, "67", "1", stranger.macAddress, "0.0.0.0", POOL],
        `${stranger.macAddress} DISCOVER, no answer: unknown_client`,
      ],
    ]);
  } finally {
    stop.abort();
    await server.done;
  }
});

Deno.test("an agent that stands by says that it hears nothing, though its socket does", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  await served.pool({
    name: "net-48",
    config: { cidr: "192.168.48.0/24", serverIP: SERVER },
    leases: { [ADDRESS]: guest.macAddress },
  });
  const agent = served.agent([{ pool: POOL, interfaceName: "br0" }], {
    leadership: { leading: false, onChange: () => undefined },
  });
  await whenPool(agent, POOL, ({ reason }) => reason === "Standby");
  using client = new RawClient(guest);
  // As a client does that is not answered: the first one may come before the bridge forwards.
  await until(async () => {
    client.say({ message: discover() });
    return await countedPackets(agent, { reason: "not_served" }) > 0;
  }, { what: "a packet is counted", everyMs: 50 });
  const { pools, clients } = agent.heard.answer({});
  assert.deepEqual([pools, clients], [[{ pool: POOL, since: "", forgotten: 0 }], []]);
});

Deno.test("the captures of two agents are one, which tshark reads, with each packet on its own network", async () => {
  await using served = await ServedLab.open();
  const networks = [
    { name: "net-48", cidr: "192.168.48.0/24", serverIP: SERVER, address: ADDRESS, bridge: "br0" },
    {
      name: "net-49",
      cidr: "192.168.49.0/24",
      serverIP: "192.168.49.77",
      address: "192.168.49.81",
      bridge: "br1",
    },
  ];
  const asking = await Promise.all(networks.map(async (network) => {
    const { name, bridge, address, ...config } = network;
    await served.lab.bridge(bridge);
    const guest = await served.lab.guest({ bridge });
    await served.pool({ name, config, leases: { [address]: guest.macAddress } });
    const agent = served.agent([{ pool: `default/${name}`, interfaceName: bridge }], {
      name,
      pod: { namespace: "default", name: `agent-of-${name}` },
    });
    await whenPool(agent, `default/${name}`, serving);
    return { guest, agent };
  }));
  const agents = new Map(asking.map(({ agent }, n) => [`10.0.0.${n}`, agent]));
  const client = new HeardClient({
    pods: () => [...agents.keys()].map((ip) => ({ name: ip, ip })),
    token: () => Promise.resolve(undefined),
    clock: systemClock,
    fetch: (url, init) => agents.get(url.hostname)?.handle(new Request(url, init)) ?? assert.fail(),
  });
  const never = new AbortController().signal;
  const capture = await client.packets({ seconds: 1, format: "pcap" }, never);
  for (const { guest } of asking) {
    using raw = new RawClient(guest);
    await raw.ask({ message: discover() });
  }
  const frames = await dissectFile(await capture.bytes(), ["frame.interface_name", "dhcp.ip.your"]);
  assert.deepEqual(frames.flatMap(({ complaints }) => complaints), []);
  const read = frames.map(({ values }) =>
    `${values["frame.interface_name"]} ${values["dhcp.ip.your"]}`
  );
  assert.deepEqual(
    read.toSorted(),
    networks.flatMap(({ name, address }) => [
      `default/${name} 0.0.0.0`,
      `default/${name} ${address}`,
    ]),
  );
  const { answers, problems } = await client.heard({}, never);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    answers.map(({ pod, clients }) => [pod, clients.map(({ answer }) => answer)]),
    networks.map(({ name }) => [`agent-of-${name}`, ["OFFER"]]),
  );
});
