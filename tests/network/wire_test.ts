import assert from "node:assert/strict";
import type { RunningAgent } from "../../agent/types.ts";
import { optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4, ipv4FromBytes, parseIPv4 } from "../../core/net/mod.ts";
import { countedPackets } from "./metrics.ts";
import { dhcpFrame, readArp, udpFrame } from "./packets.ts";
import { discover, RawClient, request, selecting } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

const SERVER = "192.168.48.77";
const ADDRESS = "192.168.48.81";
const BROADCAST = "ff:ff:ff:ff:ff:ff";

interface Wire {
  readonly served: ServedLab;
  readonly agent: RunningAgent;
  readonly client: RawClient;
}

/** A client that has a lease, on a bridge that is served. */
async function onWire(test: (wire: Wire) => Promise<void>): Promise<void> {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  await served.pool({
    name: "net-48",
    config: { cidr: "192.168.48.0/24", serverIP: SERVER, router: "192.168.48.1", leaseTime: 3600 },
    leases: { [ADDRESS]: guest.macAddress },
  });
  const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
  await whenPool(agent, "default/net-48", serving);
  using client = new RawClient(guest);
  await test({ served, agent, client });
}

Deno.test("rule 12: a datagram with a wrong UDP checksum is dropped, one without a checksum is answered", () =>
  onWire(async ({ client }) => {
    const wrong = dhcpFrame({ sourceMac: client.guest.macAddress }, { ...discover(), xid: 1 });
    wrong[41] = (wrong[41] ?? 0) ^ 0xff;
    const none = dhcpFrame({ sourceMac: client.guest.macAddress }, { ...discover(), xid: 2 });
    none.fill(0, 40, 42);
    client.sendFrame(wrong);
    client.sendFrame(none);
    // The second is answered, so the first would have been.
    const replies = await until(() => {
      const seen = client.replies();
      return seen.length > 0 && seen;
    }, { what: "a reply comes", everyMs: 1 });
    assert.deepEqual(replies.map(({ message }) => message.xid), [2]);
  }));

Deno.test("rule 45: a NAK is broadcast, whatever the flags say", () =>
  onWire(async ({ client }) => {
    const nak = await client.ask({
      message: request(selecting("192.168.48.99", SERVER), { flags: 0 }),
    });
    assert.equal(optionValue(nak.message, 53), 6);
    assert.equal(nak.destination, "255.255.255.255");
    assert.equal(nak.destinationMac, BROADCAST);
    assert.equal(nak.destinationPort, 68);
  }));

Deno.test("rule 46: a NAK to a relay goes to giaddr, port 67, with the broadcast bit set", () =>
  onWire(async ({ client }) => {
    client.address = "192.168.48.200";
    const nak = await client.ask({
      source: "192.168.48.200",
      sourcePort: 67,
      message: request(selecting("192.168.48.99", SERVER), { giaddr: parseIPv4("192.168.48.200") }),
    });
    assert.equal(optionValue(nak.message, 53), 6);
    assert.equal(nak.destination, "192.168.48.200");
    assert.equal(nak.destinationPort, 67);
    assert.equal(nak.message.flags, 0x8000);
  }));

Deno.test("rule 58: a reply to a relay goes to giaddr, port 67, not to where the request came from", () =>
  onWire(async ({ client }) => {
    client.address = "192.168.48.200";
    const offer = await client.ask({
      source: "192.168.48.201",
      sourcePort: 1067,
      destination: SERVER,
      message: discover({ giaddr: parseIPv4("192.168.48.200"), hops: 1 }),
    });
    assert.equal(offer.destination, "192.168.48.200");
    assert.equal(offer.destinationPort, 67);
    assert.equal(offer.source, SERVER);
    assert.equal(formatIPv4(offer.message.yiaddr), ADDRESS);
  }));

Deno.test("rule 58, T4, P3: a relay outside the subnet is met with silence, which is counted, and its place is nobody's", () =>
  onWire(async ({ agent, client }) => {
    client.address = "10.9.0.1";
    const relayed = {
      source: "10.9.0.1",
      sourcePort: 67,
      destination: SERVER,
      message: discover({ giaddr: parseIPv4("10.9.0.1"), hops: 1 }),
    };
    for (let sent = 0; sent < 100; sent++) client.say(relayed);
    const own = await client.ask({ message: discover() });
    assert.equal(own.destination, ADDRESS);
    assert.equal(await countedPackets(agent, { result: "silence", reason: "relay_outside" }), 100);
    assert.equal(await countedPackets(agent, { reason: "relay_limited" }), 0);
    const arp = client.frames().map(readArp).filter((packet) => packet !== undefined);
    assert.deepEqual(arp, []);
  }));

Deno.test("rule 59: a renewal is answered by unicast to ciaddr, port 68", () =>
  onWire(async ({ client }) => {
    client.address = ADDRESS;
    const ack = await client.ask({
      source: ADDRESS,
      destination: SERVER,
      message: request([], { ciaddr: parseIPv4(ADDRESS) }),
    });
    assert.equal(optionValue(ack.message, 53), 5);
    assert.equal(ack.destination, ADDRESS);
    assert.equal(ack.destinationMac, client.guest.macAddress);
    assert.equal(ack.destinationPort, 68);
  }));

Deno.test("rule 60: with the broadcast bit, the reply is a broadcast of IP and Ethernet", () =>
  onWire(async ({ client }) => {
    const offer = await client.ask({ message: discover({ flags: 0x8000 }) });
    assert.equal(offer.destination, "255.255.255.255");
    assert.equal(offer.destinationMac, BROADCAST);
    assert.equal(offer.destinationPort, 68);
  }));

Deno.test("rule 61: without the broadcast bit, the reply goes to yiaddr and chaddr, and nobody is asked by ARP", () =>
  onWire(async ({ client }) => {
    const xid = client.say({ message: discover() });
    const frames: Uint8Array[] = [];
    const offer = await until(() => {
      frames.push(...client.frames());
      return frames.length > 0 && frames.some((frame) =>
        frame[12] === 8 && frame[13] === 0 && frame[42] === 2
      ) &&
        frames;
    }, { what: "the offer comes", everyMs: 1 });
    // The agent asks for other addresses of the range, in nobody's name.
    const arp = offer.filter((frame) =>
      frame[12] === 8 && frame[13] === 6 && ipv4FromBytes(frame, 38) === parseIPv4(ADDRESS)
    );
    assert.equal(arp.length, 0);
    const second = await client.ask({ message: discover({ xid }) });
    assert.equal(second.destination, ADDRESS);
    assert.equal(second.destinationMac, client.guest.macAddress);
    assert.equal(second.ipChecksum, true);
    assert.equal(second.udpChecksum, true);
  }));

Deno.test("rule 62: replies come from the server identifier, port 67, with a TTL of 64 or more", () =>
  onWire(async ({ client }) => {
    client.address = ADDRESS;
    const replies = [
      await client.ask({ message: discover() }),
      await client.ask({ message: discover({ flags: 0x8000 }) }),
      await client.ask({
        source: ADDRESS,
        destination: SERVER,
        message: request([], { ciaddr: parseIPv4(ADDRESS) }),
      }),
    ];
    for (const reply of replies) {
      assert.equal(reply.source, SERVER);
      assert.equal(formatIPv4(optionValue(reply.message, 54) ?? 0), SERVER);
      assert.equal(reply.sourcePort, 67);
      assert.ok(reply.timeToLive >= 64, `TTL ${reply.timeToLive}`);
    }
  }));

Deno.test("rule 62: the source is the server identifier also where the interface has another address first", () =>
  onWire(async ({ served, client }) => {
    const link = served.host.read().links.get("br0");
    assert.ok(link);
    await served.lab.address("br0", "192.168.48.5/24");
    client.address = ADDRESS;
    const ack = await client.ask({
      source: ADDRESS,
      destination: SERVER,
      message: request([], { ciaddr: parseIPv4(ADDRESS) }),
    });
    assert.equal(ack.source, SERVER);
  }));

Deno.test("rule 65: every reply carries 300 bytes or more", () =>
  onWire(async ({ client }) => {
    const nak = await client.ask({ message: request(selecting("192.168.48.99", SERVER)) });
    assert.ok(nak.payloadBytes >= 300, `${nak.payloadBytes} bytes`);
  }));

Deno.test("rule 69: while renewals are answered by unicast, no request is lost", () =>
  onWire(async ({ agent, client }) => {
    client.address = ADDRESS;
    const renewals = 500;
    const renewal = dhcpFrame(
      { sourceMac: client.guest.macAddress, source: ADDRESS, destination: SERVER },
      request([], { ciaddr: parseIPv4(ADDRESS) }),
    );
    await client.ask({
      source: ADDRESS,
      destination: SERVER,
      message: request([], { ciaddr: parseIPv4(ADDRESS) }),
    });
    let answered = 0;
    for (let sent = 0; sent < renewals; sent++) {
      client.sendFrame(renewal);
      if (sent % 20 === 0) answered += client.replies().length;
    }
    await until(() => (answered += client.replies().length) === renewals, {
      what: "all are answered",
    });
    assert.equal(await countedPackets(agent, { type: "request", result: "ack" }), renewals + 1);
  }));

Deno.test("rules 3 and 104: every drop, NAK and malformed packet is counted by network and reason, and none is logged above debug", () =>
  onWire(async ({ served, agent, client }) => {
    const logged = served.log.lines.length;
    const sourceMac = client.guest.macAddress;
    client.sendFrame(udpFrame({ sourceMac }, new Uint8Array(100)));
    client.sendFrame(udpFrame({ sourceMac }, new Uint8Array(300)));
    client.say({ message: discover({ op: 2 }) });
    client.say({ message: { options: [{ code: 53, value: 9 }] } });
    client.say({ message: discover({ chaddr: new Uint8Array([2, 0, 0, 0, 0, 9]) }) });
    await client.ask({ message: request(selecting("192.168.48.99", SERVER)) });
    const drops = ["too_short", "no_cookie", "not_a_request", "unexpected_type"];
    for (const reason of drops) {
      const labels = { ippool: "default/net-48", result: "drop", reason };
      assert.equal(await countedPackets(agent, labels), 1, reason);
    }
    assert.equal(
      await countedPackets(agent, {
        type: "discover",
        result: "silence",
        reason: "unknown_client",
      }),
      1,
    );
    assert.equal(
      await countedPackets(agent, { type: "request", result: "nak", reason: "nak_wrong_address" }),
      1,
    );
    const loud = served.log.lines.slice(logged).filter(({ level }) => !/debug|trace/.test(level));
    assert.deepEqual(loud, []);
  }));
