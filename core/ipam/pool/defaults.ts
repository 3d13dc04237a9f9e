import { formatIPv4, parseCidr, readIPv4 } from "../../net/mod.ts";
import type { IPv4Config } from "../../api/types.ts";

/**
 * The server address of a pool that names none: the first usable address of its subnet that is neither the router's
 * nor excluded.
 *
 * @example
 * ```ts
 * import { defaultServerIP } from "@vm-dhcp/vm-dhcp/ipam";
 * import { strictEqual } from "node:assert/strict";
 *
 * const config = { cidr: "192.168.48.0/24", router: "192.168.48.1", pool: { exclude: ["192.168.48.2"] } };
 * strictEqual(defaultServerIP(config), "192.168.48.3");
 * ```
 *
 * @param config `spec.ipv4Config` of an IPPool; `serverIP` is not looked at
 * @param isTaken Whether an address (unsigned 32 bits) is in use otherwise; unset: none is
 * @returns The address, or `undefined` where none is left
 * @throws {AddressError} If `cidr` is not an IPv4 subnet
 */
export function defaultServerIP(
  config: IPv4Config,
  { isTaken = () => false }: { readonly isTaken?: (address: number) => boolean } = {},
): string | undefined {
  const cidr = parseCidr(config.cidr);
  const others = new Set((config.pool?.exclude ?? []).map(readIPv4));
  if (config.router !== undefined) others.add(readIPv4(config.router));
  for (let address = cidr.firstUsable; address <= cidr.lastUsable; address++) {
    if (!others.has(address) && !isTaken(address)) return formatIPv4(address);
  }
  return undefined;
}

/**
 * The range of a pool, with what it leaves out filled in: the first and the last usable address of its subnet.
 *
 * @example
 * ```ts
 * import { defaultRange } from "@vm-dhcp/vm-dhcp/ipam";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(defaultRange({ cidr: "192.168.48.0/24", pool: { start: "192.168.48.81" } }), {
 *   start: "192.168.48.81",
 *   end: "192.168.48.254",
 * });
 * ```
 *
 * @param config `spec.ipv4Config` of an IPPool
 * @returns Both ends, four-part decimal; an end that the spec has is given back as it stands there
 * @throws {AddressError} If `cidr` is not an IPv4 subnet
 */
export function defaultRange(
  config: IPv4Config,
): { readonly start: string; readonly end: string } {
  const cidr = parseCidr(config.cidr);
  return {
    start: config.pool?.start || formatIPv4(cidr.firstUsable),
    end: config.pool?.end || formatIPv4(cidr.lastUsable),
  };
}
