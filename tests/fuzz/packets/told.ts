/**
 * What a network tells a client beside its address, computed a second time: no line of the product is used.
 *
 * @module
 */
import { type AskedMessage, firstOf, joinedOf } from "./read_packet.ts";
import {
  BOOT_FILES,
  CLIENTS,
  IPXE_FILE,
  type KnownNetwork,
  OWN_FILE,
  OWN_MTU,
  SPELLED,
  TFTP_SERVER,
} from "./scene.ts";

/** What one client is told. */
export interface Told {
  /** Option code -> the octets of its value; of 119 the names, joined by commas. */
  readonly values: ReadonlyMap<number, readonly number[] | string>;
  /** Codes that are sent only to who lists them. */
  readonly listedOnly: ReadonlySet<number>;
  /** Codes that are sent to who does not list them, too. */
  readonly always: ReadonlySet<number>;
  /** Codes that the request asks for otherwise than by its list. */
  readonly named: ReadonlySet<number>;
  readonly siaddr: number;
  /** Octets that belong into `file` and `sname` where 67 and 66 are not listed; none: they are options in any case. */
  readonly file: readonly number[];
  readonly sname: readonly number[];
}

const ENTERPRISE = 4491;
const WITHOUT_END = 0xffffffff;

function four(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
}

export function ascii(text: string): number[] {
  return [...text].map((one) => one.charCodeAt(0));
}

/** Which client asks; -1: none that has a lease. */
function clientOf(asked: AskedMessage): number {
  if (asked.htype !== 1 || asked.hlen !== 6) return -1;
  const index = CLIENTS.indexOf(asked.chaddr.slice(0, 12));
  return index === 3 ? -1 : index;
}

/** Seconds of the lease (rule 21), and T1 and T2 (rule 75). */
function timesOf({ plan }: KnownNetwork, asked: AskedMessage): [number, number, number] {
  const wish = firstOf(asked.options, 51);
  const wanted = wish?.length === 4 ? wish.reduce((sum, octet) => sum * 256 + octet, 0) : 0;
  const most = plan.more?.maxLease || plan.leaseTime;
  const least = Math.min(60, plan.leaseTime, most);
  const honoured = plan.more?.honour === true && wanted !== 0;
  const seconds = honoured ? Math.min(Math.max(wanted, least), most) : plan.leaseTime;
  return [seconds, ...timersOf(seconds)];
}

function timersOf(seconds: number): [number, number] {
  const [early, late] = [Math.floor(seconds / 2), Math.floor(seconds * 7 / 8)];
  const floored = Math.floor(seconds / 8 * 7);
  return seconds === WITHOUT_END || early >= Math.min(late, floored) ? [0, 0] : [early, floored];
}

/** Whether option 77 names iPXE, bare or as RFC 3004 says. */
function isIpxe(asked: AskedMessage): boolean {
  const said = joinedOf(asked.options, 77);
  const name = ascii("iPXE");
  if (String(said) === String(name)) return true;
  for (let at = 0; at < said.length;) {
    const length = said[at] ?? 0;
    if (at + 1 + length > said.length) return false;
    if (String(said.slice(at + 1, at + 1 + length)) === String(name)) return true;
    at += 1 + length;
  }
  return false;
}

/** Whether a whole block of 124 or 125 names the enterprise (RFC 3925 section 3). */
function namesVendor(asked: AskedMessage): boolean {
  return [124, 125].some((code) => {
    const said = joinedOf(asked.options, code);
    for (let at = 0; at + 5 <= said.length;) {
      const next = at + 5 + (said[at + 4] ?? 0);
      if (next > said.length) return false;
      if (String(said.slice(at, at + 4)) === String(four(ENTERPRISE))) return true;
      at = next;
    }
    return false;
  });
}

export function toldTo(network: KnownNetwork, asked: AskedMessage): Told {
  const { plan: { more, prefix } } = network;
  const client = clientOf(asked);
  const own = more?.own === true && client === 1;
  const values = new Map<number, readonly number[] | string>();
  const put = (code: number, value: readonly number[] | string): void => {
    if (value.length > 0) values.set(code, value);
  };
  const router = own ? [] : network.router === 0 ? [] : four(network.router);
  const [seconds, early, late] = timesOf(network, asked);
  put(1, four(network.mask));
  put(3, router);
  put(6, network.dns.flatMap(four));
  put(15, ascii(network.domainName));
  put(28, prefix > 30 ? [] : four(network.broadcast));
  put(42, network.ntp.flatMap(four));
  put(51, four(seconds));
  put(54, four(network.server));
  put(58, early === 0 ? [] : four(early));
  put(59, late === 0 ? [] : four(late));
  put(119, network.search.join());
  const mtu = own ? OWN_MTU : more?.mtu ?? 0;
  put(26, mtu === 0 ? [] : [mtu >> 8, mtu & 255]);
  const routes = Array.from({ length: more?.routes ?? 0 }, (_, index) => [
    ...[16, 10, index, ...four(network.base + 2)],
  ]).flat();
  const whole = routes.length === 0 || router.length === 0 ? routes : [...routes, 0, ...router];
  put(121, whole);
  put(249, whole);
  if (more?.hostnames === true && (client === 0 || client === 1)) put(12, ascii(`vm-${client}`));
  const names = more?.ipxe === true && isIpxe(asked) ? IPXE_FILE : BOOT_FILES[more?.boot ?? 0];
  const file = ascii(own ? OWN_FILE : names);
  const sname = more?.tftp === true ? ascii(TFTP_SERVER) : [];
  put(67, file);
  put(66, sname);
  for (let index = 0; index < (more?.spelled ?? 0); index++) put(SPELLED + index, [index]);
  if (more?.vendor === true) put(125, [...four(ENTERPRISE), 3, 1, 1, 7]);
  return {
    values,
    listedOnly: new Set([249]),
    always: new Set([SPELLED, ...(file.length > 127 ? [67] : [])]),
    named: new Set(namesVendor(asked) ? [125] : []),
    siaddr: more?.nextServer === true ? network.base + 4 : 0,
    file: file.length > 127 ? [] : file,
    sname,
  };
}
