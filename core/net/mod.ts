/**
 * IPv4 addresses, subnets and ranges, and MAC addresses.
 *
 * Inside the program an address is a number (unsigned, 32 bits for IPv4, 48 for a MAC address); text is read once at
 * the edge and written once at the edge. IPv4 text is four-part decimal only.
 *
 * @example
 * ```ts
 * import { cidrContains, normalizeMac, parseCidr, parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(cidrContains(parseCidr("192.168.48.0/24"), parseIPv4("192.168.48.81")), true);
 * strictEqual(normalizeMac("5254.0011.2201"), "52:54:00:11:22:01");
 * ```
 *
 * @module
 */
export * from "./address_error.ts";
export * from "./cidr.ts";
export * from "./ipv4.ts";
export * from "./mac.ts";
export * from "./range.ts";
