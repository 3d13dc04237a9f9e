import assert from "node:assert/strict";
import { IP_UDP_HEADER_LENGTH } from "../../core/dhcp/mod.ts";
import {
  answerArp,
  arpAnnouncement,
  arpProbe,
  packetViews,
  PKTINFO_BYTES,
  readArp,
  SOCKADDR_IN_BYTES,
  SOCKADDR_LL_BYTES,
  udpPayload,
  writeInternetAddress,
  writeIpUdp,
  writeLinkAddress,
  writeSourceAddress,
} from "./frames.ts";

const ENDS = {
  source: 0xc0a8304d,
  sourcePort: 67,
  destinationAddress: 0xc0a83051,
  destinationPort: 68,
};

const OWNER = Uint8Array.of(2, 0, 0, 0, 0, 9);
const OWNER_MAC = 0x020000000009;

/** Adds up 16-bit words, the odd octet as the high half of a last one. */
function onesSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [at, octet] of bytes.entries()) sum += at % 2 === 0 ? octet << 8 : octet;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function udpSum(packet: Uint8Array): number {
  const length = packet.length - 20;
  return onesSum(
    Uint8Array.of(
      ...packet.subarray(12, 20),
      0,
      17,
      length >> 8,
      length & 0xff,
      ...packet.subarray(20),
    ),
  );
}

Deno.test("writeIpUdp writes both headers as they go over the wire", () => {
  const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + 4);
  packet.set([1, 2, 3, 4], IP_UDP_HEADER_LENGTH);
  writeIpUdp(packetViews(packet), 4, ENDS);
  assert.deepEqual([...packet.subarray(0, 10)], [
    0x45, // version 4, header of 5 words
    0,
    0, // total length
    32,
    0, // identification
    0,
    0x40, // do not fragment
    0,
    64, // time to live
    17, // UDP
  ]);
  assert.deepEqual([...packet.subarray(12, 26)], [
    ...[192, 168, 48, 77], // source
    ...[192, 168, 48, 81], // destination
    ...[0, 67], // source port
    ...[0, 68], // destination port
    ...[0, 12], // length
  ]);
});

for (const payloadBytes of [0, 1, 2, 299, 300, 548, 1_472]) {
  Deno.test(`writeIpUdp writes right checksums for ${payloadBytes} bytes, whatever an earlier packet left behind them`, () => {
    const memory = Uint8Array.from({ length: 1_600 }, (_, at) => (at * 37) & 0xff);
    writeIpUdp(packetViews(memory), payloadBytes, ENDS);
    const packet = memory.subarray(0, IP_UDP_HEADER_LENGTH + payloadBytes);
    assert.equal(onesSum(packet.subarray(0, 20)), 0xffff);
    assert.equal(udpSum(packet), 0xffff);
  });
}

Deno.test("writeIpUdp sends a UDP checksum of zero as ones, which RFC 768 wants", () => {
  const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + 2);
  writeIpUdp(packetViews(packet), 2, ENDS);
  const missing = 0xffff -
    onesSum(Uint8Array.of(...packet.subarray(12, 20), 0, 17, 0, 10, ...packet.subarray(20, 26)));
  packet.set([missing >> 8, missing & 0xff], IP_UDP_HEADER_LENGTH);
  writeIpUdp(packetViews(packet), 2, ENDS);
  assert.deepEqual([...packet.subarray(26, 28)], [0xff, 0xff]);
});

Deno.test("writeInternetAddress writes struct sockaddr_in", () => {
  const name = new Uint8Array(SOCKADDR_IN_BYTES);
  writeInternetAddress(name, ENDS);
  assert.deepEqual([...name], [2, 0, 0, 68, 192, 168, 48, 81, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("writeLinkAddress writes struct sockaddr_ll with the broadcast address", () => {
  const name = new Uint8Array(SOCKADDR_LL_BYTES);
  writeLinkAddress(name, { index: 0x04030201, protocol: 0x0800 });
  assert.deepEqual([...name.subarray(0, 20)], [
    ...[17, 0], // AF_PACKET
    ...[0x08, 0x00], // protocol, network order
    ...[1, 2, 3, 4], // index, host order
    ...[0, 0, 0, 6], // hardware type, packet type, length
    ...[255, 255, 255, 255, 255, 255, 0, 0],
  ]);
});

Deno.test("writeSourceAddress writes a control message with struct in_pktinfo", () => {
  const control = new Uint8Array(PKTINFO_BYTES).fill(0xff);
  writeSourceAddress(control, ENDS.source);
  assert.deepEqual([...control.subarray(0, 28)], [
    ...[28, 0, 0, 0, 0, 0, 0, 0], // length
    ...[0, 0, 0, 0], // IPPROTO_IP
    ...[8, 0, 0, 0], // IP_PKTINFO
    ...[0, 0, 0, 0], // any interface
    ...[192, 168, 48, 77], // source
    ...[0, 0, 0, 0],
  ]);
});

Deno.test("arpAnnouncement asks everybody for the sender's own address", () => {
  assert.deepEqual([...arpAnnouncement(Uint8Array.of(2, 0, 0, 0, 0, 9), ENDS.source)], [
    ...[0, 1, 8, 0, 6, 4, 0, 1], // Ethernet, IPv4, request
    ...[2, 0, 0, 0, 0, 9],
    ...[192, 168, 48, 77], // sender
    ...[0, 0, 0, 0, 0, 0],
    ...[192, 168, 48, 77], // target
  ]);
});

Deno.test("arpProbe asks for an address on behalf of nobody", () => {
  assert.deepEqual([...arpProbe(Uint8Array.of(2, 0, 0, 0, 0, 9), ENDS.source)], [
    ...[0, 1, 8, 0, 6, 4, 0, 1], // Ethernet, IPv4, request
    ...[2, 0, 0, 0, 0, 9],
    ...[0, 0, 0, 0], // sender
    ...[0, 0, 0, 0, 0, 0],
    ...[192, 168, 48, 77], // target
  ]);
});

Deno.test("answerArp turns a single station's question for the address into its answer, and leaves all else alone", () => {
  const asked = [
    ...[0, 1, 8, 0, 6, 4, 0, 1], // Ethernet, IPv4, request
    ...[2, 0, 0, 0, 0, 9], // who asks
    ...[192, 168, 48, 81],
    ...[0, 0, 0, 0, 0, 0],
    ...[192, 168, 48, 77], // for whom
  ];
  const at = { hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1), address: ENDS.source };
  const question = Uint8Array.from(asked);
  assert.equal(answerArp(question, at), true);
  assert.deepEqual([...question], [
    ...[0, 1, 8, 0, 6, 4, 0, 2], // answer
    ...[2, 0, 0, 0, 0, 1],
    ...[192, 168, 48, 77],
    ...[2, 0, 0, 0, 0, 9],
    ...[192, 168, 48, 81],
  ]);
  for (const octet of [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27]) {
    const other = Uint8Array.from(asked).with(octet, 99);
    assert.equal(answerArp(other, at), false, `octet ${octet}`);
    assert.deepEqual(other, Uint8Array.from(asked).with(octet, 99));
  }
  assert.equal(answerArp(Uint8Array.from(asked).with(8, 3), at), false, "a group asks");
  assert.equal(answerArp(Uint8Array.from(asked).subarray(0, 27), at), false, "it is cut off");
});

Deno.test("readArp reads who says what of themselves, and nothing but ARP for Ethernet and IPv4", () => {
  const announcement = arpAnnouncement(OWNER, ENDS.source);
  const answer = announcement.with(7, 2);
  const claim = { address: ENDS.source, mac: OWNER_MAC };
  assert.deepEqual(readArp(announcement, OWNER_MAC), { ...claim, isAnswer: false });
  assert.deepEqual(readArp(answer, OWNER_MAC), { ...claim, isAnswer: true });
  assert.equal(readArp(arpProbe(OWNER, ENDS.source), OWNER_MAC), undefined);
  assert.equal(readArp(answer.subarray(0, 27), OWNER_MAC), undefined);
  for (const at of [0, 1, 2, 3, 4, 5, 6, 7]) {
    assert.equal(readArp(answer.with(at, 99), OWNER_MAC), undefined, `octet ${at}`);
  }
});

Deno.test("T3: readArp believes nobody who calls itself otherwise than its frame does", () => {
  const answer = arpAnnouncement(OWNER, ENDS.source).with(7, 2);
  assert.equal(readArp(answer, OWNER_MAC + 1), undefined);
});

Deno.test("udpPayload reads what writeIpUdp wrote, and nothing whose lengths do not fit", () => {
  const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + 4);
  packet.set([1, 2, 3, 4], IP_UDP_HEADER_LENGTH);
  writeIpUdp(packetViews(packet), 4, ENDS);
  assert.deepEqual([...udpPayload(packet) ?? []], [1, 2, 3, 4]);
  assert.equal(udpPayload(packet.subarray(0, -1)), undefined);
  assert.equal(udpPayload(packet.with(0, 0x44)), undefined);
  assert.equal(udpPayload(packet.with(25, 7)), undefined);
  assert.equal(udpPayload(new Uint8Array(0)), undefined);
});
