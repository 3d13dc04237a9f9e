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
