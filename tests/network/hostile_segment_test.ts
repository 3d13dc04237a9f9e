import assert from "node:assert/strict";
import type { RunningAgent } from "../../agent/types.ts";
import { optionValue } from "../../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { run } from "./command.ts";
import type { Guest } from "./guest.ts";
import { countedPackets } from "./metrics.ts";
import { readArp } from "./packets.ts";
import { discover, RawClient, request } from "./raw_client.ts";
import {
  ADDRESS,
  FROM_LEASE,
  FROM_RELAY,
  RELAY,
  relayed,
  REPLY_KINDS,
  SERVER,
} from "./reply_kinds.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

interface Segment {
  readonly agent: RunningAgent;
  readonly client: RawClient;
  /** A machine that sends what it likes. */
  readonly attacker: RawClient;
}

/** A client that has a lease, and an attacker beside it. */
async function onSegment(test: (segment: Segment) => Promise<void>): Promise<void> {
  await using served = await ServedLab.open();
  await served.lab.bridge("br0");
  const guest = await served.lab.guest({ bridge: "br0" });
  await served.pool({
    name: "net-48",
    config: {
      ...{ cidr: "192.168.48.0/24", serverIP: SERVER, router: "192.168.48.1", leaseTime: 3600 },
      bootp: true,
    },
    leases: { [ADDRESS]: guest.macAddress },
  });
  const agent = served.agent([{ pool: "default/net-48", interfaceName: "br0" }]);
  await whenPool(agent, "default/net-48", serving);
  using client = new RawClient(guest);
  using attacker = new RawClient(await served.lab.guest({ bridge: "br0" }));
  await test({ agent, client, attacker });
}

Deno.test("T6, rule 105: a receiver that reads raw frames sees right checksums in every kind of reply", () =>
  onSegment(async ({ client }) => {
    for (const { name, ask, type, to } of REPLY_KINDS) {
      client.address = to === RELAY ? RELAY : undefined;
      const reply = await client.ask(ask);
      assert.deepEqual([optionValue(reply.message, 53), reply.destination], [type, to], name);
      assert.deepEqual([reply.ipChecksum, reply.udpChecksum], [true, true], name);
      assert.deepEqual([reply.source, reply.sourcePort], [SERVER, 67], name);
      assert.ok(reply.timeToLive >= 64, name);
    }
  }));

Deno.test("T5, rule 59: every reply to a client goes to its hardware address without ARP, also where it has an address", () =>
  onSegment(async ({ client }) => {
    client.address = undefined; // It would answer no ARP.
    for (const { name, ask, to } of REPLY_KINDS.filter(({ to }) => to === ADDRESS)) {
      const reply = await client.ask(ask);
      assert.deepEqual(
        [reply.destination, reply.destinationMac],
        [to, client.guest.macAddress],
        name,
      );
    }
    assert.equal(await neighbours(), "");
  }));

Deno.test("T5, rule 54: who informs itself in the name of a group, or has no Ethernet address, is not answered by a frame to all", () =>
  onSegment(async ({ client }) => {
    const inform = { options: [{ code: 53, value: 8 }] as const, ciaddr: parseIPv4(ADDRESS) };
    const group = new Uint8Array([1, 0, 0x5e, 0, 0, 1]);
    const odd = [{ chaddr: group }, { chaddr: new Uint8Array(16).fill(7), hlen: 16 }];
    const silent = odd.map((fields) =>
      client.say({ ...FROM_LEASE, message: { ...inform, ...fields } })
    );
    const answered = client.say({ ...FROM_LEASE, message: inform });
    const seen: number[] = [];
    await until(() => {
      seen.push(...client.replies().map(({ message }) => message.xid));
      return seen.includes(answered);
    }, { what: "an INFORM in the client's own name is answered", everyMs: 1 });
    assert.deepEqual(seen.filter((xid) => silent.includes(xid)), []);
  }));

/** The kernel's neighbour table in the agent's network. */
function neighbours(): Promise<string> {
  return run("ip", "-4", "neigh", "show", "nud", "all");
}

Deno.test("T4: a thousand forged relays cost nobody a renewal, ask for 16 addresses by ARP, and hold no relay up that answers", () =>
  onSegment(async ({ agent, client, attacker }) => {
    client.address = RELAY;
    const first = await client.ask({ ...FROM_RELAY, message: relayed() });
    assert.equal(first.destination, RELAY);
    const asked = new Set<string>();
    for (let round = 0; round < 20; round++) {
      for (let forged = 0; forged < 100; forged++) {
        const inside = round % 2 === 0;
        const giaddr = inside ? parseIPv4("192.168.48.100") + forged % 90 : 0x0a000001 + forged;
        attacker.say({
          source: formatIPv4(giaddr),
          sourcePort: 67,
          message: discover({ giaddr, chaddr: macOctets(client.guest), hops: 1 }),
        });
      }
      const renewed = await client.ask({
        ...FROM_LEASE,
        message: request([], { ciaddr: parseIPv4(ADDRESS) }),
      });
      assert.equal(renewed.destination, ADDRESS);
      const again = await client.ask({ ...FROM_RELAY, message: relayed() });
      assert.equal(again.destination, RELAY);
      for (const packet of attacker.frames().map(readArp)) {
        if (packet?.operation === 1 && packet.senderAddress === SERVER) {
          asked.add(packet.targetAddress);
        }
      }
    }
    asked.delete(RELAY);
    asked.delete(SERVER); // It announces itself.
    assert.ok(asked.size >= 1 && asked.size <= 15, [...asked].join());
    assert.ok([...asked].every((address) => address.startsWith("192.168.48.")), [...asked].join());
    assert.equal(await countedPackets(agent, { reason: "relay_outside" }), 1_000);
    assert.ok(await countedPackets(agent, { reason: "relay_limited" }) > 700);
  }));

Deno.test("rule 58: a relay's own port is kept to (RFC 8357), with a right checksum", () =>
  onSegment(async ({ client }) => {
    client.address = RELAY;
    const port = { code: 82, value: [{ code: 19, value: new Uint8Array(0) }] } as const;
    const offer = await client.ask({ ...FROM_RELAY, sourcePort: 40_000, message: relayed([port]) });
    assert.deepEqual([offer.destination, offer.destinationPort], [RELAY, 40_000]);
    assert.equal(offer.udpChecksum, true);
  }));

function macOctets(guest: Guest): Uint8Array {
  return Uint8Array.from(guest.macAddress.split(":"), (octet) => Number.parseInt(octet, 16));
}
