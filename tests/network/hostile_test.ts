/**
 * A hostile neighbour against the agent's program: whole frames of its own making, while an honest client has a lease.
 * What an attacker can still do on one wire is a test here too, so that `SECURITY.md` names it truly.
 */
import assert from "node:assert/strict";
import {
  type DhcpMessageInit,
  type DhcpOption,
  encode,
  MessageType,
  optionValue,
} from "../../core/dhcp/mod.ts";
import { formatIPv4, macToBytes, parseIPv4, parseMac } from "../../core/net/mod.ts";
import { createKubeClient, IPPOOLS } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { keptInputs } from "../fuzz/corpus.ts";
import { hexOctets, type PacketInput } from "../fuzz/packets/inputs.ts";
import { AgentProcess } from "./agent_process.ts";
import { DhcpClient } from "../clients/live/dhcp_client.ts";
import { udhcpc } from "../clients/live/udhcpc.ts";
import type { Guest } from "./guest.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { dhcpFrame, type Envelope, udpFrame } from "./packets.ts";
import { discover, RawClient, request, selecting } from "./raw_client.ts";
import { until } from "./wait.ts";

const SERVER = "192.168.48.77";
const ADDRESS = "192.168.48.81";
/** The attacker has a lease of its own. */
const OWN = "192.168.48.90";
/** What another network of the same agent gives the attacker's MAC address. */
const ELSEWHERE = "10.77.0.90";
const POOLS = [
  { name: "net-48", cidr: "192.168.48.0/24", serverIP: SERVER, interfaceName: "br0" },
  { name: "net-77", cidr: "10.77.0.0/24", serverIP: "10.77.0.1", interfaceName: "br1" },
];

interface Segment {
  readonly agent: AgentProcess;
  readonly victim: Guest;
  readonly attacker: RawClient;
  /** `chaddr` of the victim. */
  readonly stolen: Uint8Array;
  /** The sum of `vmdhcpagent_packets_total` over the series that have these labels. */
  readonly counted: (labels: string) => Promise<number>;
}

/**
 * Two networks, one agent, a client with a lease and its hostile neighbour. After the attack the client extends its lease by
 * asking the agent, the pools are as they were, and the agent has not ended and complained of nothing, or `complaints` times.
 */
async function onSegment(
  attack: (segment: Segment) => Promise<void>,
  { complaints = 0 }: { readonly complaints?: number } = {},
): Promise<void> {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  for (const { interfaceName } of POOLS) await lab.bridge(interfaceName);
  const victim = await lab.guest({ bridge: "br0" });
  using attacker = new RawClient(await lab.guest({ bridge: "br0" }));
  using api = new EmbeddedApi();
  await using http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const leases = [{ [ADDRESS]: victim.macAddress, [OWN]: attacker.guest.macAddress }, {
    [ELSEWHERE]: attacker.guest.macAddress,
  }];
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  for (const [index, { name, cidr, serverIP }] of POOLS.entries()) {
    const written = await pools.create({
      apiVersion: IPPOOLS.apiVersion,
      kind: IPPOOLS.kind,
      metadata: { namespace: "default", name },
      spec: { networkName: `default/${name}`, ipv4Config: { cidr, serverIP, leaseTime: 600 } },
    });
    const allocated = leases[index] ?? {};
    await pools.updateStatus({
      ...written,
      status: { ipv4: { allocated, used: 1, available: 9 } },
    });
  }
  const configs = POOLS.map(({ name, interfaceName }) => ({
    interfaceName,
    ipPoolRef: `default/${name}`,
  }));
  await using agent = AgentProcess.start({
    server: `http://127.0.0.1:${http.addr.port}`,
    flags: ["--no-leader-election"],
    env: { AGENT_NETWORK_CONFIGS: JSON.stringify(configs) },
  });
  await agent.whenReady();
  await using client = await DhcpClient.start(udhcpc, victim);
  await victim.hasAddress(`${ADDRESS}/24`);
  const before = await recorded();

  const counted = async (labels: string): Promise<number> => {
    const text = (await agent.get("/metrics"))?.text ?? "";
    return text.split("\n")
      .filter((line) =>
        line.startsWith("vmdhcpagent_packets_total{") &&
        labels.split(",").every((label) => line.includes(label))
      )
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  };
  const stolen = macToBytes(parseMac(victim.macAddress));
  await attack({ agent, victim, attacker, stolen, counted });

  const acks = await counted('result="ack",type="request"');
  await client.renew();
  await until(async () => await counted('result="ack",type="request"') > acks, {
    what: "the victim's lease is extended",
  });
  await victim.hasAddress(`${ADDRESS}/24`);
  assert.equal(await recorded(), before);
  assert.equal((await agent.get("/readyz"))?.status, 200);
  const { code, log } = await agent.stop();
  assert.equal(code, 0, log);
  const lines = log.split("\n")
    .filter((line) => /"level":"(WARN|ERROR|FATAL)/i.test(line) && !isLimit(line));
  assert.ok(lines.length <= complaints, lines.join("\n"));

  async function recorded(): Promise<string> {
    const all = await Promise.all(
      POOLS.map(({ name }) => pools.get({ namespace: "default", name })),
    );
    return JSON.stringify(all.map((pool) => pool?.status));
  }
}

/** A warning about this machine, that has to do with no attack. */
function isLimit(line: string): boolean {
  return /receive buffer|rmem_max|ip_forward|rp_filter/i.test(line);
}

/** Asks and waits for what must not come: the answer to a question put afterwards shows that nothing did. */
async function isSilent(
  attacker: RawClient,
  ...frames: readonly (Envelope & { readonly message: DhcpMessageInit })[]
): Promise<void> {
  attacker.replies();
  const xids = frames.map(({ message, ...envelope }, index) => {
    const xid = 0x7000 + index;
    attacker.sendFrame(dhcpFrame(envelope, { ...message, xid }));
    return xid;
  });
  const xid = attacker.say({ message: discover() });
  const seen: number[] = [];
  await until(() => {
    seen.push(...attacker.replies().map(({ message }) => message.xid));
    return seen.includes(xid);
  }, { what: "the attacker's own question is answered", everyMs: 1 });
  assert.deepEqual(seen.filter((one) => xids.includes(one)), []);
}

Deno.test("a forged RELEASE in a neighbour's name frees nothing", () =>
  onSegment(async ({ attacker, stolen, counted }) => {
    const sourceMac = attacker.guest.macAddress;
    const options: DhcpOption[] = [
      { code: 53, value: MessageType.Release },
      { code: 54, value: parseIPv4(SERVER) },
    ];
    const message = { op: 1, xid: 1, chaddr: stolen, ciaddr: parseIPv4(ADDRESS), options };
    await isSilent(
      attacker,
      { sourceMac, source: ADDRESS, destination: SERVER, message },
      { sourceMac, message },
      { sourceMac, message: { ...message, chaddr: macToBytes(parseMac(sourceMac)) } },
    );
    const offer = await attacker.ask({ message: discover({ chaddr: stolen, flags: 0x8000 }) });
    assert.equal(formatIPv4(offer.message.yiaddr), ADDRESS);
    assert.equal(await counted('type="release"'), 3);
  }));

Deno.test("T3: a forged DECLINE in a neighbour's name takes nothing from it, nor does one of somebody else's address", () =>
  onSegment(async ({ attacker, stolen }) => {
    const sourceMac = attacker.guest.macAddress;
    const decline = (address: string, chaddr: Uint8Array): DhcpMessageInit => ({
      op: 1,
      xid: 1,
      chaddr,
      options: [{ code: 53, value: MessageType.Decline }, ...selecting(address, SERVER)],
    });
    const own = macToBytes(parseMac(sourceMac));
    await isSilent(
      attacker,
      { sourceMac, message: decline(ADDRESS, stolen) },
      { sourceMac, message: decline(ADDRESS, own) },
      { sourceMac, message: decline("192.168.48.1", own) },
    );
    const offer = await attacker.ask({ message: discover({ chaddr: stolen, flags: 0x8000 }) });
    assert.equal(formatIPv4(offer.message.yiaddr), ADDRESS);
  }, { complaints: 1 }));

Deno.test("a forged server identifier: whoever chose another server is not answered, nor is what only servers say", () =>
  onSegment(async ({ attacker, stolen, counted }) => {
    const sourceMac = attacker.guest.macAddress;
    const chosen = { op: 1, xid: 1, chaddr: stolen, options: [] };
    const other = request(selecting(ADDRESS, "192.168.48.200")).options;
    const named: DhcpOption[] = [...discover().options, {
      code: 54,
      value: parseIPv4("192.168.48.200"),
    }];
    const servers = [MessageType.Offer, MessageType.Ack, MessageType.Nak].map((value) => ({
      sourceMac,
      source: "192.168.48.200",
      sourcePort: 67,
      message: {
        ...chosen,
        op: 2,
        yiaddr: parseIPv4(ADDRESS),
        options: [
          { code: 53, value },
          { code: 54, value: parseIPv4(SERVER) },
        ] satisfies DhcpOption[],
      },
    }));
    await isSilent(
      attacker,
      { sourceMac, message: { ...chosen, options: other } },
      { sourceMac, message: { ...chosen, options: named } },
      ...servers,
    );
    assert.equal(await counted('reason="not_a_request"'), servers.length);
  }));

Deno.test("T4: another network's giaddr opens no other network, and an address that is no relay's is not answered", () =>
  onSegment(async ({ attacker, counted }) => {
    const sourceMac = attacker.guest.macAddress;
    const chaddr = macToBytes(parseMac(sourceMac));
    const places = ["10.77.0.5", "10.77.0.1", "8.8.8.8", "224.0.0.1", "192.168.48.255", SERVER];
    await isSilent(
      attacker,
      ...places.map((giaddr) => ({
        sourceMac,
        source: giaddr,
        sourcePort: 67,
        destination: SERVER,
        message: { op: 1, xid: 1, chaddr, giaddr: parseIPv4(giaddr), ...discover() },
      })),
      // To the other network's server address, from this network's link.
      {
        sourceMac,
        destination: "10.77.0.1",
        message: { op: 1, xid: 1, chaddr, ciaddr: parseIPv4(ELSEWHERE), ...request([]) },
      },
    );
    assert.equal(await counted('result="offer",ippool="default/net-77"'), 0);
    const offer = await attacker.ask({ message: discover() });
    assert.equal(formatIPv4(offer.message.yiaddr), OWN);
  }));

Deno.test("INFORM: one answer of about its size, never outside of the subnet, to all of it or to the server itself", () =>
  onSegment(async ({ attacker, victim }) => {
    const sourceMac = attacker.guest.macAddress;
    const inform = (ciaddr: string): DhcpMessageInit => ({
      op: 1,
      xid: 1,
      chaddr: macToBytes(parseMac(sourceMac)),
      ciaddr: parseIPv4(ciaddr),
      options: [{ code: 53, value: MessageType.Inform }],
    });
    const places = ["8.8.8.8", "10.77.0.90", "192.168.48.255", "192.168.48.0", SERVER];
    await isSilent(
      attacker,
      ...places.map((place) => ({ sourceMac, source: place, message: inform(place) })),
      ...places.map((source) => ({ sourceMac, source, message: inform("0.0.0.0") })),
    );
    using seen = new RawClient(victim);
    const count = 200;
    const message = { ...inform(ADDRESS), xid: 0x9000 };
    const frame = dhcpFrame({ sourceMac, source: ADDRESS, destination: SERVER }, message);
    for (let sent = 0; sent < count; sent++) attacker.sendFrame(frame);
    await attacker.ask({ message: discover() });
    const answers = [...seen.replies(), ...attacker.replies()]
      .filter(({ message: { xid } }) => xid === 0x9000);
    // What the kernel of the victim was asked by ARP, or the frame that came to the sender itself.
    assert.ok(answers.length <= count, `${answers.length} answers to ${count} questions`);
    for (const { payloadBytes } of answers) {
      assert.ok(payloadBytes < 1.5 * encode(message).length, `${payloadBytes} octets`);
    }
  }));

Deno.test("malformed packets, fragments and torn headers are dropped, each counted or not heard at all, and the agent goes on", () =>
  onSegment(async ({ attacker, counted }) => {
    const sourceMac = attacker.guest.macAddress;
    const kept = keptInputs("packets")
      .flatMap(({ input }) => (input as PacketInput).packets)
      .map(({ payload }) => Uint8Array.from(hexOctets(payload)));
    const whole = dhcpFrame({ sourceMac }, { ...discover(), xid: 0x6000 });
    const torn = [
      // No octets, one octet, every length of a message up to its cookie.
      ...[0, 1, 43, 44, 108, 235, 236, 239, 240, 241].map((length) =>
        udpFrame({ sourceMac }, whole.slice(42, 42 + length))
      ),
      changed(whole, 17, 0xff), // a longer IP datagram than the frame
      changed(whole, 39, 9), // a shorter UDP datagram than the IP one
      changed(whole, 39, 0), // of length 0
      changed(whole, 14, 0x4f), // IP options that are not there
      changed(whole, 14, 0x65), // IP version 6
      changed(whole, 20, 0x20), // a first fragment
      changed(whole, 21, 0x40), // a later fragment
      whole.slice(0, 41),
      whole.slice(0, 20),
    ];
    for (let round = 0; round < 20; round++) {
      for (const payload of kept) attacker.sendFrame(udpFrame({ sourceMac }, payload));
      for (const frame of torn) attacker.sendFrame(frame);
    }
    const offer = await attacker.ask({ message: discover() });
    assert.equal(formatIPv4(offer.message.yiaddr), OWN);
    assert.ok(await counted('reason="too_short"') > 0);
    assert.ok(await counted('reason="malformed"') > 0);
  }));

/** A frame with one octet changed; its checksums are left as they were. */
function changed(frame: Uint8Array, at: number, value: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = value;
  return copy;
}

Deno.test("what remains possible: who forges a neighbour's hardware address is told its address, and changes nothing by it", () =>
  onSegment(async ({ attacker, victim, stolen }) => {
    const asVictim = { sourceMac: victim.macAddress };
    const offer = await attacker.ask({
      ...asVictim,
      message: discover({ chaddr: stolen, flags: 0x8000 }),
    });
    assert.equal(formatIPv4(offer.message.yiaddr), ADDRESS);
    const ack = await attacker.ask({
      ...asVictim,
      message: request(selecting(ADDRESS, SERVER), { chaddr: stolen, flags: 0x8000 }),
    });
    assert.equal(optionValue(ack.message, 53), MessageType.Ack);
    // Nor does it get another one in the neighbour's name.
    const nak = await attacker.ask({
      ...asVictim,
      message: request(selecting("192.168.48.99", SERVER), { chaddr: stolen, flags: 0x8000 }),
    });
    assert.equal(optionValue(nak.message, 53), MessageType.Nak);
  }));
