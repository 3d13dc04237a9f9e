/**
 * Values of options, from the texts of a configuration file.
 *
 * @module
 */
import type { CustomOptionType, StaticRoute } from "../../core/api/client_options.ts";
import { formatIPv4, ipv4FromBytes, ipv4ToBytes, readIPv4 } from "../../core/net/mod.ts";
import type { OptionForm, ValueForm } from "./standard_options.ts";

/** A value as a manifest writes it: one form, and one text or several. */
export interface OptionValue {
  readonly type: CustomOptionType;
  readonly texts: readonly string[];
  /** Why some of the texts of a list are left out, and which. */
  readonly leftOut?: readonly string[];
}

/** A value that cannot be read; the message says what is wanted. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

const NUMBERS: Readonly<
  Partial<Record<ValueForm, readonly [low: number, high: number, octets: number]>>
> = {
  uint8: [0, 0xff, 1],
  uint16: [0, 0xffff, 2],
  uint32: [0, 0xffff_ffff, 4],
  int8: [-0x80, 0x7f, 1],
  int16: [-0x8000, 0x7fff, 2],
  int32: [-0x8000_0000, 0x7fff_ffff, 4],
};
const NTP_SERVERS = 42;
/** Lists whose addresses belong together two by two. */
const PAIRS: ReadonlySet<number> = new Set([21, 33]);
const TRUE = /^(true|on|yes|1)$/i;
const FALSE = /^(false|off|no|0)$/i;

/**
 * Reads the texts of an option. Forms that a manifest does not have, and options of several forms, become octets.
 *
 * @throws {ValueError} where a text is not of its form, or there are too many or too few.
 */
export function optionValue(form: OptionForm, texts: readonly string[]): OptionValue {
  const { values, repeated } = form;
  const [only] = values;
  if (only === undefined || texts.length === 0 && only !== "hex") {
    throw new ValueError("a value is wanted");
  }
  if (!repeated && texts.length > values.length) {
    throw new ValueError(`${values.length} values are wanted, not ${texts.length}`);
  }
  if (texts.length % values.length !== 0) {
    throw new ValueError(`values in groups of ${values.length} are wanted, not ${texts.length}`);
  }
  // NTP servers may have names, which the controller resolves.
  if (form.code === NTP_SERVERS && only === "ipv4" && texts.some((text) => readIPv4(text) < 0)) {
    return { type: "fqdn", texts: texts.map((text) => valueText("fqdn", text)) };
  }
  if (values.length === 1 && repeated && isListForm(only) && !PAIRS.has(form.code)) {
    return listOf(only, texts);
  }
  const forms = texts.map((_, index) => values[index % values.length] ?? only);
  const read = texts.map((text, index) => valueText(forms[index] ?? only, text));
  if (values.length === 1 && only !== "int8" && only !== "int16" && only !== "route") {
    return { type: only, texts: read };
  }
  const octets = read.flatMap((text, index) => [...octetsOf(forms[index] ?? only, text)]);
  return { type: "hex", texts: [hexOf(octets)] };
}

/** Whether the items of a list stand for themselves. */
function isListForm(form: ValueForm): form is "ipv4" | "fqdn" {
  return form === "ipv4" || form === "fqdn";
}

/** The items of a list that can be read. */
function listOf(form: "ipv4" | "fqdn", items: readonly string[]): OptionValue {
  const texts: string[] = [];
  const leftOut: string[] = [];
  for (const item of items) {
    try {
      texts.push(valueText(form, item));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      leftOut.push(error.message);
    }
  }
  if (texts.length === 0) throw new ValueError(leftOut.join("; "));
  return { type: form, texts, ...(leftOut.length > 0 && { leftOut }) };
}

/** The texts that are the value of a form; throws where one is not. */
function valueText(form: ValueForm, text: string): string {
  const range = NUMBERS[form];
  if (range !== undefined) {
    const number = /^-?(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : NaN;
    if (!(number >= range[0] && number <= range[1])) {
      throw new ValueError(`a number from ${range[0]} to ${range[1]} is wanted: ${text}`);
    }
    return String(number);
  }
  switch (form) {
    case "ipv4":
      if (readIPv4(text) < 0) throw new ValueError(`an IPv4 address is wanted: ${text}`);
      return text;
    case "bool":
      if (TRUE.test(text)) return "true";
      if (FALSE.test(text)) return "false";
      throw new ValueError(`true or false is wanted: ${text}`);
    case "hex":
      return hexOf(hexOctets(text));
    case "route":
      return hexOf(routeOctets([routeOf(text)]));
    case "fqdn":
    case "text":
      if (text === "") throw new ValueError("a text is wanted");
      return text.replaceAll("\0", "");
    default:
      throw new ValueError(`values of the form ${form} are not known`);
  }
}

function octetsOf(form: ValueForm, text: string): Iterable<number> {
  const range = NUMBERS[form];
  if (range !== undefined) return numberOctets(Number(text), range[2]);
  switch (form) {
    case "ipv4":
      return ipv4ToBytes(readIPv4(text));
    case "bool":
      return [text === "true" ? 1 : 0];
    case "hex":
    case "route":
      return hexOctets(text);
    case "fqdn":
      return [
        ...text.replace(/\.$/, "").split(".").flatMap((label) => [label.length, ...bytesOf(label)]),
        0,
      ];
    default:
      return bytesOf(text);
  }
}

function numberOctets(number: number, octets: number): readonly number[] {
  return Array.from(
    { length: octets },
    (_, index) => Math.floor(number / 2 ** (8 * (octets - 1 - index))) & 0xff,
  );
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Octets in hexadecimal, with or without colons, spaces and `0x`. */
export function hexOctets(text: string): number[] {
  const parts = text.replace(/^0x/i, "").trim().split(/[:\s]+/).filter((part) => part !== "");
  const digits = parts.length === 1
    ? parts[0] ?? ""
    : parts.map((part) => part.padStart(2, "0")).join("");
  if (
    !/^([0-9a-f]{2})*$/i.test(digits) || parts.length > 1 && parts.some((part) => part.length > 2)
  ) {
    throw new ValueError(`octets in hexadecimal are wanted: ${text}`);
  }
  return (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}

/** As manifests write octets. */
function hexOf(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** `10.0.0.0/8 192.0.2.1`, with whatever Kea and dnsmasq write between. */
function routeOf(text: string): StaticRoute {
  const [, address = "", prefix = "", gateway = ""] =
    /^([\d.]+)\/(\d{1,2})\s*(?:[-,>\s]+)\s*([\d.]+)$/.exec(text.trim()) ?? [];
  if (readIPv4(address) < 0 || Number(prefix) > 32 || readIPv4(gateway) < 0) {
    throw new ValueError(`a subnet and its gateway are wanted: ${text}`);
  }
  return { destination: `${address}/${prefix}`, gateway };
}

function routeOctets(routes: readonly StaticRoute[]): number[] {
  return routes.flatMap(({ destination, gateway }) => {
    const [address = "", prefix = ""] = destination.split("/");
    const octets = ipv4ToBytes(readIPv4(address)).subarray(0, Math.ceil(Number(prefix) / 8));
    return [Number(prefix), ...octets, ...ipv4ToBytes(readIPv4(gateway))];
  });
}

/**
 * The routes in the octets of option 121.
 *
 * @throws {ValueError} where they are none.
 */
export function routesOf(value: OptionValue): readonly StaticRoute[] {
  const octets = Uint8Array.from(value.texts.flatMap((text) => [...octetsOf(value.type, text)]));
  const routes: StaticRoute[] = [];
  for (let at = 0; at < octets.length;) {
    const prefix = octets[at] ?? 0;
    const gatewayAt = at + 1 + Math.ceil(prefix / 8);
    if (prefix > 32 || gatewayAt + 4 > octets.length) {
      throw new ValueError("routes as RFC 3442 writes them are wanted");
    }
    const address = new Uint8Array(4);
    address.set(octets.subarray(at + 1, gatewayAt));
    routes.push({
      destination: `${formatIPv4(ipv4FromBytes(address))}/${prefix}`,
      gateway: formatIPv4(ipv4FromBytes(octets, gatewayAt)),
    });
    at = gatewayAt + 4;
  }
  return routes;
}

/** A value as one text, where the form of the option's own field is a text. */
export function textOf(value: OptionValue): string {
  if (value.type !== "hex") return value.texts.join("");
  const octets = Uint8Array.from(value.texts.flatMap(hexOctets));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets).replaceAll("\0", "");
  } catch {
    throw new ValueError("a text is wanted, not octets");
  }
}

/** A value as addresses. */
export function addressesOf(value: OptionValue): readonly string[] {
  if (value.type === "ipv4") return value.texts;
  const octets = Uint8Array.from(value.texts.flatMap((text) => [...octetsOf(value.type, text)]));
  if (octets.length === 0 || octets.length % 4 !== 0) throw new ValueError("addresses are wanted");
  return Array.from(
    { length: octets.length / 4 },
    (_, index) => formatIPv4(ipv4FromBytes(octets, index * 4)),
  );
}

/** A value as one number. */
export function numberOf(value: OptionValue): number {
  if (value.type !== "hex") return Number(value.texts[0]);
  return hexOctets(value.texts.join(":")).reduce((sum, octet) => sum * 256 + octet, 0);
}
