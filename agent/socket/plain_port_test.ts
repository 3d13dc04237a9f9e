import assert from "node:assert/strict";
import { Destination } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import type { Link } from "../host/host_network.ts";
import { PlainPort } from "./plain_port.ts";

const LOOPBACK = "127.0.0.1";

Deno.test("PlainPort sends the reply that there is, and none where there is none", async () => {
  const client = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const port = new PlainPort({ name: "lo", mtu: 1500 } as Link, { hostname: LOOPBACK, port: 0 });
  try {
    const [reply] = port.replies;
    const send = async (count: number, octet: number) => {
      reply.bytes.fill(octet);
      reply.length = 300;
      reply.destination = Destination.Client;
      reply.destinationAddress = parseIPv4(LOOPBACK);
      reply.destinationPort = (client.addr as Deno.NetAddr).port;
      await port.send(count);
    };
    await send(0, 1);
    await send(1, 2);
    const [heard] = await client.receive();
    assert.deepEqual(heard, new Uint8Array(300).fill(2));
  } finally {
    port.close();
    client.close();
  }
});

Deno.test("PlainPort receives one datagram at a time, with its sender, and none once it is closed", async () => {
  const client = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const probe = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const { port: free } = probe.addr as Deno.NetAddr;
  probe.close();
  const port = new PlainPort({ name: "lo", mtu: 1500 } as Link, { hostname: LOOPBACK, port: free });
  const [request] = port.requests;
  for (const length of [300, 20]) {
    await client.send(new Uint8Array(length).fill(7), { ...probe.addr as Deno.NetAddr });
    assert.equal(await port.receive(), 1);
    assert.deepEqual(request.bytes.slice(0, request.length), new Uint8Array(length).fill(7));
    assert.deepEqual(
      [request.sourceAddress, request.sourcePort],
      [parseIPv4(LOOPBACK), (client.addr as Deno.NetAddr).port],
    );
  }
  const waiting = port.receive();
  port.close();
  assert.deepEqual([await waiting, await port.receive()], [0, 0]);
  client.close();
});

Deno.test("PlainPort tells what it cannot do, and of no datagram that was lost unread, which it cannot know", () => {
  const port = new PlainPort({ name: "lo", mtu: 1500 } as Link, { hostname: LOOPBACK, port: 0 });
  assert.deepEqual([port.unread(), port.problem()], [0, undefined]);
  assert.deepEqual(port.limits, ["Replies to clients without an address are broadcast"]);
  port.close();
});
