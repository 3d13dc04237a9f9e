/**
 * Ranges and machines as `dhcp-range` and `dhcp-host` say them.
 *
 * @module
 */
import {
  type AddressRange,
  type Cidr,
  cidrContains,
  formatIPv4,
  makeCidr,
  readIPv4,
  readMac,
} from "../../core/net/mod.ts";
import { leaseTimeOf, secondsOf } from "./dnsmasq_options.ts";
import type { Part } from "./parse_dnsmasq.ts";

/** A range. */
export interface DnsmasqRange {
  readonly cidr: Cidr;
  /** Whether the subnet is a guess: the file leaves it to the interface. */
  readonly isGuess: boolean;
  /** `undefined`: only known machines get an address. */
  readonly range: AddressRange | undefined;
  readonly broadcast: string | undefined;
  readonly leaseTime: number | undefined;
}

/** Reads a range; the text of what is wrong where it cannot be one. */
export function rangeOf(parts: readonly Part[]): DnsmasqRange | string {
  const [first = "", ...rest] = parts.map(({ text }) => text);
  const start = readIPv4(first);
  if (start < 0) return first.includes(":") ? "it is of IPv6" : "an IPv4 address is wanted first";
  const words = rest.filter((text) => readIPv4(text) < 0);
  const [next, ...others] = rest.filter((text) => readIPv4(text) >= 0);
  if (words.includes("proxy")) {
    return "the other server gives the addresses; nothing stands beside one here";
  }
  const isMask = next !== undefined && maskPrefix(readIPv4(next)) !== undefined &&
    readIPv4(next) > 0xff00_0000;
  const end = next === undefined || isMask ? undefined : next;
  const [mask, broadcast] = isMask ? [next, ...others] : others;
  const seconds = words.flatMap((word) => leaseTimeOf(word) ?? []);
  const odd = words.filter((word) => secondsOf(word) === undefined && word !== "static");
  if (odd.length > 0) return `there is nothing like it here: ${odd.join(", ")}`;
  const last = end === undefined ? start : readIPv4(end);
  const prefix = mask === undefined ? undefined : maskPrefix(readIPv4(mask));
  if (mask !== undefined && prefix === undefined) return `a netmask is wanted: ${mask}`;
  return {
    cidr: subnetOf(start, prefix ?? guessPrefix(start, last)),
    isGuess: prefix === undefined,
    range: end === undefined
      ? undefined
      : { start: Math.min(start, last), end: Math.max(start, last) },
    broadcast,
    leaseTime: seconds[0],
  };
}

function subnetOf(address: number, prefix: number): Cidr {
  return makeCidr(makeCidr(address, prefix).network, prefix);
}

function maskPrefix(mask: number): number | undefined {
  const bits = mask.toString(2).padStart(32, "0");
  return /^1+0*$/.test(bits) ? bits.replace(/0+$/, "").length : undefined;
}

/** 24 bits, or as many as both have in common. */
function guessPrefix(start: number, end: number): number {
  let prefix = 24;
  while (prefix > 0 && !cidrContains(makeCidr(start, prefix), end)) prefix--;
  return prefix;
}

/** The addresses of `192.0.2.0/24`, `192.0.2.1,192.0.2.9` or `192.0.2.1`; `undefined` where it names none. */
export function scopeOf(text: string): AddressRange | undefined {
  const [, address = "", prefix] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  if (readIPv4(address) >= 0 && Number(prefix) <= 32) {
    const { network, broadcast } = subnetOf(readIPv4(address), Number(prefix));
    return { start: network, end: broadcast };
  }
  const [start = -1, end = start, another] = text.split(",").map(readIPv4);
  return start < 0 || end < 0 || another !== undefined ? undefined : { start, end };
}

/** A machine, as far as it can be known. */
export interface DnsmasqHost {
  readonly macs: readonly number[];
  readonly address: number | undefined;
  /** Addresses that are said before that one, which counts. */
  readonly replaced: readonly string[];
  readonly name: string;
  readonly leaseTime: number | undefined;
  readonly isIgnored: boolean;
  /** Parts that say something else, such as `id:...`. */
  readonly others: readonly string[];
}

/** Reads a machine. */
export function dnsmasqHost(parts: readonly Part[]): DnsmasqHost {
  const macs: number[] = [];
  const others: string[] = [];
  const replaced: string[] = [];
  let [address, leaseTime]: (number | undefined)[] = [];
  let name = "";
  let isIgnored = false;
  for (const { text } of parts) {
    if (text === "") continue;
    if (readMac(text) >= 0) macs.push(readMac(text));
    else if (readIPv4(text) >= 0) {
      if (address !== undefined) replaced.push(formatIPv4(address));
      address = readIPv4(text);
    } else if (text === "ignore") isIgnored = true;
    else if (secondsOf(text) !== undefined) leaseTime = leaseTimeOf(text);
    else if (/^[A-Za-z0-9_]([A-Za-z0-9_.-]*)$/.test(text) && name === "") name = text;
    else others.push(text);
  }
  return { macs, address, replaced, name, leaseTime, isIgnored, others };
}
