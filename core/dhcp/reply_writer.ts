import {
  BROADCAST_FLAG,
  FIXED_LENGTH,
  HEADER_LENGTH,
  IP_UDP_HEADER_LENGTH,
  MAGIC_COOKIE,
  MessageType,
  MINIMUM_DATAGRAM,
  MINIMUM_LENGTH,
  Op,
  OptionCode,
} from "./constants.ts";
import type { Reply } from "./datagram.ts";
import { encodeOption } from "./options/option.ts";
import { OptionPacker } from "./option_packer.ts";
import type { OptionRun } from "./reply_options.ts";
import type { OptionBytes } from "./request_options.ts";
import type { RequestView } from "./request_view.ts";
import type { ServedNetwork } from "./served_network.ts";
import { Verdict } from "./verdict.ts";

/**
 * Writes the reply that was decided: a header made from the request's, the ready options, the echoes of 61 and 82.
 * `reply` has `verdict`, `type`, `ciaddr` and `lease`; its `length` and `omitted` are set.
 *
 * @returns False if the reply has no room, and is not to be sent
 */
export function writeReply(request: RequestView, network: ServedNetwork, reply: Reply): boolean {
  const room = roomFor(request, network, reply);
  if (room < MINIMUM_LENGTH) return false;
  const { bytes, offset } = reply;
  bytes.fill(0, offset, offset + MINIMUM_LENGTH);
  writeHeader(request, reply);
  const client = request.clientIdentifier;
  const relay = request.relayInformation;
  const tail = echoLength(client) + echoLength(relay) + 1;
  const text = reply.type === MessageType.Nak ? NAK_TEXTS[reply.verdict] : undefined;
  const run = runOf(request, network, reply);
  const start = offset + HEADER_LENGTH;
  const end = offset + room - tail;
  let at = start;
  if (start + run.bytes.length <= end) {
    bytes.set(run.bytes, at);
    at += run.bytes.length;
  } else {
    if (end - start < TYPE_AND_OVERLOAD) return false;
    at = packRun(run, { message: offset, start, end, reply });
    if (at < 0) return false;
  }
  if (text !== undefined && at + text.length <= end) {
    bytes.set(text, at);
    at += text.length;
  }
  if (reply.type !== 0) bytes[start + 2] = reply.type; // rule 73: option 53 is the first
  at = echo(bytes, at, OptionCode.ClientIdentifier, client); // rule 76
  at = echo(bytes, at, OptionCode.RelayAgentInformation, relay); // rules 73, 77
  bytes[at++] = OptionCode.End;
  reply.length = Math.max(at - offset, MINIMUM_LENGTH); // rule 65: zeros follow END
  return true;
}

/** Octets that the reply may have: what the client takes (rules 66, 67), the interface and the buffer. */
function roomFor(request: RequestView, network: ServedNetwork, reply: Reply): number {
  const buffer = Math.min(reply.capacity, reply.bytes.length - reply.offset);
  if (reply.type === 0) return Math.min(buffer, MINIMUM_LENGTH); // BOOTP, rule 57
  const accepted = Math.max(request.maximumMessageSize, MINIMUM_DATAGRAM);
  return Math.min(buffer, Math.min(accepted, network.mtu) - IP_UDP_HEADER_LENGTH);
}

function runOf(request: RequestView, network: ServedNetwork, reply: Reply): OptionRun {
  switch (reply.verdict) {
    case Verdict.Offer:
    case Verdict.Ack:
      return network.runsFor(request.parameterRequestList).lease;
    case Verdict.InformAck:
      return network.runsFor(request.parameterRequestList).inform;
    case Verdict.BootReply:
      return network.options.bootp;
    default:
      return network.options.nak;
  }
}

/** The fixed part (RFC 2131 table 3); the fields that are not written are 0. */
function writeHeader(request: RequestView, reply: Reply): void {
  const { bytes, offset } = reply;
  const from = request.bytes;
  const at = request.offset;
  const isNak = reply.type === MessageType.Nak;
  bytes[offset] = Op.Reply;
  bytes[offset + 1] = request.htype;
  bytes[offset + 2] = request.hlen;
  copy(from, at + 4, bytes, offset + 4, 4); // xid, rule 13
  const forced = isNak && request.giaddr !== 0 ? BROADCAST_FLAG : 0; // rule 46
  bytes[offset + 10] = (request.flags | forced) >>> 8; // rule 63
  bytes[offset + 11] = request.flags;
  writeU32(bytes, offset + 12, reply.ciaddr);
  const leased = !isNak && reply.verdict !== Verdict.InformAck; // rules 44, 54
  writeU32(bytes, offset + 16, leased ? reply.lease : 0);
  copy(from, at + 24, bytes, offset + 24, 20); // giaddr, chaddr
  writeU32(bytes, offset + FIXED_LENGTH, MAGIC_COOKIE);
}

/** Octets of the two options that are in the options field whatever else is not: 53 and 52. */
const TYPE_AND_OVERLOAD = 6;

/** Octets of one piece of an option, at most (RFC 3396 section 5). */
const PIECE = 255;

/** Octets that {@linkcode echo} writes. */
function echoLength({ length }: OptionBytes): number {
  return length + 2 * Math.ceil(length / PIECE);
}

// The helpers below take many parameters: an options object would be an allocation per packet.

/** Writes an option of the request as it is, in pieces if it is long; nothing if it is empty. */
function echo(bytes: Uint8Array, at: number, code: number, value: OptionBytes): number {
  for (let done = 0; done < value.length; done += PIECE) {
    const length = Math.min(value.length - done, PIECE);
    bytes[at] = code;
    bytes[at + 1] = length;
    copy(value.bytes, value.offset + done, bytes, at + 2, length);
    at += 2 + length;
  }
  return at;
}

function copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number) {
  for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i] ?? 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Where {@linkcode packRun} puts options. */
interface PackTarget {
  readonly message: number;
  readonly start: number;
  readonly end: number;
  readonly reply: Reply;
}

/**
 * Writes a run that does not fit as it is: what the reply cannot do without first, then the rest as far as it goes,
 * with option overload (rule 83). Off the usual path.
 *
 * @returns Where the next octet goes, or -1 if the reply cannot be made
 */
function packRun(run: OptionRun, { message, start, end, reply }: PackTarget): number {
  const packer = new OptionPacker(reply.bytes, { message, start, end, overload: true });
  for (const pass of [true, false]) {
    let from = 0;
    for (const [index, to] of run.ends.entries()) {
      if (run.required[index] === pass && !packer.put(run.bytes, from, to)) {
        if (pass) return -1;
        reply.omitted++;
      }
      from = to;
    }
  }
  return packer.finish();
}

/** Option 56 of each DHCPNAK, for whoever reads a packet dump. */
const NAK_TEXTS: readonly (Uint8Array | undefined)[] = nakTexts();

function nakTexts(): (Uint8Array | undefined)[] {
  const texts: (Uint8Array | undefined)[] = [];
  texts[Verdict.NakNoLease] = nakText("no lease for this client");
  texts[Verdict.NakWrongAddress] = nakText("not the address of this client");
  texts[Verdict.NakWrongNetwork] = nakText("not an address of this network");
  texts[Verdict.NakNoAddress] = nakText("no requested address");
  texts[Verdict.NakHeld] = nakText("address held because of a conflict");
  return texts;
}

function nakText(value: string): Uint8Array {
  return encodeOption({ code: OptionCode.Message, value });
}
