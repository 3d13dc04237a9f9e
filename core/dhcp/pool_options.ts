import type { FieldError } from "../api/field_error.ts";
import type { IPPool } from "../api/types.ts";
import { type Cidr, readIPv4, reasonNotIPv4 } from "../net/mod.ts";
import { INFINITE_LEASE, OptionCode } from "./constants.ts";
import { isDomainName } from "./options/domain_name.ts";
import type { DhcpOption } from "./options/option.ts";
import { isInteger } from "./options/family.ts";

/** Lease time of a pool that does not say one: a year of 365 days, in seconds. */
export const DEFAULT_LEASE_TIME = 31_536_000;

/** What {@linkcode poolOptions} needs beside the pool. */
export interface PoolOptionsContext {
  /** The pool's subnet. */
  readonly cidr: Cidr;
  /** Server identifier, unsigned 32 bits. */
  readonly server: number;
  /** Called with each value that cannot be used and is left out. */
  readonly report: (problem: FieldError) => void;
}

/**
 * The options that a pool gives its clients, without option 53, in the order in which they are sent to a client that
 * asks for none. This is the place where a new field of the pool becomes an option. What has no value has no option
 * (rule 78).
 */
export function poolOptions(pool: IPPool, context: PoolOptionsContext): DhcpOption[] {
  const { cidr, server, report } = context;
  const config = pool.spec.ipv4Config;
  const { router, dns, domainName, domainSearch } = config;
  const options: DhcpOption[] = [
    { code: OptionCode.ServerIdentifier, value: server },
    ...leaseOptions(config.leaseTime, report),
    { code: OptionCode.SubnetMask, value: cidr.mask },
  ];
  const routers = addresses("router", router ? [router] : [], report);
  if (routers.length > 0) options.push({ code: OptionCode.Router, value: routers });
  const servers = addresses("dns", dns ?? [], report);
  if (servers.length > 0) options.push({ code: OptionCode.DomainNameServer, value: servers });
  const [domain] = names("domainName", domainName ? [domainName] : [], report);
  if (domain !== undefined) options.push({ code: OptionCode.DomainName, value: domain });
  const search = names("domainSearch", domainSearch ?? [], report);
  if (search.length > 0) options.push({ code: OptionCode.DomainSearch, value: search });
  const times = ntpServers(pool, report);
  if (times.length > 0) options.push({ code: OptionCode.NtpServers, value: times });
  if (cidr.prefix < 31) {
    options.push({ code: OptionCode.BroadcastAddress, value: cidr.broadcast });
  }
  return options;
}

/** 51, and 58 and 59 at half and seven eighths of it (RFC 2131 section 4.4.5) where these lie apart (rule 75). */
function leaseOptions(
  leaseTime: number | undefined,
  report: PoolOptionsContext["report"],
): DhcpOption[] {
  let seconds = leaseTime ?? DEFAULT_LEASE_TIME;
  if (!isInteger(seconds, 1, INFINITE_LEASE)) {
    report({
      path: "spec.ipv4Config.leaseTime",
      value: seconds,
      message: `must be from 1 to ${INFINITE_LEASE} seconds`,
    });
    seconds = DEFAULT_LEASE_TIME;
  }
  const options: DhcpOption[] = [{ code: OptionCode.LeaseTime, value: seconds }];
  const renewal = Math.floor(seconds / 2);
  const rebinding = Math.floor(seconds / 8 * 7);
  if (seconds === INFINITE_LEASE || renewal < 1 || rebinding <= renewal) return options;
  return [
    ...options,
    { code: OptionCode.RenewalTime, value: renewal },
    { code: OptionCode.RebindingTime, value: rebinding },
  ];
}

function addresses(
  field: string,
  texts: readonly string[],
  report: PoolOptionsContext["report"],
): number[] {
  const found = new Set<number>();
  texts.forEach((text, index) => {
    const address = readIPv4(text);
    if (address > 0) found.add(address);
    else {
      report({
        path: `spec.ipv4Config.${field}${field === "router" ? "" : `[${index}]`}`,
        value: text,
        message: `must be an IPv4 address: ${
          address < 0 ? reasonNotIPv4(text) : "0.0.0.0 is no host's address"
        }`,
      });
    }
  });
  return [...found];
}

function names(
  field: string,
  texts: readonly string[],
  report: PoolOptionsContext["report"],
): string[] {
  const found = new Set<string>();
  texts.forEach((text, index) => {
    const name = text.replace(/\.$/, "");
    if (isDomainName(name)) found.add(name);
    else {
      report({
        path: `spec.ipv4Config.${field}${field === "domainName" ? "" : `[${index}]`}`,
        value: text,
        message: "must be a domain name such as example.com",
      });
    }
  });
  return [...found];
}

/** Addresses stand for themselves, names for what the controller resolved them to (rule 87). */
function ntpServers(pool: IPPool, report: PoolOptionsContext["report"]): number[] {
  const resolved = pool.status?.ipv4?.ntpServers ?? {};
  const found = new Set<number>();
  pool.spec.ipv4Config.ntp?.forEach((text, index) => {
    const address = readIPv4(text);
    if (address > 0) return void found.add(address);
    const known = (Object.hasOwn(resolved, text) ? resolved[text] ?? [] : [])
      .map(readIPv4).filter((number) => number > 0);
    known.forEach((number) => found.add(number));
    if (known.length === 0) {
      report({
        path: `spec.ipv4Config.ntp[${index}]`,
        value: text,
        message: "must be an IPv4 address, or a name that the controller could resolve",
      });
    }
  });
  return [...found];
}
