/**
 * Values of options that have no field of their own: text in, octets out.
 *
 * @module
 */
import { readIPv4, reasonNotIPv4 } from "../../net/mod.ts";
import type { CustomOptionType } from "../client_options.ts";
import { domainProblem } from "../fields/field_checks.ts";

/** How a value may be written, in the order in which messages name them. */
export const CUSTOM_OPTION_TYPES: readonly CustomOptionType[] = [
  "ipv4",
  "uint8",
  "uint16",
  "uint32",
  "int32",
  "bool",
  "text",
  "hex",
  "fqdn",
];

/**
 * The octets of a value, or a sentence about what it must be.
 *
 * @param type How it is written
 * @param text One text of it
 */
export function customOctets(type: CustomOptionType, text: string): readonly number[] | string {
  switch (type) {
    case "ipv4": {
      const address = readIPv4(text);
      if (address < 0) return `must be an IPv4 address: ${reasonNotIPv4(text)}`;
      return integerOctets(address, 4);
    }
    case "uint8":
      return readInteger(text, { octets: 1, least: 0, most: 0xff });
    case "uint16":
      return readInteger(text, { octets: 2, least: 0, most: 0xffff });
    case "uint32":
      return readInteger(text, { octets: 4, least: 0, most: 0xffffffff });
    case "int32":
      return readInteger(text, { octets: 4, least: -0x80000000, most: 0x7fffffff });
    case "bool":
      if (text === "true") return [1];
      return text === "false" ? [0] : "must be true or false";
    case "text":
      return readText(text);
    case "hex":
      return readHex(text);
    case "fqdn":
      return readName(text);
    default:
      return neverType(type);
  }
}

function neverType(type: never): string {
  return `must be of a type that is known, which ${JSON.stringify(type)} is not`;
}

function readInteger(
  text: string,
  { octets, least, most }: {
    readonly octets: number;
    readonly least: number;
    readonly most: number;
  },
): readonly number[] | string {
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return integerOctets(value, octets);
  return `must be a whole number from ${least} to ${most}`;
}

function integerOctets(value: number, octets: number): number[] {
  return Array.from({ length: octets }, (_, at) => value >>> (8 * (octets - 1 - at)) & 255);
}

/** UTF-8, without NUL (RFC 2132 section 2). */
function readText(text: string): readonly number[] | string {
  const wanted = "must be characters, none of them NUL";
  if (text === "" || text.includes("\0")) return wanted;
  try {
    return encodeURIComponent(text).match(/%..|[^%]/g)?.map((part) =>
      part.length === 1 ? part.charCodeAt(0) : parseInt(part.slice(1), 16)
    ) ?? wanted;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return wanted; // Half of a surrogate pair.
  }
}

/** Octets as pairs of digits, together or separated by colons, dashes or blanks. */
function readHex(text: string): readonly number[] | string {
  if (!/^[0-9a-f]{2}([:\- ]?[0-9a-f]{2})*$/i.test(text)) {
    return "must be octets as pairs of hexadecimal digits, such as 0a:0b";
  }
  return text.match(/[0-9a-f]{2}/gi)?.map((pair) => parseInt(pair, 16)) ?? [];
}

/** A domain name as DNS writes it, not compressed (RFC 1035 section 3.1). */
function readName(text: string): readonly number[] | string {
  const problem = domainProblem(text);
  if (problem !== undefined) return problem;
  const labels = text.replace(/\.$/, "").split(".");
  return [
    ...labels.flatMap((label) => [label.length, ...[...label].map((one) => one.charCodeAt(0))]),
    0,
  ];
}
