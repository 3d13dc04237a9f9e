/**
 * What goes below the DHCP message where the kernel does not write it: IPv4 and UDP headers with their checksums
 * (RFC 791, RFC 768), ARP (RFC 826), and the addresses of packet and internet sockets. Pure.
 *
 * @module
 */
import { IP_UDP_HEADER_LENGTH } from "../../core/dhcp/mod.ts";
import type { ArpClaim } from "../../core/neighbours/survey.ts";
import { ipv4FromBytes, macFromBytes } from "../../core/net/mod.ts";
import { Sys } from "./libc.ts";

/** Octets of `struct sockaddr_in`. */
export const SOCKADDR_IN_BYTES = 16;
/** Octets of `struct sockaddr_ll`, rounded up to keep an array of them aligned. */
export const SOCKADDR_LL_BYTES = 24;
/** Octets of a control message that carries a `struct in_pktinfo`. */
export const PKTINFO_BYTES = 32;
/** Octets of an ARP packet for Ethernet and IPv4. */
export const ARP_BYTES = 28;

const TIME_TO_LIVE = 64;
const PROTOCOL_UDP = 17;
const { AF_INET, AF_PACKET, IP_PKTINFO } = Sys;

/** Both ends of a datagram. Addresses are unsigned 32-bit numbers. */
interface Endpoints {
  readonly source: number;
  readonly sourcePort: number;
  readonly destinationAddress: number;
  readonly destinationPort: number;
}

/** The octets of a packet, and the same as words: both views begin at its first octet. */
export interface PacketViews {
  readonly bytes: Uint8Array;
  /** In this machine's order, which is the other one: the sum of a checksum does not mind (RFC 1071 section 2). */
  readonly words: Uint16Array;
}

/** The views of a packet that begins at an even place of its buffer. */
export function packetViews(bytes: Uint8Array): PacketViews {
  return { bytes, words: new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1) };
}

/**
 * Writes the IPv4 and UDP headers before a payload of `payloadBytes` that begins at {@linkcode IP_UDP_HEADER_LENGTH}.
 * The datagram may not be fragmented and needs no identification (RFC 6864).
 */
export function writeIpUdp(
  { bytes: packet, words }: PacketViews,
  payloadBytes: number,
  ends: Endpoints,
): void {
  const total = IP_UDP_HEADER_LENGTH + payloadBytes;
  const udp = total - 20;
  packet[0] = 0x45;
  packet[1] = 0;
  write16(packet, 2, total);
  write16(packet, 4, 0);
  write16(packet, 6, 0x4000);
  packet[8] = TIME_TO_LIVE;
  packet[9] = PROTOCOL_UDP;
  words[5] = 0;
  write32(packet, 12, ends.source);
  write32(packet, 16, ends.destinationAddress);
  words[5] = checksum(sumOf(words, 0, 10));
  write16(packet, 20, ends.sourcePort);
  write16(packet, 22, ends.destinationPort);
  write16(packet, 24, udp);
  words[13] = 0;
  // The pseudo header: both addresses, the protocol and the length.
  const pseudo = sumOf(words, 6, 10) + swapped(PROTOCOL_UDP) + swapped(udp);
  const odd = (total & 1) === 0 ? 0 : byte(packet, total - 1);
  // A computed checksum of zero is sent as ones (RFC 768).
  words[13] = checksum(pseudo + sumOf(words, 10, total >> 1) + odd) || 0xffff;
}

/** Writes `struct sockaddr_in`. */
export function writeInternetAddress(
  name: Uint8Array,
  { destinationAddress, destinationPort }: {
    readonly destinationAddress: number;
    readonly destinationPort: number;
  },
): void {
  name[0] = AF_INET;
  name[1] = 0;
  write16(name, 2, destinationPort);
  write32(name, 4, destinationAddress);
}

/** Writes `struct sockaddr_ll`; the hardware address, 6 octets at {@linkcode LINK_ADDRESS_OFFSET}, is the broadcast one. */
export function writeLinkAddress(
  name: Uint8Array,
  { index, protocol }: { readonly index: number; readonly protocol: number },
): void {
  name[0] = AF_PACKET;
  name[1] = 0;
  write16(name, 2, protocol);
  writeLinkIndex(name, index);
  name[11] = 6;
  name.fill(0xff, LINK_ADDRESS_OFFSET, LINK_ADDRESS_OFFSET + 6);
}

/** Writes the index of the interface into `struct sockaddr_ll`. */
export function writeLinkIndex(name: Uint8Array, index: number): void {
  name[4] = index & 0xff;
  name[5] = (index >>> 8) & 0xff;
  name[6] = (index >>> 16) & 0xff;
  name[7] = index >>> 24;
}

/** Where the hardware address is in `struct sockaddr_ll`. */
export const LINK_ADDRESS_OFFSET = 12;

/** Writes the control message that chooses the source address of a datagram (ip(7), IP_PKTINFO). */
export function writeSourceAddress(control: Uint8Array, source: number): void {
  const view = new DataView(control.buffer, control.byteOffset);
  view.setUint32(0, 28, true);
  view.setUint32(4, 0, true);
  view.setInt32(8, 0, true);
  view.setInt32(12, IP_PKTINFO, true);
  view.setInt32(16, 0, true);
  view.setUint32(20, source, false);
  view.setUint32(24, 0, false);
}

/** The Ethernet address that a packet came from, a 48-bit number: reads `struct sockaddr_ll`. */
export function readLinkSource(name: Uint8Array): number {
  return macFromBytes(name, LINK_ADDRESS_OFFSET);
}

/** Hardware type Ethernet, protocol IPv4, and the lengths of their addresses: what every ARP packet begins with here. */
const ARP_HEAD = [0, 1, 8, 0, 6, 4];
const ARP_REQUEST = 1;
const ARP_REPLY = 2;

/** An ARP announcement: a request for the sender's own address (RFC 5227 section 2.3). */
export function arpAnnouncement(
  hardwareAddress: Uint8Array,
  address: number,
): Uint8Array<ArrayBuffer> {
  const packet = arpProbe(hardwareAddress, address);
  write32(packet, 14, address);
  return packet;
}

/** An ARP probe: a request from nobody for an address, which teaches nobody anything (RFC 5227 section 2.1.1). */
export function arpProbe(hardwareAddress: Uint8Array, address: number): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(ARP_BYTES);
  packet.set([...ARP_HEAD, 0, ARP_REQUEST]);
  packet.set(hardwareAddress, 8);
  write32(packet, 24, address);
  return packet;
}

/**
 * Turns an ARP question into its answer, in place: `address` is at `hardwareAddress`. Answers whether it is one that is answered, so of a
 * single station.
 */
export function answerArp(
  packet: Uint8Array,
  { hardwareAddress, address }: {
    readonly hardwareAddress: Uint8Array;
    readonly address: number;
  },
): boolean {
  if (packet.length < ARP_BYTES || packet[6] !== 0 || packet[7] !== ARP_REQUEST) return false;
  if (ARP_HEAD.some((octet, at) => packet[at] !== octet)) return false;
  if (ipv4FromBytes(packet, 24) !== address || (byte(packet, 8) & 1) !== 0) return false;
  packet[7] = ARP_REPLY;
  packet.copyWithin(18, 8, 18);
  packet.set(hardwareAddress, 8);
  write32(packet, 14, address);
  return true;
}

/**
 * Reads an ARP packet that came from the Ethernet address `source`; `undefined` for other octets, for a question of somebody who
 * has no address, and for a sender that calls itself otherwise than its frame does: what guards the frame's source
 * (`macspoofchk`) would be worth nothing else.
 */
export function readArp(packet: Uint8Array, source: number): ArpClaim | undefined {
  if (packet.length < ARP_BYTES || packet[6] !== 0) return undefined;
  if (ARP_HEAD.some((octet, at) => packet[at] !== octet)) return undefined;
  const operation = packet[7];
  const address = ipv4FromBytes(packet, 14);
  const mac = macFromBytes(packet, 8);
  const isKnown = operation === ARP_REQUEST || operation === ARP_REPLY;
  if (!isKnown || address === 0 || mac !== source) return undefined;
  return { address, mac, isAnswer: operation === ARP_REPLY };
}

/** The payload of a UDP datagram in an IPv4 packet; `undefined` where its lengths do not fit. */
export function udpPayload(packet: Uint8Array): Uint8Array | undefined {
  const udp = (byte(packet, 0) & 0xf) * 4;
  const end = udp + ((byte(packet, udp + 4) << 8) | byte(packet, udp + 5));
  return udp < 20 || end < udp + 8 || end > packet.length
    ? undefined
    : packet.subarray(udp + 8, end);
}

function sumOf(words: Uint16Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += words[at] ?? 0;
  return sum;
}

function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}

function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}
