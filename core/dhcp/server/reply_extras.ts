/**
 * Options of a reply that each request answers for itself: 60, 80, 81 and 97.
 *
 * @module
 */
import { clientFqdn, FqdnFlag } from "../options/exchange/client_fqdn.ts";
import { machineIdentifier } from "../options/exchange/machine_identifier.ts";
import { MessageType } from "../options/exchange/message_type.ts";
import { rapidCommit } from "../options/exchange/rapid_commit.ts";
import { vendorClass } from "../options/exchange/vendor_class.ts";
import { OPTION_LENGTH } from "../wire/constants.ts";
import { u32 } from "../wire/octets.ts";
import { beginsWith } from "./boot/boot_rows.ts";
import type { ServedClient } from "./client_table.ts";
import type { Reply } from "./datagram.ts";
import { holds, NO_OCTETS, type OptionRun, Run } from "./option_run.ts";
import type { ReplyOptions } from "./reply_options.ts";
import type { OptionBytes } from "./request_options.ts";
import type { RequestView } from "./request_view.ts";
import { MOST_SAID } from "./boot/word_table.ts";
import { Verdict } from "./verdict.ts";

const PXE_CLIENT = octetsOf("PXEClient");
const HTTP_CLIENT = octetsOf("HTTPClient");
/** Options at most. */
const MOST = 4;
/** Before the name in option 81: flags and two response codes. */
const FQDN_HEAD = 3;
/** RCODE1 and RCODE2 of a server (RFC 4702 section 2.2). */
const RCODE = 255;

// The functions below take many parameters: an options object would be an allocation per packet.

/**
 * Writes the options that answer those of the request; none for most.
 *
 * - 80 says that the DHCPACK answers a DHCPDISCOVER (RFC 4039, rule 91).
 * - 60 comes back to firmware that boots by HTTP where its boot file is a URL, since it takes no other offer. To a PXE client
 *   it comes back only beside option 43 in `run`, which says what to do: without, it would look for a boot server on port 4011.
 * - 81 says that the server tells the DNS nothing (RFC 4702 section 4, rule 88).
 * - 97 comes back to a PXE client (RFC 4578 section 2.3, rule 90).
 *
 * @returns Where the next octet goes, or -1 if they do not fit before `end`
 */
export function writeExtras(
  request: RequestView,
  reply: Reply,
  run: OptionRun,
  options: ReplyOptions,
  client: ServedClient | undefined,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  if (reply.verdict > Verdict.InformAck) return at;
  if (reply.verdict === Verdict.Ack && request.type === MessageType.Discover) {
    at = put(bytes, at, end, rapidCommit.code, NO_OCTETS, 0, 0);
  }
  const mayBoot = request.mayBoot;
  const isPxe = mayBoot && beginsWith(request.vendorClass, PXE_CLIENT);
  if (isPxe && holds(run, VENDOR_SPECIFIC)) {
    at = put(bytes, at, end, vendorClass.code, PXE_CLIENT, 0, PXE_CLIENT.length);
  } else if (mayBoot && options.hasBootUrl && beginsWith(request.vendorClass, HTTP_CLIENT)) {
    at = put(bytes, at, end, vendorClass.code, HTTP_CLIENT, 0, HTTP_CLIENT.length);
  }
  if (reply.verdict !== Verdict.InformAck) at = putFqdn(bytes, at, end, request.clientFqdn, client);
  if (isPxe) {
    const machine = request.machineIdentifier;
    if (machine.length > 0 && machine.length <= OPTION_LENGTH) {
      at = put(
        bytes,
        at,
        end,
        machineIdentifier.code,
        machine.bytes,
        machine.offset,
        machine.length,
      );
    }
  }
  return at;
}

/** Code of vendor-specific information (RFC 2132 section 8.4), by which a PXE server says what it wants of a client. */
export const VENDOR_SPECIFIC = 43;

/** What {@linkcode writeExtras} writes beside `told`, as a run; required is what asks for nothing else. Off the usual path. */
export function extrasOf(
  request: RequestView,
  reply: Reply,
  told: OptionRun,
  options: ReplyOptions,
  client: ServedClient | undefined,
): OptionRun {
  const run = new Run({ octets: MOST * (2 + OPTION_LENGTH), options: MOST });
  const { bytes } = run;
  const end = writeExtras(request, reply, told, options, client, bytes, 0, bytes.length);
  while (run.length < end) {
    const at = run.length;
    const code = bytes[at];
    const isBeside = code === vendorClass.code && bytes[at + 2] === PXE_CLIENT[0];
    run.end(at + 2 + (bytes[at + 1] ?? 0), code === clientFqdn.code || isBeside ? 0 : 1);
  }
  return run;
}

function put(
  bytes: Uint8Array,
  at: number,
  end: number,
  code: number,
  value: Uint8Array,
  offset: number,
  length: number,
): number {
  if (at < 0 || at + 2 + length > end) return -1;
  bytes[at] = code;
  bytes[at + 1] = length;
  for (let i = 0; i < length; i++) bytes[at + 2 + i] = value[offset + i] ?? 0;
  return at + 2 + length;
}

/** The name that the client has of its own here, else the one that it sent. */
function putFqdn(
  bytes: Uint8Array,
  at: number,
  end: number,
  sent: OptionBytes,
  client: ServedClient | undefined,
): number {
  if (at < 0 || sent.length < FQDN_HEAD || sent.length > OPTION_LENGTH) return at;
  const asked = sent.bytes[sent.offset] ?? 0;
  const own = client === undefined ? NO_OCTETS : client.fqdn((asked & FqdnFlag.E) !== 0);
  const isOwn = own.length > 0 && own.length <= OPTION_LENGTH - FQDN_HEAD;
  const next = isOwn
    ? put(bytes, at + FQDN_HEAD, end, clientFqdn.code, own, 0, own.length)
    : put(bytes, at, end, clientFqdn.code, sent.bytes, sent.offset, sent.length);
  if (next < 0) return -1;
  // Only the name is right so far.
  bytes[at] = clientFqdn.code;
  bytes[at + 1] = next - at - 2;
  const refused = (asked & FqdnFlag.S) !== 0 ? FqdnFlag.O : 0;
  bytes[at + 2] = (asked & FqdnFlag.E) | FqdnFlag.N | refused;
  bytes[at + 3] = bytes[at + 4] = RCODE;
  return next;
}

/** Whether option 124 or 125 of a request names one of these enterprises, 32 bits with a sign (RFC 3925). */
export function namesEnterprise(
  request: Pick<RequestView, "vendorClasses" | "vendorInformation">,
  enterprises: ReadonlySet<number>,
): boolean {
  return hasBlock(request.vendorClasses, enterprises) ||
    hasBlock(request.vendorInformation, enterprises);
}

function hasBlock(
  { bytes, offset, length }: OptionBytes,
  enterprises: ReadonlySet<number>,
): boolean {
  let at = offset;
  for (let count = 0; count < MOST_SAID && at + 5 <= offset + length; count++) {
    const next = at + 5 + (bytes[at + 4] ?? 0);
    if (next > offset + length) return false;
    if (enterprises.has(u32(bytes, at) | 0)) return true;
    at = next;
  }
  return false;
}

function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
