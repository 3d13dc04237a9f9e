import { AddressError } from "./address_error.ts";

const WANTED = "MAC address";
/** The two hexadecimal digits of every octet, so that formatting makes no number text anew. */
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => octet.toString(16).padStart(2, "0"),
);
const TWO_32 = 0x1_0000_0000;

/** Value of a hexadecimal digit by its character code, or -1. */
function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/**
 * Reads a MAC address in any spelling, or answers -1 where {@linkcode parseMac} throws.
 *
 * It is the form for hot loops.
 *
 * @example
 * ```ts
 * import { readMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(readMac("52:54:00:11:22:01"), 0x525400112201);
 * strictEqual(readMac("52:54:00:11:22"), -1);
 * ```
 *
 * @param text The MAC address
 * @returns The address as an unsigned 48-bit number, or -1
 */
export function readMac(text: string): number {
  return text.length === 17 && text.charCodeAt(2) !== 46 ? readPairs(text) : readLoose(text);
}

/** The usual spelling: six pairs of digits, all separated by colons or all by dashes. */
function readPairs(text: string): number {
  const separator = text.charCodeAt(2);
  if (separator !== 58 && separator !== 45) return -1;
  let high = 0;
  let low = 0;
  for (let i = 0; i < 17; i += 3) {
    const first = hexValue(text.charCodeAt(i));
    const second = hexValue(text.charCodeAt(i + 1));
    if (first < 0 || second < 0) return -1;
    if (i < 15 && text.charCodeAt(i + 2) !== separator) return -1;
    if (i < 6) high = (high << 8) | (first << 4) | second;
    else low = (low << 8) | (first << 4) | second;
  }
  return high * TWO_32 + (low >>> 0);
}

/** The rare spellings: bare, Cisco's three groups of four, octets of one digit. */
function readLoose(text: string): number {
  if (/^[0-9a-f]{12}$/i.test(text)) return parseInt(text, 16);
  if (/^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i.test(text)) return parseInt(text.replaceAll(".", ""), 16);
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$|^[0-9a-f]{1,2}(-[0-9a-f]{1,2}){5}$/i.test(text)) {
    return -1;
  }
  return text.split(/[:-]/).reduce((mac, octet) => mac * 256 + parseInt(octet, 16), 0);
}

/**
 * Parses a MAC address in any spelling in use: colons, dashes, Cisco's dots, bare; upper or lower case; octets of
 * one digit.
 *
 * @example
 * ```ts
 * import { parseMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual, throws } from "node:assert/strict";
 *
 * const spellings = ["52:54:00:0A:0b:01", "52-54-00-0a-0b-01", "5254.000a.0b01", "5254000A0B01", "52:54:0:a:b:1"];
 * for (const text of spellings) strictEqual(parseMac(text), 0x5254000a0b01);
 * throws(() => parseMac("52:54:00"), /six octets/);
 * ```
 *
 * @param text The MAC address
 * @returns The address as an unsigned 48-bit number, first octet most significant
 * @throws {AddressError} If the text is not a MAC address of six octets
 */
export function parseMac(text: string): number {
  const mac = readMac(text);
  if (mac < 0) throw new AddressError(text, { wanted: WANTED, why: "six octets wanted" });
  return mac;
}

/**
 * Says why a MAC address cannot be that of a client, or nothing if it can.
 *
 * The address of one machine is neither all zeros nor a group address (IEEE 802: the lowest bit of the first octet).
 *
 * @example
 * ```ts
 * import { parseMac, reasonNotClientMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(reasonNotClientMac(parseMac("52:54:00:11:22:01")), undefined);
 * strictEqual(reasonNotClientMac(parseMac("01:00:5e:00:00:01")), "it is a multicast address");
 * ```
 *
 * @param mac An unsigned 48-bit number
 * @returns The reason, to be put into an error
 */
export function reasonNotClientMac(mac: number): string | undefined {
  if (mac === 0) return "it is all zeros";
  if (mac === 0xffff_ffff_ffff) return "it is the broadcast address";
  return Math.floor(mac / 2 ** 40) & 1 ? "it is a multicast address" : undefined;
}

/**
 * Parses a MAC address that a client of DHCP may have: like {@linkcode parseMac}, but no group address and not all
 * zeros.
 *
 * @example
 * ```ts
 * import { formatMac, parseClientMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual, throws } from "node:assert/strict";
 *
 * strictEqual(formatMac(parseClientMac("52-54-00-11-22-01")), "52:54:00:11:22:01");
 * throws(() => parseClientMac("ff:ff:ff:ff:ff:ff"), /broadcast/);
 * ```
 *
 * @param text The MAC address, in any spelling
 * @returns The address as an unsigned 48-bit number
 * @throws {AddressError} If the text is not a MAC address, or not one that a client may have
 */
export function parseClientMac(text: string): number {
  const mac = parseMac(text);
  const why = reasonNotClientMac(mac);
  if (why !== undefined) throw new AddressError(text, { wanted: "client MAC address", why });
  return mac;
}

/**
 * Writes a MAC address in the one canonical form: lower case, two digits an octet, colons.
 *
 * @example
 * ```ts
 * import { formatMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(formatMac(0x5254000a0b01), "52:54:00:0a:0b:01");
 * ```
 *
 * @param mac An unsigned 48-bit number
 * @returns Its text
 */
export function formatMac(mac: number): string {
  const high = Math.floor(mac / TWO_32);
  const low = mac >>> 0;
  return `${HEX[(high >>> 8) & 255]}:${HEX[high & 255]}:${HEX[low >>> 24]}:${
    HEX[(low >>> 16) & 255]
  }:${HEX[(low >>> 8) & 255]}:${HEX[low & 255]}`;
}

/**
 * The canonical form of a MAC address in any spelling.
 *
 * @example
 * ```ts
 * import { normalizeMac } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(normalizeMac("CA-70-82-E6-84-6E"), "ca:70:82:e6:84:6e");
 * ```
 *
 * @param text The MAC address
 * @returns Lower case, two digits an octet, colons
 * @throws {AddressError} If the text is not a MAC address
 */
export function normalizeMac(text: string): string {
  return formatMac(parseMac(text));
}

/**
 * The six octets of a MAC address.
 *
 * @example
 * ```ts
 * import { macToBytes } from "@vm-dhcp/vm-dhcp/net";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(macToBytes(0x525400112201), new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1]));
 * ```
 *
 * @param mac An unsigned 48-bit number
 * @returns 6 octets
 */
export function macToBytes(mac: number): Uint8Array<ArrayBuffer> {
  const high = Math.floor(mac / TWO_32);
  const low = mac >>> 0;
  return new Uint8Array([high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low]);
}

/**
 * Reads a MAC address from six octets, such as the first six of `chaddr` (RFC 2131 section 2).
 *
 * @example
 * ```ts
 * import { formatMac, macFromBytes } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const chaddr = new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
 * strictEqual(formatMac(macFromBytes(chaddr)), "52:54:00:11:22:01");
 * ```
 *
 * @param bytes Where to read
 * @param offset Index of the first octet
 * @returns The address as an unsigned 48-bit number
 * @throws {AddressError} If fewer than 6 octets are left at the offset
 */
export function macFromBytes(bytes: Uint8Array, offset: number = 0): number {
  let mac = 0;
  for (let i = offset; i < offset + 6; i++) {
    const octet = bytes[i];
    if (octet === undefined) {
      throw new AddressError(String(bytes.subarray(offset)), {
        wanted: WANTED,
        why: "6 octets wanted",
      });
    }
    mac = mac * 256 + octet;
  }
  return mac;
}
