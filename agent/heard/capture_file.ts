/**
 * The blocks of a capture file that Wireshark, tshark and tcpdump read.
 *
 * Source: draft-ietf-opsawg-pcapng, "PCAP Next Generation (pcapng) Capture File Format"; LINKTYPE_RAW (101), packets that begin with an
 * IP header, of <https://www.tcpdump.org/linktypes.html>.
 *
 * @module
 */

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const LINKTYPE_RAW = 101;

const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_DESCRIPTION = 3;
const OPTION_DROPPED = 5;

/** An option of a block: its code and its value. */
type BlockOption = readonly [code: number, value: Uint8Array];

/** One packet. */
interface CapturedPacket {
  /** The number of its interface: in the order in which those were described, from 0. */
  readonly interfaceId: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From its IP header on. */
  readonly packet: Uint8Array;
  /** What is to be said about it. */
  readonly comment: string;
}

/** What a file begins with. */
export function sectionBlock(): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, -1n, true);
  return block(SECTION_HEADER, body, []);
}

/** An interface, before its first packet. */
export function interfaceBlock(
  { name, description }: { readonly name: string; readonly description: string },
): Uint8Array {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setUint16(0, LINKTYPE_RAW, true);
  return block(INTERFACE_DESCRIPTION, body, [
    [OPTION_NAME, utf8(name)],
    [OPTION_DESCRIPTION, utf8(description)],
  ]);
}

/** A packet. */
export function packetBlock({ interfaceId, at, packet, comment }: CapturedPacket): Uint8Array {
  const body = new Uint8Array(20 + padded(packet.length));
  const view = new DataView(body.buffer);
  view.setUint32(0, interfaceId, true);
  setMoment(view, 4, at);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  body.set(packet, 20);
  return block(ENHANCED_PACKET, body, [[OPTION_COMMENT, utf8(comment)]]);
}

/** What is said of an interface at the end: how many packets are not in the file. */
export function statisticsBlock(
  { interfaceId, at, leftOut }: {
    readonly interfaceId: number;
    readonly at: number;
    readonly leftOut: number;
  },
): Uint8Array {
  const body = new Uint8Array(12);
  const view = new DataView(body.buffer);
  view.setUint32(0, interfaceId, true);
  setMoment(view, 4, at);
  const dropped = new Uint8Array(8);
  new DataView(dropped.buffer).setBigUint64(0, BigInt(leftOut), true);
  return block(INTERFACE_STATISTICS, body, [[OPTION_DROPPED, dropped]]);
}

/** Microseconds, in two halves. */
function setMoment(view: DataView, at: number, milliseconds: number): void {
  const microseconds = milliseconds * 1_000;
  view.setUint32(at, Math.floor(microseconds / 2 ** 32), true);
  view.setUint32(at + 4, microseconds % 2 ** 32, true);
}

function block(type: number, body: Uint8Array, options: readonly BlockOption[]): Uint8Array {
  const ofOptions = options.length === 0
    ? 0
    : options.reduce((sum, [, value]) => sum + 4 + padded(value.length), 4);
  const length = 12 + body.length + ofOptions;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}

/** Every part of a block ends at a multiple of four octets. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
