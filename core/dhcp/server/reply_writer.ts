import { clientIdentifier } from "../options/exchange/client_identifier.ts";
import { hostName } from "../options/exchange/host_name.ts";
import { messageText } from "../options/exchange/message_text.ts";
import { MessageType } from "../options/exchange/message_type.ts";
import { overload } from "../options/exchange/overload.ts";
import { vendorClass } from "../options/exchange/vendor_class.ts";
import { relayAgentInformation } from "../options/exchange/relay_agent_information.ts";
import { vendorInformation } from "../options/network/vendor_information.ts";
import { encodeOption } from "../options/option.ts";
import {
  BROADCAST_FLAG,
  END_OPTION,
  FILE_OFFSET,
  FIXED_LENGTH,
  HEADER_LENGTH,
  IP_UDP_HEADER_LENGTH,
  MAGIC_COOKIE,
  MINIMUM_DATAGRAM,
  MINIMUM_LENGTH,
  Op,
  OPTION_LENGTH,
  SNAME_OFFSET,
} from "../wire/constants.ts";
import { OptionPacker } from "../wire/option_packer.ts";
import type { Reply } from "./datagram.ts";
import type { BootFields } from "./boot/boot_fields.ts";
import { NO_OCTETS, type OptionRun } from "./option_run.ts";
import { extrasOf, namesEnterprise, VENDOR_SPECIFIC, writeExtras } from "./reply_extras.ts";
import type { ReplyOptions } from "./reply_options.ts";
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
  const identifier = request.clientIdentifier;
  const relay = request.relayInformation;
  const tail = echoLength(identifier) + echoLength(relay) + 1;
  const text = reply.type === MessageType.Nak ? NAK_TEXTS[reply.verdict] : undefined;
  const start = offset + HEADER_LENGTH;
  const end = offset + room - tail;
  let at = network.plain !== undefined
    ? writePlain(request, network.plain, reply, end)
    : writeOptions(request, network, reply, end);
  if (at < 0) return false;
  if (text !== undefined && at + text.length <= end) {
    bytes.set(text, at);
    at += text.length;
  }
  if (reply.type !== 0) bytes[start + 2] = reply.type; // rule 73: option 53 is the first
  at = echo(bytes, at, clientIdentifier.code, identifier); // rule 76
  at = echo(bytes, at, relayAgentInformation.code, relay); // rules 73, 77
  bytes[at++] = END_OPTION;
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

/** Writes what all clients of a network are told that list the same. Answers where the next octet goes, or -1. */
function writePlain(
  request: RequestView,
  options: ReplyOptions,
  reply: Reply,
  end: number,
): number {
  const run = runOf(request, options, reply, 0);
  let at = reply.offset + HEADER_LENGTH;
  if (at + run.length <= end) {
    at = writeRun(run, reply.bytes, at);
    if (!request.answered) return at;
    at = writeExtras(request, reply, run, options, undefined, reply.bytes, at, end);
    if (at >= 0) return at;
  }
  return packRuns(run, NO_OCTETS, extrasOf(request, reply, run, options, undefined), {
    reply,
    end,
  });
}

/** Writes options to which the client or the fixed part may have something of its own. Answers as {@linkcode writePlain}. */
function writeOptions(
  request: RequestView,
  network: ServedNetwork,
  reply: Reply,
  end: number,
): number {
  const client = network.clientOf(request);
  const options = (client?.options ?? network.options).for(request);
  const isNamed = options.enterprises.size > 0 &&
    namesEnterprise(request, options.enterprises);
  const listed = runOf(request, options, reply, isNamed ? vendorInformation.code : 0);
  const run = reply.verdict <= Verdict.Ack ? options.grant(listed, request) : listed;
  const name = run.nameIndex < 0 || client === undefined ? NO_OCTETS : client.hostName;
  if (reply.type !== MessageType.Nak) writeBoot(options.boot, run.fields, reply);
  let at = reply.offset + HEADER_LENGTH;
  if (at + run.length + name.length <= end) {
    at = name.length > 0 ? writeNamed(run, name, reply.bytes, at) : writeRun(run, reply.bytes, at);
    if (!request.answered) return at;
    at = writeExtras(request, reply, run, options, client, reply.bytes, at, end);
    if (at >= 0) return at;
  }
  return packRuns(run, name, extrasOf(request, reply, run, options, client), { reply, end });
}

/** The run of a reply; `also` is an option that is asked for otherwise than by the list. */
function runOf(
  request: RequestView,
  options: ReplyOptions,
  reply: Reply,
  also: number,
): OptionRun {
  switch (reply.verdict) {
    case Verdict.Offer:
    case Verdict.Ack:
      return options.for(request.parameterRequestList, "lease", also);
    case Verdict.InformAck:
      return options.for(request.parameterRequestList, "inform", also);
    case Verdict.BootReply:
      return options.bootp;
    default:
      return options.nak;
  }
}

function writeRun(run: OptionRun, bytes: Uint8Array, at: number): number {
  if (run.bytes.length === run.length) bytes.set(run.bytes, at);
  else copy(run.bytes, 0, bytes, at, run.length);
  return at + run.length;
}

/** Writes a run and, in its place, the client's name. */
function writeNamed(run: OptionRun, name: Uint8Array, bytes: Uint8Array, at: number): number {
  const before = run.ends[run.nameIndex] ?? 0;
  copy(run.bytes, 0, bytes, at, before);
  at += before;
  bytes.set(name, at);
  at += name.length;
  copy(run.bytes, before, bytes, at, run.length - before);
  return at + run.length - before;
}

/** Where the boot server is, and what does not go into options (rule 89). */
function writeBoot(boot: BootFields | undefined, fields: number, { bytes, offset }: Reply): void {
  if (boot === undefined) return;
  bytes.set(boot.nextServer, offset + SIADDR_OFFSET);
  if ((fields & overload.file) !== 0) bytes.set(boot.file, offset + FILE_OFFSET);
  if ((fields & overload.sname) !== 0) bytes.set(boot.sname, offset + SNAME_OFFSET);
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
/** Both fields that may hold options. */
const ALL_FIELDS = overload.file | overload.sname;
/** Where `siaddr` begins (RFC 2131 figure 1). */
const SIADDR_OFFSET = 20;

/** Octets that {@linkcode echo} writes. */
function echoLength({ length }: OptionBytes): number {
  return length + 2 * Math.ceil(length / OPTION_LENGTH);
}

// The helpers below take many parameters: an options object would be an allocation per packet.

/** Writes an option of the request as it is, in pieces if it is long; nothing if it is empty. */
function echo(bytes: Uint8Array, at: number, code: number, value: OptionBytes): number {
  for (let done = 0; done < value.length; done += OPTION_LENGTH) {
    const length = Math.min(value.length - done, OPTION_LENGTH);
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

/** Where {@linkcode packRuns} puts options: into the reply, before `end`. */
interface PackTarget {
  readonly reply: Reply;
  readonly end: number;
}

/**
 * Writes options that do not fit as they are: what the reply cannot do without first, then the rest as far as it goes,
 * with option overload where no boot data is in the way (rule 83). Off the usual path.
 *
 * @returns Where the next octet goes, or -1 if the reply cannot be made
 */
function packRuns(
  run: OptionRun,
  name: Uint8Array,
  extras: OptionRun,
  { reply, end }: PackTarget,
): number {
  const message = reply.offset;
  const start = message + HEADER_LENGTH;
  if (end - start < (reply.type === 0 ? 0 : TYPE_AND_OVERLOAD)) return -1;
  reply.bytes.fill(0, start, end); // What was written before it showed that not all fits.
  // Neither a DHCPNAK (rule 44) nor a BOOTREPLY (rule 57): to BOOTP, `file` is a file's name, whatever is in it.
  const isWhole = reply.type === MessageType.Nak || reply.type === 0;
  const free = isWhole ? 0 : ALL_FIELDS & ~run.fields;
  let tellsPxe = false;
  const packer = new OptionPacker(reply.bytes, { message, start, end, fields: free });
  for (let required = 1; required >= 0; required--) {
    for (const { bytes, ends, count, required: needs, nameIndex } of [run, extras]) {
      let from = 0;
      for (let index = 0; index < count; index++) {
        const to = ends[index] ?? from;
        const isName = index === nameIndex;
        const code = isName ? hostName.code : bytes[from] ?? 0;
        // 60 to a PXE client, without the 43 that it is beside, would lead it astray (rule 90).
        const isAstray = required === 0 && code === vendorClass.code && !tellsPxe;
        const fits = needs[index] !== required || isAstray ||
          (isName ? packer.put(name, 0, name.length) : packer.put(bytes, from, to));
        if (fits) tellsPxe ||= required === 0 && code === VENDOR_SPECIFIC;
        else if (required === 1) return -1;
        else reply.omit(code);
        from = to;
      }
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
  return encodeOption({ code: messageText.code, value });
}
