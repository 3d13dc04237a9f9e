/**
 * Frames that carry DHCP, made and read.
 *
 * @module
 */
import { packetViews, writeIpUdp } from "../../agent/ffi/frames.ts";
import {
  decode,
  type DhcpMessage,
  type DhcpMessageInit,
  encode,
  IP_UDP_HEADER_LENGTH,
} from "../../core/dhcp/mod.ts";
import {
  formatIPv4,
  formatMac,
  ipv4FromBytes,
  ipv4ToBytes,
  macFromBytes,
  macToBytes,
  parseIPv4,
  parseMac,
} from "../../core/net/mod.ts";

/** Octets of an Ethernet header. */
const ETHERNET_BYTES = 14;
const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
const ARP = 0x0806;
const IPV4 = 0x0800;

/** Where a frame goes and comes from. What is left out is a client's without an address. */
export interface Envelope {
  readonly sourceMac: string;
  readonly destinationMac?: string;
  readonly source?: string;
  readonly sourcePort?: number;
  readonly destination?: string;
  readonly destinationPort?: number;
}

/** A frame with a UDP datagram. */
export function udpFrame(envelope: Envelope, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(ETHERNET_BYTES + IP_UDP_HEADER_LENGTH + payload.length);
  frame.set(macToBytes(parseMac(envelope.destinationMac ?? BROADCAST_MAC)));
  frame.set(macToBytes(parseMac(envelope.sourceMac)), 6);
  frame.set([IPV4 >> 8, IPV4 & 0xff], 12);
  frame.set(payload, ETHERNET_BYTES + IP_UDP_HEADER_LENGTH);
  writeIpUdp(packetViews(frame.subarray(ETHERNET_BYTES)), payload.length, {
    source: parseIPv4(envelope.source ?? "0.0.0.0"),
    sourcePort: envelope.sourcePort ?? 68,
    destinationAddress: parseIPv4(envelope.destination ?? "255.255.255.255"),
    destinationPort: envelope.destinationPort ?? 67,
  });
  return frame;
}

/** A frame with a message of a client. `chaddr` is the sender's, unless the message says another. */
export function dhcpFrame(
  envelope: Envelope,
  message: Partial<DhcpMessageInit> & Pick<DhcpMessageInit, "options">,
): Uint8Array<ArrayBuffer> {
  const chaddr = macToBytes(parseMac(envelope.sourceMac));
  return udpFrame(envelope, encode({ op: 1, xid: 1, chaddr, ...message }));
}

/** An ARP answer. */
export function arpReply(
  from: { readonly mac: string; readonly address: string },
  to: ArpPacket,
): Uint8Array {
  const frame = new Uint8Array(ETHERNET_BYTES + 28);
  frame.set(macToBytes(parseMac(to.senderMac)));
  frame.set(macToBytes(parseMac(from.mac)), 6);
  frame.set([8, 6, 0, 1, 8, 0, 6, 4, 0, 2], 12);
  frame.set(macToBytes(parseMac(from.mac)), 22);
  new DataView(frame.buffer).setUint32(28, parseIPv4(from.address));
  frame.set(macToBytes(parseMac(to.senderMac)), 32);
  new DataView(frame.buffer).setUint32(38, parseIPv4(to.senderAddress));
  return frame;
}

/** A frame that asks everybody by ARP who has an address. */
export function arpQuestion(
  { senderMac, senderAddress, targetAddress }: Omit<ArpPacket, "operation">,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(ETHERNET_BYTES + 28);
  const sender = macToBytes(parseMac(senderMac));
  frame.set(macToBytes(parseMac(BROADCAST_MAC)));
  frame.set(sender, 6);
  frame.set([ARP >> 8, ARP & 0xff, 0, 1, 8, 0, 6, 4, 0, 1], 12);
  frame.set(sender, 22);
  frame.set(ipv4ToBytes(parseIPv4(senderAddress)), 28);
  frame.set(ipv4ToBytes(parseIPv4(targetAddress)), 38);
  return frame;
}

/** An ARP packet that was received. */
export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: string;
  readonly senderAddress: string;
  readonly targetAddress: string;
}

/** Reads an ARP packet; `undefined` for any other frame. */
export function readArp(frame: Uint8Array): ArpPacket | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < ETHERNET_BYTES + 28 || view.getUint16(12) !== ARP) return undefined;
  return {
    operation: view.getUint16(20),
    senderMac: formatMac(macFromBytes(frame, 22)),
    senderAddress: formatIPv4(ipv4FromBytes(frame, 28)),
    targetAddress: formatIPv4(ipv4FromBytes(frame, 38)),
  };
}

/** A DHCP reply as it was on the wire. */
export interface ReplyPacket {
  readonly destinationMac: string;
  readonly sourceMac: string;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly timeToLive: number;
  /** Octets of the UDP payload. */
  readonly payloadBytes: number;
  /** Whether the checksums of both headers are right. The kernel leaves UDP's to the card where it may. */
  readonly ipChecksum: boolean;
  readonly udpChecksum: boolean;
  readonly message: DhcpMessage;
  /** All of it. */
  readonly frame: Uint8Array;
}

/** Reads a datagram from a DHCP server; `undefined` for any other frame. */
export function readReply(frame: Uint8Array): ReplyPacket | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < ETHERNET_BYTES + IP_UDP_HEADER_LENGTH || view.getUint16(12) !== IPV4) {
    return undefined;
  }
  const ip = ETHERNET_BYTES;
  const udp = ip + (view.getUint8(ip) & 0xf) * 4;
  if (view.getUint8(ip + 9) !== 17) return undefined;
  const payload = frame.subarray(udp + 8, udp + view.getUint16(udp + 4));
  if (payload[0] !== 2) return undefined;
  const total = view.getUint16(ip + 2);
  const pseudo = sum(view, ip + 12, ip + 20) + 17 + view.getUint16(udp + 4);
  return {
    destinationMac: formatMac(macFromBytes(frame, 0)),
    sourceMac: formatMac(macFromBytes(frame, 6)),
    source: formatIPv4(ipv4FromBytes(frame, ip + 12)),
    destination: formatIPv4(ipv4FromBytes(frame, ip + 16)),
    sourcePort: view.getUint16(udp),
    destinationPort: view.getUint16(udp + 2),
    timeToLive: view.getUint8(ip + 8),
    payloadBytes: payload.length,
    ipChecksum: fold(sum(view, ip, udp)) === 0xffff,
    udpChecksum: fold(pseudo + sum(view, udp, ip + total)) === 0xffff,
    message: decode(payload),
    frame,
  };
}

function sum(view: DataView, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 2) {
    total += at + 1 < to ? view.getUint16(at) : view.getUint8(at) << 8;
  }
  return total;
}

function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}
