/**
 * ARP for the server's address: who asks in many names fills no table of the kernel's, and everybody is answered.
 */
import assert from "node:assert/strict";
import { ArpMemory, ArpResponder } from "../../agent/ffi/arp_responder.ts";
import { Readiness } from "../../agent/ffi/readiness.ts";
import { closeDescriptor, openPacketSender } from "../../agent/ffi/sockets.ts";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import { optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { ip, run } from "./command.ts";
import { arpQuestion, readArp } from "./packets.ts";
import { RawClient, request } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const POOL = "default/net-48";
const SERVER = "10.48.0.1";
const CLIENT = "10.48.0.81";
const NETWORKS = [{ pool: POOL, interfaceName: "br0" }];

async function neighbours(): Promise<number> {
  return (await ip("neigh show dev br0")).split("\n").filter((line) => line !== "").length;
}

async function arpIgnore(): Promise<number> {
  return Number(await run("sysctl", "-n", "net.ipv4.conf.br0.arp_ignore"));
}

/** Asks who has the server's address; answers the MAC address that says so. */
async function whoHasServer(client: RawClient, senderAddress: string): Promise<string> {
  const question = arpQuestion({
    senderMac: client.guest.macAddress,
    senderAddress,
    targetAddress: SERVER,
  });
  client.frames();
  let askedAt = -Infinity;
  const answer = await until(() => {
    // As every client: once a second (RFC 1122 section 2.3.2.1).
    if (performance.now() - askedAt > 1_000) {
      client.sendFrame(question);
      askedAt = performance.now();
    }
    return client.frames().map(readArp).find((arp) =>
      arp?.operation === 2 && arp.senderAddress === SERVER && arp.targetAddress === senderAddress
    );
  }, { what: `${senderAddress} is answered by ARP`, everyMs: 1 });
  return answer.senderMac;
}

/** The answers to the client's questions that a guest has heard. */
function answersTo(guest: RawClient): readonly unknown[] {
  return guest.frames().map(readArp).filter((arp) =>
    arp?.operation === 2 && arp.targetAddress === CLIENT
  );
}

Deno.test("ARP questions in 5,000 names leave the kernel's neighbour table as it was; a client is answered, renews, and so after the agent's end", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  using attacker = new RawClient(await served.lab.guest({ bridge: "br0" }));
  await served.pool({
    name: "net-48",
    config: { cidr: "10.48.0.0/16", serverIP: SERVER },
    leases: { [CLIENT]: client.guest.macAddress },
  });
  const stop = new AbortController();
  const agent = served.agent(NETWORKS, { signal: stop.signal });
  await whenPool(agent, POOL, serving);
  const [bridge] = JSON.parse(await ip("-j link show dev br0")) as { readonly address: string }[];
  const before = await neighbours();
  assert.equal(await arpIgnore(), 8);

  const first = parseIPv4("10.48.16.0");
  for (let name = 0; name < 5_000; name++) {
    attacker.sendFrame(arpQuestion({
      senderMac: attacker.guest.macAddress,
      senderAddress: formatIPv4(first + name),
      targetAddress: SERVER,
    }));
    if (name % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const destinationMac = await whoHasServer(client, CLIENT);
  assert.equal(destinationMac, bridge?.address);
  // As a client asks before it uses an address (RFC 5227): from nobody.
  assert.equal(await whoHasServer(client, "0.0.0.0"), bridge?.address);
  assert.equal(await neighbours(), before);

  client.address = CLIENT;
  const renewal = request([], { ciaddr: parseIPv4(CLIENT) });
  const ack = await client.ask({
    source: CLIENT,
    destination: SERVER,
    destinationMac,
    message: renewal,
  });
  assert.equal(optionValue(ack.message, 53), 5);

  const times: number[] = [];
  for (let question = 0; question < 50; question++) {
    const at = performance.now();
    await whoHasServer(client, CLIENT);
    times.push(performance.now() - at);
  }
  times.sort((one, other) => one - other);
  // Far below what a client waits before it asks again.
  assert.ok((times[25] ?? Infinity) < 200, `an answer takes ${times[25]} ms`);

  attacker.frames();
  await whoHasServer(client, CLIENT);
  assert.deepEqual(answersTo(attacker), [], "an answer goes to who asked alone");

  stop.abort();
  await agent.done;
  assert.equal(await arpIgnore(), 0);
  client.frames();
  client.sendFrame(arpQuestion({
    senderMac: client.guest.macAddress,
    senderAddress: CLIENT,
    targetAddress: SERVER,
  }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(answersTo(client), [], "nobody answers after the agent's end");
});

Deno.test("where another address is on the interface, the kernel answers ARP as ever, for both", async () => {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  await served.lab.address("br0", "10.48.0.2/16");
  using client = new RawClient(await served.lab.guest({ bridge: "br0" }));
  await served.pool({ name: "net-48", config: { cidr: "10.48.0.0/16", serverIP: SERVER } });
  await whenPool(served.agent(NETWORKS), POOL, serving);
  assert.equal(await arpIgnore(), 0);
  await whoHasServer(client, CLIENT);
  // Also where it comes later.
  await ip("address del 10.48.0.2/16 dev br0");
  await until(async () => await arpIgnore() === 8, { what: "the agent answers" });
  await whoHasServer(client, CLIENT);
  await served.lab.address("br0", "10.48.0.2/16");
  await until(async () => await arpIgnore() === 0, { what: "the kernel answers" });
  await whoHasServer(client, CLIENT);
});

Deno.test("a responder to ARP that cannot wait for questions keeps no socket", () => {
  const rounds = 200;
  using host = new LinuxNetwork();
  const link = host.read().links.get("lo");
  assert.ok(link);
  const readiness = Object.assign(new Readiness(), {
    add: () => {
      throw new TypeError("A fault");
    },
  });
  const options = { link, address: parseIPv4(SERVER), memory: new ArpMemory(), readiness };
  const before = openPacketSender();
  closeDescriptor(before);
  // Tests of other files run in the same process, and open and close descriptors meanwhile: far fewer than this.
  for (let n = 0; n < rounds; n++) {
    assert.throws(() => new ArpResponder({ ...options, onFailed: () => undefined }), /A fault/);
  }
  const after = openPacketSender();
  closeDescriptor(after);
  assert.ok(
    after < before + rounds / 2,
    `the lowest free descriptor is ${after}, and was ${before}`,
  );
});
