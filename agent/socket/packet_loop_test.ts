import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  compilePool,
  decode,
  type DissectedPacket,
  MessageType,
  optionValue,
  Responder,
} from "../../core/dhcp/mod.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { createLogger } from "../../runtime/log.ts";
import { LineBound } from "../../runtime/line_bound.ts";
import { LogLevels } from "../../runtime/log_levels.ts";
import { standstillsOf } from "../../runtime/standstill.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger, silentLogger } from "../../runtime/testing/memory_logger.ts";
import { SkippingClock } from "../../runtime/testing/skipping_clock.ts";
import { HeardMemory } from "../heard/heard_memory.ts";
import { PacketWatchers } from "../heard/packet_watchers.ts";
import { AnswerTimes } from "./answer_times.ts";
import { PacketCounters } from "./packet_counters.ts";
import { type PacketContext, servePackets } from "./packet_loop.ts";
import { CLIENT_ADDRESS, messageOf, poolWith } from "../testing/dhcp.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { MemoryPort } from "../testing/memory_port.ts";

const SERVER = parseIPv4("192.168.48.77");

function setUp(fields: Partial<PacketContext> = {}) {
  const clock = new ManualClock();
  const log = memoryLogger();
  const port = new MemoryPort(new MemoryHost().link("eth1"));
  const heard = new HeardMemory({ pool: "default/net-48", dryRun: fields.dryRun ?? false });
  heard.hear(true, clock.now());
  const context: PacketContext = {
    pool: "default/net-48",
    heard,
    watchers: new PacketWatchers(clock, new AbortController().signal),
    network: compilePool(poolWith()).network,
    responder: new Responder(),
    clock,
    log,
    counters: new PacketCounters({ dryRun: fields.dryRun ?? false }),
    times: new AnswerTimes(),
    dryRun: false,
    dryRunLines: new LineBound({ clock, onLeftOut: () => undefined }),
    onLeftOut: () => undefined,
    onDeclined: () => undefined,
    onSilence: () => undefined,
    onOtherServer: () => undefined,
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

Deno.test("servePackets counts how long each reply took, and no silence", async () => {
  const { clock, port, context, end } = setUp();
  port.arrive(messageOf(MessageType.Discover), new Uint8Array(10), messageOf(MessageType.Discover));
  await clock.settle();
  await end();
  const counted = [...context.times.entries()].map(({ type, counts }) => [type, counts[0]]);
  assert.deepEqual(counted, [["discover", 2]]);
});

Deno.test("servePackets times one batch a millisecond, and loses no reply of those between", async () => {
  const { clock, port, context, end } = setUp();
  const counted = () => [...context.times.entries()].map(({ counts }) => counts[0]);
  for (let batch = 0; batch < 3; batch++) {
    port.arrive(messageOf(MessageType.Discover));
    await clock.settle();
  }
  assert.deepEqual(counted(), [1]);
  await clock.advance(1);
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(counted(), [4]);
  await end();
});

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

Deno.test("servePackets answers nothing that waited while the process stood still, nor anything for a second", async () => {
  const clock = new SkippingClock();
  const { port, end } = setUp({ clock });
  using _follower = standstillsOf(clock).follow();
  const answered: number[] = [];
  const hear = async () => {
    port.arrive(messageOf(MessageType.Discover));
    await clock.settle();
    answered.push(port.sent.length);
  };
  await hear();
  clock.skippedMs += 60_000;
  await hear();
  await clock.advance(900);
  await hear();
  await clock.advance(100);
  await hear();
  assert.deepEqual(answered, [1, 1, 1, 2]);
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

Deno.test("servePackets hands on who declined what, and believes and logs none of it", async () => {
  const declined: unknown[] = [];
  const { clock, log, port, end } = setUp({ onDeclined: (one) => declined.push(one) });
  const options = [{ code: 50, value: parseIPv4(CLIENT_ADDRESS) }, {
    code: 54,
    value: SERVER,
  }] as const;
  port.arrive(messageOf(MessageType.Decline, options));
  await clock.settle();
  assert.deepEqual(declined, [{ address: parseIPv4(CLIENT_ADDRESS), mac: 0x525400000001 }]);
  assert.deepEqual(port.sent, []);
  assert.deepEqual(log.lines.map(({ level }) => level), ["trace", "debug"]);
  await end();
});

Deno.test("servePackets hands on which other server a client's request names, and no other message's", async () => {
  const named: string[] = [];
  const { clock, port, end } = setUp({ onOtherServer: (one) => named.push(formatIPv4(one)) });
  const other = (address: string) => [{ code: 54, value: parseIPv4(address) }] as const;
  port.arrive(
    messageOf(MessageType.Request, other("192.168.48.2")),
    messageOf(MessageType.Discover, other("192.168.48.3")),
    messageOf(MessageType.Request, other("192.168.48.77")),
  );
  await clock.settle();
  assert.deepEqual(named, ["192.168.48.2"]);
  await end();
});

Deno.test("servePackets sends nothing in a dry run, and logs what it would have sent", async () => {
  const { clock, log, port, end, counted } = setUp({ dryRun: true });
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(port.sent, []);
  assert.deepEqual(counted(), ["discover dry_run offer 1"]);
  assert.deepEqual(log.lines.filter(({ level }) => level !== "trace"), [{
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
  const lines = on.log.lines.filter(({ level }) => level !== "trace");
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [["debug", "Packet"]]);
  await on.end();
  const off = setUp({ log: { ...silentLogger, debug: () => assert.fail("A line was made") } });
  off.port.arrive(messageOf(MessageType.Discover));
  await off.clock.settle();
  assert.equal(off.port.sent.length, 1);
  await off.end();
});

Deno.test("P4, rule 107: servePackets logs both directions whole at trace, with where from and where to, in the order of the wire", async () => {
  const { clock, log, port, end } = setUp();
  const discover = messageOf(MessageType.Discover);
  const torn = new Uint8Array([1, 1, 6]);
  port.arrive(discover, torn);
  await clock.settle();
  const lines = log.lines.filter(({ level }) => level === "trace");
  assert.deepEqual(lines.map(({ message, keys }) => [message, keys.from, keys.to, keys.way]), [
    ["Packet received", "0.0.0.0:68", undefined, undefined],
    ["Packet sent", "192.168.48.77:67", `${CLIENT_ADDRESS}:68`, "hardware"],
    ["Packet received", "0.0.0.0:68", undefined, undefined],
  ]);
  const hex = lines.map(({ keys }) => (keys.packet as DissectedPacket).hex);
  const sent = port.sent[0]?.bytes ?? new Uint8Array();
  assert.deepEqual(hex, [discover, sent, torn].map((bytes) => Buffer.from(bytes).toString("hex")));
  assert.ok(lines.every(({ keys }) => keys.interface === "eth1" && "macAddress" in keys));
  await end();
});

Deno.test("P4: servePackets makes nothing of the packets of machines that nobody asked for", async () => {
  const clock = new ManualClock();
  const levels = new LogLevels({ level: "info", clock });
  const lines: string[] = [];
  const log = createLogger({ name: "agent", level: levels, write: (line) => lines.push(line) })
    .with({ ippool: "default/net-48" });
  const { port, clock: own, end } = setUp({ log });
  for (const mac of ["52:54:00:00:00:02", "52:54:00:00:00:01"]) {
    levels.override({ level: "trace", pool: "default/net-48", mac }, 1_000);
    port.arrive(messageOf(MessageType.Discover));
    await own.settle();
    levels.reset();
    assert.equal(lines.length, mac.endsWith("01") ? 3 : 0);
  }
  await end();
});

Deno.test("servePackets notes whom it heard once the reply is sent, and what became of it", async () => {
  const { clock, port, context, end } = setUp();
  const told = () => [...context.heard.clients()].map(({ answer, why }) => `${answer}${why}`);
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(told(), ["OFFER"]);
  port.refusing = "ENOBUFS";
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.deepEqual(told(), ["not_sent"]);
  await end();
});

Deno.test("servePackets notes nothing while another agent answers: two would tell different things", async () => {
  const { clock, port, context, end } = setUp({ network: undefined });
  context.heard.hear(false, clock.now());
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.equal(context.heard.size, 0);
  await end();
});

Deno.test("servePackets shows packets to who watches, after they are sent", async () => {
  const { clock, port, context, end } = setUp();
  const stream = context.watchers.open({ query: { seconds: 1, format: "text" }, opening: [] });
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  await clock.advance(1_000);
  assert.match(await new Response(stream).text(), / DISCOVER\n[^]* OFFER\n/);
  await end();
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

Deno.test("servePackets logs a reply that the system refuses at debug, with the reason, and makes no line else", async () => {
  const on = setUp();
  on.port.refusing = "ENOBUFS";
  on.port.arrive(messageOf(MessageType.Discover));
  await on.clock.settle();
  const { message, keys } = on.log.lines.at(-1) ?? {};
  assert.deepEqual([message, keys?.reason], ["Reply refused by the system", "ENOBUFS"]);
  assert.equal(on.log.lines.at(-2)?.message, "Packet not sent");
  on.port.refusing = undefined;
  on.port.arrive(messageOf(MessageType.Discover));
  await on.clock.settle();
  assert.equal(on.log.lines.at(-1)?.message, "Packet");
  await on.end();
  const off = setUp({ log: { ...silentLogger, debug: () => assert.fail("A line was made") } });
  off.port.refusing = "ENOBUFS";
  off.port.arrive(messageOf(MessageType.Discover));
  await off.clock.settle();
  assert.deepEqual([...off.context.counters.refused], [["ENOBUFS", 1]]);
  await off.end();
});

Deno.test("servePackets takes nothing more from a port that is still sending", async () => {
  const { clock, port, end } = setUp();
  const slow = Promise.withResolvers<void>();
  port.sending = slow.promise;
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.throws(() => port.arrive(messageOf(MessageType.Discover)), /does not wait/);
  slow.resolve();
  await clock.settle();
  port.arrive(messageOf(MessageType.Discover));
  await clock.settle();
  assert.equal(port.sent.length, 2);
  await end();
});

Deno.test("servePackets says of a dry run only what it would have answered", async () => {
  const { clock, log, port, end } = setUp({ dryRun: true });
  port.arrive(new Uint8Array(10));
  await clock.settle();
  assert.deepEqual(log.lines.filter(({ message }) => message === "Would answer"), []);
  await end();
});

Deno.test("servePackets says of a dry run no more lines than the bound, whoever sends how much, and how many it left out", async () => {
  const clock = new ManualClock();
  let leftOut = 0;
  const dryRunLines = new LineBound({ clock, onLeftOut: (lines) => void (leftOut += lines) });
  const { log, port, end } = setUp({ dryRun: true, clock, dryRunLines });
  for (let second = 0; second < 10; second++) {
    for (let packet = 0; packet < 1_000; packet++) {
      port.arrive(messageOf(MessageType.Discover));
      await clock.settle();
    }
    await clock.advance(1_000);
  }
  await end();
  dryRunLines.tell();
  const told = log.lines.filter(({ message }) => message === "Would answer").length;
  assert.ok(told >= LineBound.perSecond * 9 && told <= LineBound.perSecond * 12, `${told} lines`);
  assert.equal(told + leftOut, 10_000);
});

Deno.test("servePackets counts the options that a reply had no room for", async () => {
  const leftOut: number[] = [];
  const { clock, port, context, end } = setUp({
    onLeftOut: (code) => leftOut.push(code),
    network: compilePool(poolWith({
      dns: Array.from({ length: 200 }, (_, at) => `10.0.0.${at + 1}`),
    }))
      .network,
  });
  port.arrive(messageOf(MessageType.Discover, [{ code: 55, value: [6] }]));
  await clock.settle();
  assert.equal(context.counters.omitted, 1);
  assert.deepEqual(leftOut, [6]);
  await end();
});

Deno.test("servePackets rejects where the socket dies", async () => {
  const { port, running } = setUp();
  port.die("ENETDOWN");
  await assert.rejects(running, /ENETDOWN/);
});
