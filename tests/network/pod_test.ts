/**
 * What a tenant's pool and a tenant's VM can do to the agent's pod: not what it is for, nothing else.
 */
import assert from "node:assert/strict";
import { decode, optionValue } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { hexOctets } from "../fuzz/packets/inputs.ts";
import { ip, run } from "./command.ts";
import { udpFrame } from "./packets.ts";
import {
  asks,
  CLIENT,
  CONFIG,
  inPod,
  podNetwork,
  POOL,
  SERVER,
  whenReady,
  writePool,
} from "./pod.ts";
import { discover, RawClient, request } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const NETWORKS = [{ pool: POOL, interfaceName: "br0" }];

async function setting(name: string, value?: number): Promise<number> {
  const key = `net.ipv4.${name}`;
  if (value !== undefined) await run("sysctl", "-qw", `${key}=${value}`);
  return Number(await run("sysctl", "-n", key));
}

async function macOf(interfaceName: string): Promise<string> {
  const [link] = JSON.parse(await ip(`-j link show dev ${interfaceName}`)) as { address: string }[];
  return link?.address ?? "";
}

for (const [own, all, loose] of [[1, 0, 0], [0, 1, 2], [1, 1, 2], [2, 1, 2], [0, 0, 0]] as const) {
  Deno.test(`T10: renewals by unicast are answered without a route where rp_filter is ${own} and that of all is ${all}`, async () => {
    await using served = await ServedLab.open();
    await podNetwork(served.lab);
    await served.lab.bridge("br0");
    await setting("conf.br0.rp_filter", own);
    await setting("conf.all.rp_filter", all);
    using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
    const [server, address] = ["10.0.0.1", "10.52.0.81"];
    // Over the pod's own network and its gateway.
    await served.pool({
      name: "net-48",
      config: { cidr: "10.0.0.0/8", serverIP: server },
      leases: { [address]: client.guest.macAddress },
    });
    const routes = await ip("route show");
    const stop = new AbortController();
    const agent = served.agent(NETWORKS, { signal: stop.signal });
    const { message } = await whenPool(agent, POOL, serving);
    assert.equal(message, `Answering 10.0.0.0/8 from ${server} on br0`);
    assert.equal(await setting("conf.br0.rp_filter"), loose);
    client.address = address;
    const ack = await client.ask({
      source: address,
      destination: server,
      destinationMac: await macOf("br0"),
      message: request([], { ciaddr: parseIPv4(address) }),
    });
    assert.equal(optionValue(ack.message, 53), 5);
    assert.equal(await ip("route show"), routes);
    await run("ping", "-c", "1", "-W", "2", "10.42.0.1");
    stop.abort();
    await agent.done;
    assert.equal(await setting("conf.br0.rp_filter"), own);
  });
}

Deno.test("T10: where rp_filter of all is strict and nothing leads anywhere, the report says what is not heard", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await setting("conf.all.rp_filter", 1);
  await served.pool({ name: "net-48", config: CONFIG });
  const agent = served.agent(NETWORKS);
  const { message } = await whenPool(agent, POOL, serving);
  assert.match(message, /there is no default route: clients that renew by unicast are not heard$/);
});

Deno.test("T11: a pod that routes does not between the networks that it serves, nor into its own", async () => {
  await using served = await ServedLab.open();
  const neighbour = await podNetwork(served.lab);
  for (const bridge of ["br0", "br1"]) await served.lab.bridge(bridge);
  await setting("ip_forward", 1);
  using tenant = new RawClient(await served.lab.guest({ bridge: "br0" }));
  using other = new RawClient(await served.lab.guest({ bridge: "br1" }));
  using pod = new RawClient(neighbour);
  await other.guest.run("ip", "address", "add", "192.168.49.5/24", "dev", "eth0");
  // There is none such by itself: what an administrator's would do.
  await ip("route add 192.168.49.0/24 dev br1");
  await served.pool({ name: "net-48", config: CONFIG });
  await served.pool({
    name: "net-49",
    config: { cidr: "192.168.49.0/24", serverIP: "192.168.49.1" },
  });
  const stranger = new TextEncoder().encode("a packet of another network");
  const destinationMac = await macOf("br0");
  const through = async (): Promise<[pod: boolean, other: boolean]> => {
    const sent = Date.now();
    const found: [boolean, boolean] = [false, false];
    while (Date.now() - sent < 1_000 && !(found[0] && found[1])) {
      for (const destination of ["10.42.0.1", "192.168.49.5"]) {
        const from = { sourceMac: tenant.guest.macAddress, source: CLIENT, sourcePort: 9_999 };
        const to = { destinationMac, destination, destinationPort: 9_999 };
        tenant.sendFrame(udpFrame({ ...from, ...to }, stranger));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      found[0] ||= pod.frames().some((frame) => includes(frame, stranger));
      found[1] ||= other.frames().some((frame) => includes(frame, stranger));
    }
    return found;
  };
  assert.deepEqual(await through(), [true, true], "the test sees what is routed");
  const stop = new AbortController();
  const agent = served.agent(
    [...NETWORKS, { pool: "default/net-49", interfaceName: "br1" }],
    { signal: stop.signal, leadership: { leading: false, onChange: () => undefined } },
  );
  // Standbys are attached as well.
  for (const pool of [POOL, "default/net-49"]) {
    await whenPool(agent, pool, ({ reason }) => reason === "Standby");
  }
  assert.deepEqual(await through(), [false, false]);
  await setting("ip_forward", 1);
  await setting("conf.br0.forwarding", 1);
  await until(async () => await setting("conf.br0.forwarding") === 0, {
    what: "forwarding is off again",
    timeoutMs: 5_000,
  });
  assert.equal(await setting("conf.pods.forwarding"), 1);
  stop.abort();
  await agent.done;
  assert.deepEqual(
    await Promise.all(["br0", "br1"].map((name) => setting(`conf.${name}.forwarding`))),
    [1, 1],
  );
});

function includes(frame: Uint8Array, part: Uint8Array): boolean {
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
  return text(frame).includes(text(part));
}

Deno.test("T9: a pool that asks for an address of the agent's surroundings costs nobody else anything", () =>
  inPod(async ({ lab, neighbour, api, agent }) => {
    using client = new RawClient(await lab.guest({ bridge: "br0" }));
    for (const serverIP of ["10.42.0.1", "10.42.0.2", "10.42.0.9"]) {
      await writePool(api, { name: "evil", cidr: "10.42.0.0/25", serverIP });
      await writePool(api, { name: "net-48", ...CONFIG });
      await whenReady(neighbour);
      const metrics = await asks(neighbour, "/metrics");
      assert.match(metrics, /ippool="default\/evil"/);
      // The new VM's lease comes by the API server, which is still reached.
      await writePool(api, {
        name: "net-48",
        ...CONFIG,
        leases: { [CLIENT]: client.guest.macAddress },
      });
      const asked = client.say({ message: discover() });
      await until(async () => {
        client.say({ message: discover({ xid: asked }) });
        await new Promise((resolve) => setTimeout(resolve, 50));
        return client.replies().some(({ message }) => message.xid === asked);
      }, { what: `a new lease is served beside serverIP ${serverIP}`, timeoutMs: 5_000 });
      assert.equal(await ip("-4 -o address show dev br1"), "");
      await writePool(api, { name: "net-48", ...CONFIG });
    }
    const { log } = await agent.stop();
    for (
      const [address, owner] of [
        ["10.42.0.1", "the API server"],
        ["10.42.0.2", "the agent's node"],
        ["10.42.0.9", "the agent's pod"],
      ] as const
    ) {
      assert.ok(
        log.includes(`${address} is the address of ${owner}, which this process needs`),
        log,
      );
    }
  }));

Deno.test("T12: the agent's operations HTTP is not reached from a network that it serves", () =>
  inPod(async ({ lab, neighbour, api }) => {
    await setting("conf.all.rp_filter", 1);
    await writePool(api, { name: "net-48", ...CONFIG });
    const guest = await lab.guest({ bridge: "br0" });
    await guest.run("ip", "address", "add", `${CLIENT}/24`, "dev", "eth0");
    await until(async () => / 200 /.test(await asks(neighbour, "/healthz")), {
      what: "the agent listens",
    });
    await until(async () => (await ip("-4 -o address show dev br0")).includes(SERVER), {
      what: "the agent serves",
    });
    // The way back, which a NetworkAttachmentDefinition with addresses of its own brings.
    await ip("route add 192.168.48.0/24 dev br0");
    await guest.run("ping", "-c", "1", "-W", "2", SERVER);
    await guest.run("ip", "route", "add", "10.42.0.9/32", "via", SERVER);
    const connects = (address: string) =>
      guest.run("timeout", "2", "bash", "-c", `exec 3<>/dev/tcp/${address}/8080 && echo connected`)
        .catch(() => "");
    assert.equal(await connects(SERVER), "");
    assert.equal(await connects("10.42.0.9"), "");
    assert.match(await asks(neighbour, "/healthz"), / 200 /);
  }));

/** As `kubectl port-forward` and `kubectl exec` ask: by the pod's loopback interface. */
async function debugLog(init: RequestInit = {}): Promise<{ readonly status: number }> {
  const response = await fetch("http://127.0.0.1:8080/debug/log", init);
  return { ...await response.json(), status: response.status };
}

Deno.test("P4, T12: one machine's packets are logged whole for a while, without a restart, and only the pod itself can ask for it", () =>
  inPod(async ({ lab, neighbour, api, agent }) => {
    using client = new RawClient(await lab.guest({ bridge: "br0" }));
    using other = new RawClient(await lab.guest({ bridge: "br0" }));
    const leases = {
      [CLIENT]: client.guest.macAddress,
      "192.168.48.82": other.guest.macAddress,
    };
    await writePool(api, { name: "net-48", ...CONFIG, leases });
    await writePool(api, { name: "evil", cidr: "192.168.49.0/24", serverIP: "192.168.49.1" });
    await whenReady(neighbour);
    assert.match(await asks(neighbour, "/debug/log"), / 404 /);
    // A VM that sends to the pod's 127.0.0.1, on a node that lets such packets in.
    for (const name of ["all", "br0"]) await setting(`conf.${name}.route_localnet`, 1);
    await ip("route add 192.168.48.0/24 dev br0");
    await other.guest.run("ip", "address", "add", "192.168.48.82/24", "dev", "eth0");
    await other.guest.run("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
    await other.guest.run("ip", "address", "flush", "dev", "lo");
    await other.guest.run("ip", "route", "add", "127.0.0.1/32", "via", SERVER);
    assert.match(await other.guest.run("ip", "route", "get", "127.0.0.1"), /dev eth0/);
    const connect = "exec 3<>/dev/tcp/127.0.0.1/8080 && echo connected";
    assert.equal(
      await other.guest.run("timeout", "2", "bash", "-c", connect).catch(() => ""),
      "",
    );

    await client.ask({ message: discover() });
    const body = JSON.stringify({
      level: "trace",
      pool: POOL,
      mac: client.guest.macAddress.toUpperCase(),
      seconds: 600,
    });
    const headers = { "content-type": "application/json" };
    assert.equal((await debugLog({ method: "PUT", headers, body })).status, 200);
    const offer = await client.ask({ message: discover({ xid: 0x7001 }) });
    await other.ask({ message: discover({ xid: 0x7002 }) });
    assert.equal((await debugLog({ method: "DELETE" })).status, 200);
    await client.ask({ message: discover({ xid: 0x7003 }) });

    const { log } = await agent.stop();
    const packets = log.trim().split("\n").map((line) => JSON.parse(line))
      .filter(({ message }) => /^Packet/.test(message));
    assert.deepEqual(
      packets.map(({ level, message, ippool, macAddress }) => [level, message, ippool, macAddress]),
      [["TRACE", "Packet received"], ["TRACE", "Packet sent"], ["DEBUG", "Packet"]]
        .map((line) => [...line, POOL, client.guest.macAddress]),
    );
    const [received, sent] = packets;
    assert.equal(received.packet.xid, "00007001");
    assert.equal(received.from, "0.0.0.0:68");
    assert.deepEqual([sent.from, sent.to, sent.way], [`${SERVER}:67`, `${CLIENT}:68`, "hardware"]);
    assert.equal(sent.packet.yiaddr, CLIENT);
    assert.deepEqual(decode(Uint8Array.from(hexOctets(sent.packet.hex))), offer.message);
  }));
