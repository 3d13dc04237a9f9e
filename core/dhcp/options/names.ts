/**
 * What options are called, also those that the server does not know: for the eyes of an operator.
 *
 * @module
 */
import { overload } from "./exchange/overload.ts";
import { DHCP_OPTIONS } from "./table.ts";

/** IANA "BOOTP Vendor Extensions and DHCP Options", and what is in wide use without being registered. */
const REGISTERED: Readonly<Record<number, string>> = {
  2: "time offset",
  4: "time servers",
  5: "IEN 116 name servers",
  7: "log servers",
  8: "quotes servers",
  9: "LPR servers",
  10: "impress servers",
  11: "resource location servers",
  13: "boot file size",
  14: "merit dump file",
  16: "swap server",
  17: "root path",
  18: "extensions path",
  19: "IP forwarding",
  20: "non-local source routing",
  21: "policy filter",
  22: "maximum datagram reassembly size",
  23: "default IP time to live",
  24: "path MTU aging timeout",
  25: "path MTU plateau table",
  27: "all subnets are local",
  29: "perform mask discovery",
  30: "mask supplier",
  31: "perform router discovery",
  32: "router solicitation address",
  33: "static routes",
  34: "trailer encapsulation",
  35: "ARP cache timeout",
  36: "Ethernet encapsulation",
  37: "TCP default time to live",
  38: "TCP keepalive interval",
  39: "TCP keepalive garbage",
  40: "NIS domain",
  41: "NIS servers",
  43: "vendor-specific information",
  44: "NetBIOS name servers",
  45: "NetBIOS datagram distribution servers",
  46: "NetBIOS node type",
  47: "NetBIOS scope",
  48: "X Window font servers",
  49: "X Window display managers",
  62: "NetWare/IP domain",
  63: "NetWare/IP information",
  64: "NIS+ domain",
  65: "NIS+ servers",
  68: "mobile IP home agents",
  69: "SMTP servers",
  70: "POP3 servers",
  71: "NNTP servers",
  72: "WWW servers",
  73: "finger servers",
  74: "IRC servers",
  75: "StreetTalk servers",
  76: "StreetTalk directory assistance servers",
  78: "directory agents",
  79: "service scope",
  83: "iSNS",
  85: "NDS servers",
  86: "NDS tree name",
  87: "NDS context",
  88: "BCMCS domains",
  89: "BCMCS addresses",
  90: "authentication",
  91: "client last transaction time",
  92: "associated addresses",
  94: "client network interface",
  95: "LDAP",
  98: "user authentication",
  99: "civic location",
  109: "DHCP 4o6 source address",
  112: "NetInfo addresses",
  113: "NetInfo tag",
  116: "auto-configuration",
  117: "name service search",
  118: "subnet selection",
  120: "SIP servers",
  122: "CableLabs client configuration",
  123: "coordinate location",
  136: "PANA agents",
  137: "LoST server",
  138: "CAPWAP access controllers",
  139: "MoS addresses",
  140: "MoS domains",
  141: "SIP user agent domains",
  142: "ANDSF addresses",
  143: "SZTP redirect",
  144: "geospatial location",
  145: "forcerenew nonce capable",
  146: "RDNSS selection",
  147: "DOTS agent name",
  148: "DOTS agent addresses",
  150: "TFTP server addresses",
  151: "status code",
  152: "base time",
  153: "start time of state",
  154: "query start time",
  155: "query end time",
  156: "DHCP state",
  157: "data source",
  158: "PCP servers",
  159: "port parameters",
  161: "MUD URL",
  162: "encrypted DNS servers",
  175: "Etherboot",
  208: "PXELINUX magic",
  209: "PXELINUX configuration file",
  210: "PXELINUX path prefix",
  211: "PXELINUX reboot time",
  212: "6rd",
  213: "access network domain",
  220: "subnet allocation",
  221: "virtual subnet selection",
};

/** IANA "DHCP Relay Agent Sub-Option Codes": what option 82 is made of. */
const RELAY: Readonly<Record<number, string>> = {
  1: "circuit id",
  2: "remote id",
  4: "DOCSIS device class",
  5: "link selection",
  6: "subscriber id",
  7: "RADIUS attributes",
  8: "authentication",
  9: "vendor-specific information",
  10: "relay agent flags",
  11: "server identifier override",
  12: "relay agent identifier",
  13: "access technology type",
  14: "access network name",
  15: "access point name",
  16: "access point BSSID",
  17: "operator identifier",
  18: "operator realm",
  19: "relay source port",
  151: "virtual subnet selection",
  152: "virtual subnet selection control",
};

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(REGISTERED).map(([code, name]) => [Number(code), name] as const),
  ...[...DHCP_OPTIONS, overload].map(({ code, name }) => [code, name] as const),
]);

/**
 * What an option is called (IANA "BOOTP Vendor Extensions and DHCP Options"); `unassigned` where nobody gave it a name.
 *
 * @example
 * ```ts
 * import { optionName } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(optionName(121), "classless static routes");
 * strictEqual(optionName(84), "unassigned");
 * ```
 */
export function optionName(code: number): string {
  return NAMES.get(code) ?? (code >= 224 ? "private use" : "unassigned");
}

/** What a sub-option of option 82 is called, such as `circuit id`. */
export function relaySubOptionName(code: number): string {
  return RELAY[code] ?? "unassigned";
}
