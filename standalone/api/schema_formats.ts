/**
 * The formats of texts that the API server checks and that occur in CustomResourceDefinitions here.
 *
 * @module
 */
import { isIP, isIPv4, isIPv6 } from "node:net";

const MAC = /^(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/;
const DATE_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: isLooseIpv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: (text) => MAC.test(text),
  "date-time": (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
  uuid: (text) => UUID.test(text),
};

/** Whether a text has a format. A format that is not known holds for any text. */
export function hasFormat(text: string, format: string): boolean {
  return CHECKS[format]?.(text) ?? true;
}

/** As lenient as the API server: leading zeros are read as decimal, an IPv6 address with an IPv4 tail counts. */
function isLooseIpv4(text: string): boolean {
  if (isIPv6(text)) return text.includes(".");
  return /^[\d.]*$/.test(text) && isIPv4(text.replaceAll(/(^|\.)0+(?=\d)/g, "$1"));
}

function isCidr(text: string): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (match === null) return false;
  const [, address = "", length] = match;
  const family = isIP(address);
  return family !== 0 && Number(length) <= (family === 4 ? 32 : 128);
}
