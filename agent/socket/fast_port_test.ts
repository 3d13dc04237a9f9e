import assert from "node:assert/strict";
import { Destination, type Reply } from "../../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { Errno, libc, Sys, SystemCallError } from "../ffi/libc.ts";
import { LinuxNetwork } from "../host/linux_network.ts";
import type { Link } from "../host/host_network.ts";
import { FastPort } from "./fast_port.ts";
import { lendMemory, returnMemory } from "./port_memory.ts";

const LOOPBACK = "127.0.0.1";
/** Any address of 127.0.0.0/8 is this machine's: the server is told apart from the client by it. */
const SERVER = "127.0.0.77";

function loopback(): Link {
  using network = new LinuxNetwork();
  const link = network.read().links.get("lo");
  assert.ok(link);
  return link;
}

function listen(): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
}

function portOf(conn: Deno.DatagramConn): number {
  return (conn.addr as Deno.NetAddr).port;
}

/** A port on loopback, which needs no capability, and a client beside it. */
async function withPort(
  test: (scene: {
    readonly port: FastPort;
    readonly client: Deno.DatagramConn;
    readonly say: (...octets: readonly number[]) => Promise<void>;
    /** Fills a reply to the client with one octet. */
    readonly reply: (slot: number, octet: number) => Reply;
  }) => Promise<void>,
): Promise<void> {
  const free = listen();
  const number = portOf(free);
  free.close();
  const port = new FastPort(loopback(), { port: number });
  const client = listen();
  try {
    await test({
      port,
      client,
      say: async (...octets) => {
        for (const octet of octets) {
          await client.send(new Uint8Array(300).fill(octet), {
            transport: "udp",
            hostname: LOOPBACK,
            port: number,
          });
        }
      },
      reply: (slot, octet) => {
        const reply = port.replies[slot];
        assert.ok(reply);
        reply.bytes.fill(octet, reply.offset, reply.offset + 300);
        reply.length = 300;
        // The kernel finds it, as it does relays; no frame finds anybody on loopback.
        reply.destination = Destination.Relay;
        reply.destinationAddress = parseIPv4(LOOPBACK);
        reply.destinationPort = portOf(client);
        return reply;
      },
    });
  } finally {
    client.close();
    await port.close();
  }
}

/** Receives until so many datagrams were heard: the first octet and the source of each. */
async function hear(port: FastPort, wanted: number) {
  const heard: { readonly octet: number; readonly length: number; readonly source: string }[] = [];
  let most = 0;
  while (heard.length < wanted) {
    const count = await port.receive();
    assert.notEqual(count, 0);
    most = Math.max(most, count);
    for (const request of port.requests.slice(0, count)) {
      heard.push({
        octet: request.bytes[request.offset] ?? -1,
        length: request.length,
        source: `${formatIPv4(request.sourceAddress)}:${request.sourcePort}`,
      });
    }
  }
  return { heard, most };
}

Deno.test("FastPort hears a burst once and in order, drained in batches, each with its source", () =>
  withPort(async ({ port, client, say }) => {
    const octets = Array.from({ length: 100 }, (_, at) => at);
    await say(...octets);
    const { heard, most } = await hear(port, octets.length);
    const source = `${LOOPBACK}:${portOf(client)}`;
    assert.deepEqual(heard, octets.map((octet) => ({ octet, length: 300, source })));
    assert.equal(most, 64);
  }));

Deno.test("FastPort sends the replies that have a length, from the server's address, also after it changed", () =>
  withPort(async ({ port, client, reply }) => {
    for (const server of [SERVER, "127.0.0.78"]) {
      reply(0, 1);
      reply(1, 2).length = 0;
      reply(2, 3);
      reply(3, 4);
      port.send(3, parseIPv4(server));
      for (const octet of [1, 3]) {
        const [bytes, from] = await client.receive();
        assert.deepEqual([bytes[0], bytes.length], [octet, 300]);
        assert.deepEqual((from as Deno.NetAddr).hostname, server);
      }
    }
  }));

Deno.test("FastPort tells which reply the system refuses, with the reason, and sends the others", () =>
  withPort(async ({ port, client, reply }) => {
    const refused: (readonly [Reply, string])[] = [];
    port.onRefused = (one, reason) => refused.push([one, reason]);
    reply(0, 1);
    const bad = reply(1, 2);
    // UDP has no such port, and a relay is nobody who is reached by a broadcast.
    bad.destinationPort = 0;
    bad.destinationAddress = 0xffffffff;
    reply(2, 3);
    port.send(3, parseIPv4(SERVER));
    const reason = port.limits.length === 0 ? "EACCES" : "EINVAL";
    assert.deepEqual(refused, [[bad, reason]]);
    for (const octet of [1, 3]) assert.equal((await client.receive())[0][0], octet);
  }));

Deno.test("FastPort leaves another its turn while it has much to read", () =>
  withPort(({ port: flooded, say: flood }) =>
    withPort(async ({ port: calm, say }) => {
      const many = 1_500;
      // To who is not root, the system may give too small a buffer for so many.
      if (flooded.limits.some((limit) => limit.includes("receive buffer"))) return;
      await flood(...new Array(many).fill(1));
      let read = 0;
      let readBefore = -1;
      const heard = calm.receive().then(() => {
        readBefore = read;
      });
      let said: Promise<void> | undefined;
      while (read < many) {
        read += await flooded.receive();
        said ??= say(2);
      }
      await said;
      await heard;
      assert.equal(readBefore >= 0 && readBefore < many, true, `${readBefore} were read before`);
    })
  ));

Deno.test("FastPort counts what its buffer had no room for", () =>
  withPort(async ({ port, say }) => {
    const sent = 8_000;
    await say(...new Array(sent).fill(1));
    const unread = port.unread();
    assert.ok(unread > 0 && unread < sent, `${unread}`);
    const { heard } = await hear(port, sent - unread);
    assert.equal(heard.length, sent - unread);
    assert.equal(port.unread(), unread);
  }));

Deno.test("FastPort has nothing wrong with it while it is open, and ends a receive that waits when it is closed", () =>
  withPort(async ({ port, reply }) => {
    assert.equal(port.problem(), undefined);
    const waiting = port.receive();
    const closing = port.close();
    assert.equal(await waiting, 0);
    assert.equal(await port.receive(), 0);
    assert.equal(port.problem(), undefined);
    reply(0, 1);
    port.send(1, parseIPv4(SERVER));
    await port.close();
    await closing;
  }));

Deno.test("FastPort names the interface that it cannot be bound to", () => {
  const link = loopback();
  assert.throws(
    () => new FastPort({ ...link, name: "no-such-link" }, { port: 0 }),
    /^SystemCallError: Cannot bind a socket to the interface no-such-link: setsockopt: ENODEV$/,
  );
});

Deno.test("FastPort makes no reply longer than its interface carries", async () => {
  const link = loopback();
  for (const [mtu, room] of [[576, 548], [1_500, 1_472], [9_000, 1_472]] as const) {
    const port = new FastPort({ ...link, mtu }, { port: 0 });
    assert.deepEqual(new Set(port.replies.map(({ capacity }) => capacity)), new Set([room]));
    await port.close();
  }
});

/** A UDP socket in place of the packet socket: it refuses link-layer addresses, and needs no capability. */
function udpSender(): number {
  return libc().socket(Sys.AF_INET, Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0);
}

Deno.test("FastPort writes the headers itself for a client that has no address, each with its own ends", async () => {
  const port = new FastPort(loopback(), { port: 0, openSender: udpSender });
  const refused: Reply[] = [];
  port.onRefused = (one) => refused.push(one);
  const ends = [["192.168.48.81", 68], ["192.168.48.82", 1_068]] as const;
  for (const [slot, [address, destinationPort]] of ends.entries()) {
    const reply = port.replies[slot];
    assert.ok(reply);
    reply.length = 300;
    reply.destination = Destination.Hardware;
    reply.destinationAddress = parseIPv4(address);
    reply.destinationPort = destinationPort;
  }
  port.send(ends.length, parseIPv4(SERVER));
  assert.deepEqual(refused, port.replies.slice(0, ends.length));
  for (const [slot, [address, destinationPort]] of ends.entries()) {
    const { bytes } = port.replies[slot] ?? assert.fail();
    const headers = new DataView(bytes.buffer, bytes.byteOffset, 28);
    assert.equal(headers.getUint16(2), 328); // total length
    assert.equal(formatIPv4(headers.getUint32(12)), SERVER);
    assert.equal(formatIPv4(headers.getUint32(16)), address);
    assert.equal(headers.getUint16(22), destinationPort);
  }
  await port.close();
});

/** Whom the frame of a reply goes to whose octets begin so, by `struct sockaddr_ll`. */
async function frameOf(octets: readonly number[], destination: Destination) {
  const link = { ...loopback(), index: 0x1020304 };
  const port = new FastPort(link, { port: 0, openSender: udpSender });
  port.onRefused = () => undefined;
  const [reply] = port.replies;
  assert.ok(reply);
  reply.bytes.fill(0, reply.offset, reply.offset + 300);
  reply.bytes.set(octets, reply.offset);
  reply.length = 300;
  reply.destination = destination;
  port.send(1, parseIPv4(SERVER));
  const waiting = port.receive(); // gives the memory back
  const memory = lendMemory(link);
  returnMemory(memory);
  await port.close();
  await waiting;
  return [...memory.packets.batch.names.at(0).subarray(0, 20)];
}

Deno.test("FastPort addresses a frame to the client's hardware address, or to all where that is no machine's or a broadcast is asked for", async () => {
  const head = [...[17, 0, 8, 0], ...[4, 3, 2, 1], ...[0, 0, 0, 6]];
  const toAll = [...head, ...Array.from({ length: 6 }, () => 0xff), 0, 0];
  const station = [0x52, 0x54, 0, 1, 2, 3];
  const group = [0x53, 0x54, 0, 1, 2, 3];
  const reply = (head: readonly number[], chaddr: readonly number[]) => {
    const octets = new Array(34).fill(0);
    octets.splice(0, 3, ...head);
    octets.splice(28, 6, ...chaddr);
    return octets;
  };
  const toHardware = (octets: readonly number[]) => frameOf(octets, Destination.Hardware);
  assert.deepEqual(await toHardware(reply([2, 1, 6], station)), [...head, ...station, 0, 0]);
  assert.deepEqual(await frameOf(reply([2, 1, 6], station), Destination.Broadcast), toAll);
  assert.deepEqual(await toHardware(reply([2, 1, 6], group)), toAll);
  assert.deepEqual(await toHardware(reply([2, 1, 8], station)), toAll);
  assert.deepEqual(await toHardware(reply([2, 6, 6], station)), toAll);
  // Once more over the headers of an earlier reply.
  assert.deepEqual(await toHardware(reply([2, 1, 6], station)), [...head, ...station, 0, 0]);
});

Deno.test("FastPort goes on without a packet socket, and says what that means", async () => {
  const openSender = () => {
    throw new SystemCallError("Cannot open a packet socket", {
      call: "socket",
      errno: Errno.EPERM,
    });
  };
  const port = new FastPort(loopback(), { port: 0, openSender });
  assert.ok(
    port.limits.includes(
      "Replies to clients without an address are broadcast: Cannot open a packet socket: socket: EPERM",
    ),
  );
  await port.close();
  const fault = () => {
    throw new TypeError("A fault");
  };
  assert.throws(() => new FastPort(loopback(), { port: 0, openSender: fault }), /A fault/);
});
