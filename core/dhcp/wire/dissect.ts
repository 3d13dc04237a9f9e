/**
 * A packet as an operator reads it: every field and option by name, whatever is wrong with it.
 *
 * @module
 */
import { ARCHITECTURES } from "../../api/options/architectures.ts";
import { formatIPv4 } from "../../net/mod.ts";
import { clientArchitecture } from "../options/exchange/client_architecture.ts";
import { type ClientFqdn, clientFqdn, FqdnFlag } from "../options/exchange/client_fqdn.ts";
import { MESSAGE_TYPE_NAMES, messageType } from "../options/exchange/message_type.ts";
import { overload } from "../options/exchange/overload.ts";
import { parameterRequestList } from "../options/exchange/parameter_request_list.ts";
import {
  relayAgentInformation,
  type SubOption,
} from "../options/exchange/relay_agent_information.ts";
import { vendorClasses } from "../options/exchange/vendor_classes.ts";
import { address, addresses } from "../options/formats/address.ts";
import { octets } from "../options/formats/octets.ts";
import type { VendorBlock } from "../options/formats/vendor_blocks.ts";
import { type ClasslessRoute, routes } from "../options/network/classless_routes.ts";
import { vendorInformation } from "../options/network/vendor_information.ts";
import { optionName, relaySubOptionName } from "../options/names.ts";
import { formatOf } from "../options/table.ts";
import {
  END_OPTION,
  FILE_OFFSET,
  FIXED_LENGTH,
  HEADER_LENGTH,
  MAGIC_COOKIE,
  PAD_OPTION,
  SNAME_OFFSET,
} from "./constants.ts";
import { u16, u32 } from "./octets.ts";
import { ByteReader } from "./reader.ts";

/** What a value of the wire is shown as: `text` beside `hex` where the octets are printable. */
interface ShownOctets {
  readonly hex: string;
  readonly text?: string;
}

/** An option as it stands in a packet; one in pieces, or one that comes twice, is there as often. */
export interface DissectedOption {
  /** 1 to 254. */
  readonly code: number;
  /** What IANA or the RFC calls it. */
  readonly name: string;
  /** The value: addresses as text, times in seconds, option 53 as `discover`, option 55 as `3 routers`. Absent: see `hex`. */
  readonly value?: unknown;
  /** The octets, hexadecimal, where they are not decoded. */
  readonly hex?: string;
  /** The same as text, where all of them are printable ASCII. */
  readonly text?: string;
  /** The field that holds it where that is not the options field (option 52). */
  readonly field?: "file" | "sname";
}

/** A packet taken to pieces. Where it is too short for a field, that field and what follows are absent. */
export interface DissectedPacket {
  /** `request` (1), `reply` (2), or the number. */
  readonly op?: string | number;
  /** Hardware type; 1 is Ethernet. */
  readonly htype?: number;
  /** Octets of `chaddr` that count. */
  readonly hlen?: number;
  /** Relays passed. */
  readonly hops?: number;
  /** Transaction id, eight hexadecimal digits. */
  readonly xid?: string;
  /** Seconds since the client began. */
  readonly secs?: number;
  /** Four hexadecimal digits; 8000 asks for a broadcast. */
  readonly flags?: string;
  /** The address that the client uses. */
  readonly ciaddr?: string;
  /** The address that the client gets. */
  readonly yiaddr?: string;
  /** The next server in bootstrap. */
  readonly siaddr?: string;
  /** The relay's address. */
  readonly giaddr?: string;
  /** As many octets as `hlen` says, all 16 where it says more. */
  readonly chaddr?: string;
  /** Absent where it is empty or holds options. */
  readonly sname?: string;
  /** Absent where it is empty or holds options. */
  readonly file?: string;
  /** In the order in which they stand. */
  readonly options: readonly DissectedOption[];
  /** What is wrong with it, one sentence each; absent where nothing is. */
  readonly faults?: readonly string[];
  /** Octets of the packet. */
  readonly length: number;
  /** All of them: nothing is lost by the names above. */
  readonly hex: string;
}

/**
 * Takes a UDP payload to pieces for a log. Unlike `decode` it shows also what is malformed, as far as it can be read; it never
 * throws. An option is shown as it stands, not joined (rule 107).
 *
 * @param bytes The UDP payload
 * @returns Its fields and options, and all of its octets
 */
export function dissect(bytes: Uint8Array): DissectedPacket {
  const faults: string[] = [];
  const options = optionsOf(bytes, faults);
  return {
    ...fieldsOf(bytes, options.inFields),
    options: options.all,
    ...(faults.length === 0 ? {} : { faults }),
    length: bytes.length,
    hex: hexOf(bytes),
  };
}

function fieldsOf(bytes: Uint8Array, inFields: number): Partial<DissectedPacket> {
  if (bytes.length < FIXED_LENGTH) return {};
  const hlen = bytes[2] ?? 0;
  const op = bytes[0] ?? 0;
  const sname = inFields & overload.sname ? "" : textField(bytes, SNAME_OFFSET, FILE_OFFSET);
  const file = inFields & overload.file ? "" : textField(bytes, FILE_OFFSET, FIXED_LENGTH);
  return {
    op: op === 1 ? "request" : op === 2 ? "reply" : op,
    htype: bytes[1] ?? 0,
    hlen,
    hops: bytes[3] ?? 0,
    xid: hexOf(bytes.subarray(4, 8)),
    secs: u16(bytes, 8),
    flags: hexOf(bytes.subarray(10, 12)),
    ciaddr: formatIPv4(u32(bytes, 12)),
    yiaddr: formatIPv4(u32(bytes, 16)),
    siaddr: formatIPv4(u32(bytes, 20)),
    giaddr: formatIPv4(u32(bytes, 24)),
    chaddr: hexOf(bytes.subarray(28, 28 + Math.min(hlen, 16))).replace(/..(?!$)/g, "$&:"),
    ...(sname === "" ? {} : { sname }),
    ...(file === "" ? {} : { file }),
  };
}

interface Options {
  readonly all: readonly DissectedOption[];
  /** Value of option 52. */
  readonly inFields: number;
}

function optionsOf(bytes: Uint8Array, faults: string[]): Options {
  if (bytes.length < HEADER_LENGTH) {
    faults.push(`It has ${bytes.length} octets, a DHCP message has at least ${HEADER_LENGTH}`);
    return { all: [], inFields: 0 };
  }
  if (u32(bytes, FIXED_LENGTH) !== MAGIC_COOKIE) {
    faults.push(`There is no magic cookie: ${hexOf(bytes.subarray(FIXED_LENGTH, HEADER_LENGTH))}`);
    return { all: [], inFields: 0 };
  }
  const all = readField(bytes.subarray(HEADER_LENGTH), { name: "options", faults });
  const first = all.find(({ code }) => code === overload.code)?.value;
  const inFields = typeof first === "number" ? first : 0;
  if (inFields & overload.file) {
    all.push(...readField(bytes.subarray(FILE_OFFSET, FIXED_LENGTH), { name: "file", faults }));
  }
  if (inFields & overload.sname) {
    all.push(...readField(bytes.subarray(SNAME_OFFSET, FILE_OFFSET), { name: "sname", faults }));
  }
  return { all, inFields };
}

function readField(
  field: Uint8Array,
  { name, faults }: {
    readonly name: "options" | "file" | "sname";
    readonly faults: string[];
  },
): DissectedOption[] {
  const options: DissectedOption[] = [];
  let at = 0;
  while (at < field.length) {
    const code = field[at++] ?? END_OPTION;
    if (code === END_OPTION) return options;
    if (code === PAD_OPTION) continue;
    const length = field[at++] ?? 0;
    const value = field.subarray(at, at + length);
    if (at > field.length || value.length < length) {
      faults.push(`Option ${code} runs past the end of the field ${name}`);
    }
    options.push({
      code,
      name: optionName(code),
      ...shown(code, value),
      ...(name === "options" ? {} : { field: name }),
    });
    at += length;
  }
  return options;
}

function shown(code: number, value: Uint8Array): Pick<DissectedOption, "value" | "hex" | "text"> {
  if (code === overload.code && value.length === 1) return { value: value[0] };
  const format = formatOf(code);
  if (format === octets) return shownOctets(value);
  try {
    return { value: readable(code, format.decode(new ByteReader(value, { field: "value" }))) };
  } catch {
    return shownOctets(value); // Also one piece of several.
  }
}

function readable(code: number, value: unknown): unknown {
  const format = formatOf(code);
  if (format === addresses) return (value as readonly number[]).map(formatIPv4);
  if (format === address) return formatIPv4(value as number);
  if (format === routes) return (value as readonly ClasslessRoute[]).map(routeText);
  switch (code) {
    case messageType.code:
      return MESSAGE_TYPE_NAMES[value as number] ?? value;
    case parameterRequestList.code:
      return (value as readonly number[]).map((wanted) => `${wanted} ${optionName(wanted)}`);
    case clientArchitecture.code:
      return (value as readonly number[]).map(architectureText);
    case clientFqdn.code:
      return fqdnText(value as ClientFqdn);
    case vendorClasses.code:
    case vendorInformation.code:
      return (value as readonly VendorBlock[]).map(({ enterprise, data }) => ({
        enterprise,
        ...shownOctets(data),
      }));
    case relayAgentInformation.code:
      return (value as readonly SubOption[]).map((subOption) => ({
        code: subOption.code,
        name: relaySubOptionName(subOption.code),
        ...shownOctets(subOption.value),
      }));
    default:
      return value;
  }
}

/** Such as `10.0.0.0/8 via 192.168.48.1`. */
function routeText({ destination, prefix, gateway }: ClasslessRoute): string {
  return `${formatIPv4(destination)}/${prefix} via ${formatIPv4(gateway)}`;
}

/** Such as `7 x64-uefi`. */
function architectureText(number: number): string {
  const named = Object.entries(ARCHITECTURES).find(([, each]) => each === number);
  return named === undefined ? String(number) : `${number} ${named[0]}`;
}

/** The flags by their letters, and the name as text. */
function fqdnText({ flags, rcodes, name }: ClientFqdn): object {
  const letters = Object.entries(FqdnFlag).filter(([, bit]) => flags & bit).map(([one]) => one);
  const shown = flags & FqdnFlag.E ? dnsText(name) : shownOctets(name).text;
  return {
    flags: letters.join(""),
    rcodes,
    ...(shown === undefined ? shownOctets(name) : { name: shown }),
  };
}

/** A name that stands as labels, each after its length; nothing where it does not. */
function dnsText(name: Uint8Array): string | undefined {
  const labels: string[] = [];
  for (let at = 0; at < name.length; at += 1 + (name[at] ?? 0)) {
    const label = name.subarray(at + 1, at + 1 + (name[at] ?? 0));
    if (label.length < (name[at] ?? 0)) return undefined;
    labels.push(String.fromCharCode(...label));
  }
  const text = labels.join(".");
  return /^[ -~]*$/.test(text) ? text : undefined;
}

function shownOctets(value: Uint8Array): ShownOctets {
  const text = String.fromCharCode(...value);
  return { hex: hexOf(value), ...(/^[ -~]+$/.test(text) ? { text } : {}) };
}

/** The text of a fixed field, up to its first NUL. */
function textField(bytes: Uint8Array, start: number, end: number): string {
  const field = bytes.subarray(start, end);
  const length = field.indexOf(0);
  return String.fromCharCode(...(length < 0 ? field : field.subarray(0, length)));
}

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const octet of bytes) hex += octet.toString(16).padStart(2, "0");
  return hex;
}
