import assert from "node:assert/strict";
import { CLIENT_PORT, IP_UDP_HEADER_LENGTH } from "../../core/dhcp/mod.ts";
import { macFromBytes, parseIPv4 } from "../../core/net/mod.ts";
import { type ScriptedAnswer, ScriptedBatch } from "../testing/scripted_batch.ts";
import {
  ARP_BYTES,
  arpAnnouncement,
  arpProbe,
  LINK_ADDRESS_OFFSET,
  packetViews,
  SOCKADDR_LL_BYTES,
  writeIpUdp,
} from "./frames.ts";
import { Errno } from "./libc.ts";
import { SegmentTap, TapMemory } from "./segment_tap.ts";

/** No descriptor: what would be received is scripted. */
const NONE = -1;
const BATCH = 16;
const OWNER = Uint8Array.of(0x52, 0x54, 0, 0, 0, 0x99);
const MAC = macFromBytes(OWNER);
const ADDRESS = parseIPv4("192.168.48.77");

/** An ARP reply of the owner. */
function reply(address = ADDRESS): Uint8Array {
  return arpAnnouncement(OWNER, address).with(7, 2);
}

function scripted(messages: number, bytes: number, answers: readonly ScriptedAnswer[]) {
  const batch = new ScriptedBatch({ messages, bytes, nameBytes: SOCKADDR_LL_BYTES }, answers);
  for (let message = 0; message < messages; message++) {
    batch.names.at(message).set(OWNER, LINK_ADDRESS_OFFSET);
  }
  return batch;
}

/** A tap that hears these packets, all from the owner. */
function hearing(
  { arp = [], replies = [] }: {
    readonly arp?: readonly ScriptedAnswer[];
    readonly replies?: readonly ScriptedAnswer[];
  },
) {
  const received = scripted(BATCH, ARP_BYTES, arp);
  const memory = new TapMemory(received, scripted(4, 1_500, replies));
  return { received, tap: new SegmentTap({ arp: NONE, replies: NONE }, memory) };
}

const HEARD = { address: ADDRESS, mac: MAC, isAnswer: true };

Deno.test("SegmentTap tells who has which address, and leaves out what says nothing of it", () => {
  const { tap } = hearing({
    arp: [[reply(), arpProbe(OWNER, ADDRESS), new Uint8Array(4), arpAnnouncement(OWNER, 1)]],
  });
  assert.deepEqual(tap.claims(), [HEARD, { ...HEARD, address: 1, isAnswer: false }]);
});

Deno.test("SegmentTap takes all that waits, batch by batch", () => {
  const { tap, received } = hearing({ arp: [Array(BATCH).fill(reply()), [reply()]] });
  assert.equal(tap.claims().length, BATCH + 1);
  assert.equal(received.calls, 2);
});

Deno.test("SegmentTap lets nobody keep it busy: it takes at most 512 ARP packets at a time", () => {
  const { tap } = hearing({ arp: Array(100).fill(Array(BATCH).fill(reply())) });
  assert.equal(tap.claims().length, 512);
});

for (const errno of ["EAGAIN", "EINTR", "ENETDOWN"] as const) {
  Deno.test(`SegmentTap keeps what it heard where it then gets ${errno}`, () => {
    const { tap } = hearing({ arp: [Array(BATCH).fill(reply()), -Errno[errno]] });
    assert.equal(tap.claims().length, BATCH);
  });
}

Deno.test("SegmentTap says that it cannot hear", () => {
  const { tap } = hearing({ arp: [-Errno.ENOBUFS] });
  assert.throws(
    () => tap.claims(),
    /^SystemCallError: Cannot hear a network: recvmmsg: ENOBUFS$/,
  );
});

Deno.test("SegmentTap tells what was sent to clients, and who sent it", () => {
  const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + 3);
  packet.set([7, 8, 9], IP_UDP_HEADER_LENGTH);
  const ends = { source: ADDRESS, sourcePort: 67, destinationAddress: 0xffffffff };
  writeIpUdp(packetViews(packet), 3, { ...ends, destinationPort: CLIENT_PORT });
  const { tap } = hearing({ replies: [[packet, new Uint8Array(5)]] });
  assert.deepEqual(tap.replies(), [{ payload: Uint8Array.of(7, 8, 9), mac: MAC }]);
});
