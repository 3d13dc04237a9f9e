import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import type { PacketsQuery } from "../../core/inspect/heard.ts";
import { MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { answered } from "../testing/answered.ts";
import { CLIENT_MAC } from "../testing/dhcp.ts";
import { PacketWatchers } from "./packet_watchers.ts";

const OTHER_MAC = "52:54:00:00:00:99";
const NEVER = new AbortController().signal;
const discover = { mac: CLIENT_MAC, type: MessageType.Discover };
const unknown = { mac: OTHER_MAC, type: MessageType.Discover };

function watched(query: Partial<PacketsQuery> = {}, signal = NEVER) {
  const clock = new ManualClock();
  const watchers = new PacketWatchers(clock, signal);
  const open = () =>
    watchers.open({ query: { seconds: 60, format: "text", ...query }, opening: ["agent-0 hears"] });
  return { clock, watchers, open, stream: open() };
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

Deno.test("PacketWatchers shows both ways of an exchange as text, every field and option, until the time is over", async () => {
  const { clock, watchers, stream } = watched();
  watchers.show(answered([discover, unknown]));
  await clock.advance(60_000);
  const text = await textOf(stream);
  match(
    text,
    /^# agent-0 hears\n\n2026-01-01T00:00:00.000Z default\/net-48 0\.0\.0\.0:68 > 255\.255\.255\.255:67 52:54:00:00:00:01 DISCOVER\n/,
  );
  match(text, /\n {2}op request htype 1 hlen 6 .* xid 00000007 .* chaddr 52:54:00:00:00:01\n/);
  match(text, /\n {2}option 53 DHCP message type: discover\n/);
  match(text, /192\.168\.48\.77:67 > 192\.168\.48\.81:68 52:54:00:00:00:01 OFFER\n/);
  match(text, / yiaddr 192\.168\.48\.81 /);
  match(text, /52:54:00:00:00:99 DISCOVER, no answer: unknown_client\n/);
  strictEqual(watchers.any, false);
  strictEqual(clock.sleeping, 0);
});

Deno.test("PacketWatchers shows the packets of the pool and the machines that were asked for alone", async () => {
  const mine = watched({ pool: "default/net-48", macAddresses: [OTHER_MAC] });
  const others = watched({ pool: "default/net-49" });
  for (const { watchers, clock } of [mine, others]) {
    watchers.show(answered([discover, unknown]));
    await clock.advance(60_000);
  }
  const text = await textOf(mine.stream);
  ok(text.includes(OTHER_MAC) && !text.includes(CLIENT_MAC), text);
  strictEqual(await textOf(others.stream), "# agent-0 hears\n\n");
});

Deno.test("PacketWatchers shows as sent to all what came while no pool was served", async () => {
  const { clock, watchers, stream } = watched();
  const batch = answered([discover], { pool: "none" });
  for (const request of batch.requests) request.sourceAddress = parseIPv4("192.168.48.81");
  watchers.show(batch);
  await clock.advance(60_000);
  match(
    await textOf(stream),
    / 192\.168\.48\.81:\d+ > 255\.255\.255\.255:67 .* DISCOVER, no answer: /,
  );
});

Deno.test("PacketWatchers says of a reply that was not sent why", async () => {
  const { clock, watchers, stream } = watched();
  watchers.show(answered([discover], { refused: "ENOBUFS" }));
  watchers.show(answered([discover], { dryRun: true }));
  await clock.advance(60_000);
  const text = await textOf(stream);
  match(text, /OFFER, not sent: ENOBUFS\n[^]*OFFER, not sent: dry run\n/);
});

Deno.test("PacketWatchers does not let a packet steer the terminal of who watches", async () => {
  const { clock, watchers, stream } = watched();
  const options = [{ code: 56, value: "a\x1b[31m\x9b1m\nb" }] as const;
  watchers.show(answered([{ ...unknown, options }]));
  await clock.advance(60_000);
  const text = await textOf(stream);
  match(text, /option 56 [^\n]*: "a\\u001b\[31m\\u009b1m\\nb"\n/);
  ok(!/[^\n -~]/.test(text));
});

Deno.test("PacketWatchers makes no more than 200 exchanges a second of a flood, and says how many packets it left out", async () => {
  const { clock, watchers, stream } = watched({ macAddresses: [OTHER_MAC] });
  const reader = stream.getReader();
  for (let n = 0; n < 1_000; n++) {
    watchers.show(answered([unknown]));
    await clock.settle();
    if (n < 400) await reader.read();
  }
  await clock.advance(1_000);
  watchers.show(answered([unknown], { at: clock.now() }));
  await clock.advance(60_000);
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += new TextDecoder().decode(next.value);
  }
  match(
    text,
    /# 2026-01-01T00:00:01\.000Z 600 packets are left out: more than 200 a second came/,
  );
});

Deno.test("PacketWatchers drops packets of who does not read, and holds no more than a quarter of a megabyte for him", async () => {
  const { clock, watchers, stream } = watched();
  for (let second = 0; second < 20; second++) {
    for (let n = 0; n < 200; n++) watchers.show(answered([discover]));
    await clock.advance(1_000);
  }
  await clock.advance(60_000);
  const text = await textOf(stream);
  ok(text.length < 300_000, `${text.length} octets`);
  match(text, / \d+ packets are left out: .*was not read\n\n$/);
  const left = [...text.matchAll(/ (\d+) packets are left out/g)].map(([, count]) => Number(count));
  const shown = text.split("\n").filter((line) => / (DISCOVER|OFFER)$/.test(line)).length;
  strictEqual(left.reduce((sum, count) => sum + count, shown), 8_000);
});

Deno.test("PacketWatchers shows who reads all packets, however many they become", async () => {
  const { clock, watchers, stream } = watched();
  let octets = 0;
  let text = "";
  const reading = (async () => {
    for await (const chunk of stream) {
      octets += chunk.length;
      text = new TextDecoder().decode(chunk);
    }
  })();
  for (let second = 0; second < 6; second++) {
    for (let n = 0; n < 150; n++) {
      watchers.show(answered([discover]));
      await clock.settle();
    }
    await clock.advance(1_000);
  }
  await clock.advance(60_000);
  await reading;
  ok(octets > 700_000, `${octets} octets`);
  ok(!text.includes("left out"), text);
});

Deno.test("PacketWatchers ends a watch that nobody reads any more, or with the agent", async () => {
  const stop = new AbortController();
  const { clock, watchers, open, stream } = watched({}, stop.signal);
  await stream.cancel();
  strictEqual(watchers.any, false);
  const second = open();
  stop.abort();
  strictEqual(await textOf(second), "# agent-0 hears\n\n");
  strictEqual(watchers.any, false);
  strictEqual(clock.sleeping, 0);
});

Deno.test("PacketWatchers lets eight watch at once, and a ninth when one of them ends", async () => {
  const { open, watchers, stream } = watched();
  const others = Array.from({ length: 7 }, open);
  throws(open, /^RangeError: Cannot watch packets: 8 watch already$/);
  await stream.cancel();
  for (const one of [open(), ...others]) await one.cancel();
  strictEqual(watchers.any, false);
});

Deno.test("PacketWatchers makes a capture whose blocks say their length at both ends, and how many packets are missing", async () => {
  const { clock, watchers, stream } = watched({ format: "pcap" });
  const moment = Date.UTC(2026, 10, 30, 17, 45, 6, 789);
  for (let n = 0; n < 500; n++) watchers.show(answered([discover], { at: moment }));
  await clock.advance(60_000);
  const file = await new Response(stream).bytes();
  const view = new DataView(file.buffer);
  const types = new Map<number, number>();
  let last = 0;
  for (let at = 0; at < file.length;) {
    const length = view.getUint32(at + 4, true);
    strictEqual(view.getUint32(at + length - 4, true), length);
    const type = view.getUint32(at, true);
    types.set(type, (types.get(type) ?? 0) + 1);
    if (type === 6) {
      const microseconds = view.getUint32(at + 12, true) * 2 ** 32 + view.getUint32(at + 16, true);
      strictEqual(microseconds, moment * 1_000);
    }
    last = at;
    at += length;
  }
  deepStrictEqual([...types.keys()], [0x0a0d0d0a, 1, 6, 5]);
  // Option 5, isb_ifdrop: packets of both ways, whether too many came or too many waited.
  strictEqual(view.getUint16(last + 20, true), 5);
  strictEqual(Number(view.getBigUint64(last + 24, true)) + (types.get(6) ?? 0), 1_000);
});
