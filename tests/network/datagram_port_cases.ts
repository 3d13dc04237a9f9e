/**
 * What every {@linkcode DatagramPort} does, as cases that run against each implementation.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DatagramPort } from "../../agent/socket/datagram_port.ts";
import type { Link } from "../../agent/host/host_network.ts";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import { Destination, type Reply } from "../../core/dhcp/mod.ts";
import { macToBytes, parseIPv4, parseMac } from "../../core/net/mod.ts";
import { ip } from "./command.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { udpFrame } from "./packets.ts";
import { RawClient } from "./raw_client.ts";
import { until } from "./wait.ts";

/** The server's address, and the guest's. */
const SERVER = "192.168.48.77";
const CLIENT = "192.168.48.81";

/** An implementation. */
interface PortUnderTest {
  readonly name: string;
  readonly open: (link: Link) => DatagramPort;
  /** Whether a reply to a client without an address goes to its hardware address, or is broadcast. */
  readonly reachesHardware: boolean;
}

interface Bench {
  readonly port: DatagramPort;
  readonly client: RawClient;
}

/** What a port hears of a client that asks once a second until it is heard, as clients do: any frame may get lost. */
async function heard(
  port: DatagramPort,
  client: RawClient,
  asked: Uint8Array = frame(client, new Uint8Array(300)),
): Promise<number> {
  client.sendFrame(asked);
  const again = setInterval(() => client.sendFrame(asked), 1_000);
  try {
    return await port.receive();
  } finally {
    clearInterval(again);
  }
}

/** Registers the cases. */
export function datagramPortCases(under: PortUnderTest): void {
  const test = (sentence: string, body: (bench: Bench) => Promise<void>) =>
    Deno.test(`${under.name} ${sentence}`, () => onBench(under, body));

  test("hears a datagram with its payload and source", async ({ port, client }) => {
    const payload = Uint8Array.from({ length: 300 }, (_, octet) => octet & 0xff);
    assert.equal(
      await heard(port, client, frame(client, payload, { source: CLIENT, sourcePort: 1068 })),
      1,
    );
    const [request] = port.requests;
    assert.ok(request);
    assert.deepEqual(
      request.bytes.subarray(request.offset, request.offset + request.length),
      payload,
    );
    assert.equal(request.sourceAddress, parseIPv4(CLIENT));
    assert.equal(request.sourcePort, 1068);
  });

  test("hears a client that has no address", async ({ port, client }) => {
    assert.equal(await heard(port, client), 1);
    assert.equal(port.requests[0]?.sourceAddress, 0);
    assert.equal(port.requests[0]?.sourcePort, 68);
  });

  test("hears every datagram of a burst once, in order", async ({ port, client }) => {
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    for (const number of numbers) client.sendFrame(frame(client, new Uint8Array(300).fill(number)));
    const heard: number[] = [];
    while (heard.length < numbers.length) {
      const count = await port.receive();
      for (const { bytes, offset } of port.requests.slice(0, count)) {
        heard.push(bytes[offset] ?? -1);
      }
    }
    assert.deepEqual(heard, numbers);
  });

  test("sends to a client by its address, from the server's address and port 67", async ({ port, client }) => {
    client.address = CLIENT;
    const packet = await sendOne({ port, client }, {
      destination: Destination.Client,
      destinationAddress: CLIENT,
    });
    assert.deepEqual(
      [
        packet.source,
        packet.sourcePort,
        packet.destination,
        packet.destinationPort,
        packet.destinationMac,
      ],
      [SERVER, 67, CLIENT, 68, client.guest.macAddress],
    );
  });

  test("sends broadcasts", async ({ port, client }) => {
    const packet = await sendOne({ port, client }, {
      destination: Destination.Broadcast,
      destinationAddress: "255.255.255.255",
    });
    assert.deepEqual([packet.destination, packet.destinationMac], [
      "255.255.255.255",
      "ff:ff:ff:ff:ff:ff",
    ]);
  });

  test("reaches a client that has no address yet", async ({ port, client }) => {
    const packet = await sendOne({ port, client }, {
      destination: Destination.Hardware,
      destinationAddress: CLIENT,
    });
    assert.deepEqual(
      [packet.destination, packet.destinationMac],
      under.reachesHardware
        ? [CLIENT, client.guest.macAddress]
        : ["255.255.255.255", "ff:ff:ff:ff:ff:ff"],
    );
  });

  test("sends nothing for a reply of length 0", async ({ port, client }) => {
    await heard(port, client);
    fill(port.replies[0], {
      client,
      destination: Destination.Broadcast,
      destinationAddress: "255.255.255.255",
    }).length = 0;
    await port.send(1, parseIPv4(SERVER));
    const packet = await sendOne({ port, client }, {
      destination: Destination.Broadcast,
      destinationAddress: "255.255.255.255",
      xid: 99,
    });
    assert.equal(packet.message.xid, 99);
  });

  test("tells of a reply that the system refuses, and goes on", async ({ port, client }) => {
    const refused: string[] = [];
    port.onRefused = (_, reason) => refused.push(reason);
    await heard(port, client);
    // UDP has no port 0, and no relay is reached by a broadcast.
    fill(port.replies[0], {
      client,
      destination: Destination.Relay,
      destinationAddress: "255.255.255.255",
    }).destinationPort = 0;
    await port.send(1, parseIPv4(SERVER));
    assert.equal(refused.length, 1);
    await sendOne({ port, client }, {
      destination: Destination.Broadcast,
      destinationAddress: "255.255.255.255",
    });
  });

  test("ends a receive that waits when it is closed, and stays closed", async ({ port }) => {
    const waiting = port.receive();
    const closing = port.close();
    assert.equal(await waiting, 0);
    assert.equal(await port.receive(), 0);
    await port.send(1, parseIPv4(SERVER));
    await port.close();
    await closing;
  });
}

async function onBench(under: PortUnderTest, body: (bench: Bench) => Promise<void>): Promise<void> {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  await lab.bridge("br0");
  await lab.address("br0", `${SERVER}/24`);
  // The plain port has no interface: broadcasts follow the routes.
  await ip("route add default dev br0");
  const guest = await lab.guest({ bridge: "br0" });
  using client = new RawClient(guest);
  using host = new LinuxNetwork();
  const link = host.read().links.get("br0");
  assert.ok(link);
  const port = under.open(link);
  try {
    await body({ port, client });
  } finally {
    await port.close();
  }
}

/** Lets the client ask and the port answer; what the client sees of it. */
async function sendOne(
  { port, client }: Bench,
  reply: {
    readonly destination: Destination;
    readonly destinationAddress: string;
    readonly xid?: number;
  },
) {
  await heard(port, client);
  fill(port.replies[0], { client, ...reply });
  await port.send(1, parseIPv4(SERVER));
  const [packet] = await until(() => {
    const replies = client.replies();
    return replies.length > 0 && replies;
  }, { what: "the client hears the reply", everyMs: 1 });
  assert.ok(packet);
  return packet;
}

/** A reply to the client: the fixed part, the cookie and the end. */
function fill(
  reply: Reply | undefined,
  of: {
    readonly client: RawClient;
    readonly destination: Destination;
    readonly destinationAddress: string;
    readonly xid?: number;
  },
): Reply {
  assert.ok(reply);
  const message = reply.bytes.subarray(reply.offset, reply.offset + 300).fill(0);
  message.set([2, 1, 6, 0, 0, 0, 0, of.xid ?? 1]);
  message.set(macToBytes(parseMac(of.client.guest.macAddress)), 28);
  message.set([0x63, 0x82, 0x53, 0x63, 255], 236);
  reply.length = message.length;
  reply.destination = of.destination;
  reply.destinationAddress = parseIPv4(of.destinationAddress);
  reply.destinationPort = 68;
  return reply;
}

function frame(
  client: RawClient,
  payload: Uint8Array,
  envelope: { readonly source?: string; readonly sourcePort?: number } = {},
): Uint8Array {
  return udpFrame({ sourceMac: client.guest.macAddress, ...envelope }, payload);
}
