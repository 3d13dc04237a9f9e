/**
 * What goes below the DHCP message where the kernel does not write it: IPv4 and UDP headers with their checksums
 * (RFC 791, RFC 768), ARP (RFC 826), and the addresses of packet and internet sockets. Pure.
 *
 * @module
 */

/** Octets of an IPv4 header without options and of a UDP header. */
export const IP_UDP_BYTES = 28;
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
const AF_INET = 2;
const AF_PACKET = 17;
const IP_PKTINFO = 8;

/** Both ends of a datagram. Addresses are unsigned 32-bit numbers. */
export interface Endpoints {
  readonly source: number;
  readonly sourcePort: number;
  readonly destinationAddress: number;
  readonly destinationPort: number;
}

/**
 * Writes the IPv4 and UDP headers before a payload of `payloadBytes` that begins at {@linkcode IP_UDP_BYTES}.
 * The datagram may not be fragmented and needs no identification (RFC 6864).
 */
export function writeIpUdp(packet: Uint8Array, payloadBytes: number, ends: Endpoints): void {
  const total = IP_UDP_BYTES + payloadBytes;
  const udp = total - 20;
  packet[0] = 0x45;
  packet[1] = 0;
  write16(packet, 2, total);
  write16(packet, 4, 0);
  write16(packet, 6, 0x4000);
  packet[8] = TIME_TO_LIVE;
  packet[9] = PROTOCOL_UDP;
  write16(packet, 10, 0);
  write32(packet, 12, ends.source);
  write32(packet, 16, ends.destinationAddress);
  write16(packet, 10, checksum(sum16(packet, 0, 20)));
  write16(packet, 20, ends.sourcePort);
  write16(packet, 22, ends.destinationPort);
  write16(packet, 24, udp);
  write16(packet, 26, 0);
  // The pseudo header: both addresses, the protocol and the length.
  const pseudo = sum16(packet, 12, 20) + PROTOCOL_UDP + udp;
  // A computed checksum of zero is sent as ones (RFC 768).
  write16(packet, 26, checksum(pseudo + sum16(packet, 20, total)) || 0xffff);
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
  new DataView(name.buffer, name.byteOffset).setInt32(4, index, true);
  name[11] = 6;
  name.fill(0xff, LINK_ADDRESS_OFFSET, LINK_ADDRESS_OFFSET + 6);
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

/** Which interface a packet came in by: reads `struct sockaddr_ll`. */
export function readLinkIndex(name: Uint8Array): number {
  return new DataView(name.buffer, name.byteOffset).getInt32(4, true);
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

/** What an ARP reply says. */
export interface ArpReply {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Who has it: 6 octets. */
  readonly hardwareAddress: Uint8Array;
}

/** Reads an ARP reply; `undefined` for any other octets. */
export function readArpReply(packet: Uint8Array): ArpReply | undefined {
  if (packet.length < ARP_BYTES || packet[6] !== 0 || packet[7] !== ARP_REPLY) return undefined;
  if (ARP_HEAD.some((octet, at) => packet[at] !== octet)) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset);
  return { address: view.getUint32(14, false), hardwareAddress: packet.slice(8, 14) };
}

function sum16(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < to; at += 2) sum += (byte(bytes, at) << 8) | byte(bytes, at + 1);
  if (at < to) sum += byte(bytes, at) << 8;
  return sum;
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
