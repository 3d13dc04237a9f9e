import assert from "node:assert/strict";
import { compilePool, decode, MessageType, optionValue, Responder } from "../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../core/net/mod.ts";
import { ManualClock } from "../runtime/manual_clock.ts";
import { memoryLogger, silentLogger } from "../runtime/memory_logger.ts";
import { DeclinedAddresses } from "./declined_addresses.ts";
import { PacketCounters } from "./packet_counters.ts";
import { type PacketContext, servePackets } from "./packet_loop.ts";
import { CLIENT_ADDRESS, messageOf, poolWith } from "./testing/dhcp.ts";
import { MemoryHost } from "./testing/memory_host.ts";
import { MemoryPort } from "./testing/memory_port.ts";

const SERVER = parseIPv4("192.168.48.77");

function setUp(fields: Partial<PacketContext> = {}) {
  const clock = new ManualClock();
  const log = memoryLogger();
  const port = new MemoryPort(new MemoryHost().link("eth1"));
  const context: PacketContext = {
    network: compilePool(poolWith()).network,
    responder: new Responder(),
    clock,
    log,
    counters: new PacketCounters({ dryRun: fields.dryRun ?? false }),
    declined: new DeclinedAddresses(),
    dryRun: false,
    onDeclined: () => undefined,
    ...fields,
  };
  const running = servePackets(port, context);
  const end = async () => {
    port.close();
    await running;
  };
  const counted = () =>
    [...context.counters.entries()].map(({ labels: { type, result, reason }, count }) =>
      `${type} ${result} ${reason} ${count}`
    );
  return { clock, log, port, context, running, end, counted };
}

Deno.test("servePackets answers a batch, and sends what is to be sent from the server's address", async () => {
  const { clock, port, end, counted } = setUp();
  port.arrive(messageOf(MessageType.Discover), new Uint8Array(10), messageOf(MessageType.Discover));
  await clock.settle();
  assert.equal(port.sent.length, 2);
  for (const { bytes, serverAddress } of port.sent) {
    assert.equal(serverAddress, SERVER);
    assert.equal(formatIPv4(decode(bytes).yiaddr), CLIENT_ADDRESS);
  }
  assert.deepEqual(counted(), ["bootp drop too_short 1", "discover offer offer 2"]);
  await end();
});

Deno.test("servePackets is silent while there is no network, and counts what it heard", async () => {
  const { clock, port, end, counted } = setUp({ network: undefined });
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(port.sent, []);
  assert.deepEqual(counted(), ["discover silence not_served 1"]);
  await end();
});

Deno.test("rule 98: servePackets answers from the pool as it is at the packet's time", async () => {
  const { clock, port, context, end } = setUp();
  const request = () =>
    messageOf(MessageType.Request, [
      { code: 50, value: parseIPv4(CLIENT_ADDRESS) },
      { code: 54, value: SERVER },
      { code: 55, value: [6] },
    ]);
  port.arrive(request());
  await clock.settle();
  context.network = compilePool(poolWith({ dns: ["1.1.1.1"] })).network;
  port.arrive(request());
  await clock.settle();
  const servers = port.sent.map(({ bytes }) => optionValue(decode(bytes), 6));
  assert.deepEqual(servers, [undefined, [parseIPv4("1.1.1.1")]]);
  await end();
});

Deno.test("servePackets notes an address that is declined, and says so", async () => {
  let told = 0;
  const { clock, port, context, end } = setUp({
    onDeclined: () => {
      told++;
    },
  });
  const options = [{ code: 50, value: parseIPv4(CLIENT_ADDRESS) }, {
    code: 54,
    value: SERVER,
  }] as const;
  port.arrive(messageOf(MessageType.Decline, options));
  await clock.settle();
  assert.equal(told, 1);
  assert.deepEqual(context.declined.list(clock.now()), [
    { address: CLIENT_ADDRESS, macAddress: "52:54:00:00:00:01", at: "2026-01-01T00:00:00Z" },
  ]);
  assert.deepEqual(port.sent, []);
  await end();
});

Deno.test("servePackets sends nothing in a dry run, and logs what it would have sent", async () => {
  const { clock, log, port, end, counted } = setUp({ dryRun: true });
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(port.sent, []);
  assert.deepEqual(counted(), ["discover dry_run offer 1"]);
  assert.deepEqual(log.lines, [{
    level: "info",
    message: "Would answer",
    keys: {
      type: "discover",
      verdict: "offer",
      macAddress: "52:54:00:00:00:01",
      address: CLIENT_ADDRESS,
      to: `${CLIENT_ADDRESS}:68`,
    },
  }]);
  await end();
});

Deno.test("servePackets logs each packet at debug, and makes nothing of it where that is off", async () => {
  const on = setUp();
  on.port.arrive(messageOf(MessageType.Discover));
  await on.clock.settle();
  assert.deepEqual(on.log.lines.map(({ level, message }) => [level, message]), [[
    "debug",
    "Packet",
  ]]);
  await on.end();
  const off = setUp({ log: { ...silentLogger, debug: () => assert.fail("A line was made") } });
  off.port.arrive(messageOf(MessageType.Discover));
  await off.clock.settle();
  assert.equal(off.port.sent.length, 1);
  await off.end();
});

Deno.test("servePackets counts a reply that the system refuses", async () => {
  const { clock, port, context, end } = setUp();
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  const [reply] = port.replies;
  assert.ok(reply);
  port.onRefused?.(reply, "ENOBUFS");
  assert.deepEqual([...context.counters.refused], [["ENOBUFS", 1]]);
  await end();
});

Deno.test("servePackets rejects where the socket dies", async () => {
  const { port, running } = setUp();
  port.die("ENETDOWN");
  await assert.rejects(running, /ENETDOWN/);
});
