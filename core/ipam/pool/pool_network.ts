import { type AddressRange, type Cidr, parseCidr, parseRange, readIPv4 } from "../../net/mod.ts";
import type { Checked, FieldError } from "../../api/fields/field_error.ts";
import { parseIPPool } from "../../api/ippool.ts";
import type { IPPool, IPv4Config } from "../../api/types.ts";
import { defaultRange, defaultServerIP } from "./defaults.ts";

/** The addresses of a pool's network, as unsigned 32-bit numbers, with every default filled in. */
export interface PoolNetwork {
  /** The subnet. */
  readonly cidr: Cidr;
  /** What dynamic addresses are taken from. */
  readonly range: AddressRange;
  /** The server's address. */
  readonly server: number;
  /** The server's and the router's addresses, inside the range or not. */
  readonly reserved: ReadonlySet<number>;
  /** The excluded addresses, inside the range or not. */
  readonly excluded: ReadonlySet<number>;
}

/** What the spec of a pool says. */
export interface PoolSpec {
  /** Everything that is wrong with it, as `parseIPPool` finds it. */
  readonly errors: readonly FieldError[];
  /** The addresses of its network, or every error in the fields that they are made from. */
  readonly network: Checked<PoolNetwork>;
}

/** Reads the spec of a pool, once for all who look at it; the status is not looked at. */
export function readPoolSpec(pool: IPPool): PoolSpec {
  const { status: _, ...specOnly } = pool;
  const checked = parseIPPool(specOnly);
  const errors = checked.ok ? [] : checked.errors;
  const unusable = errors.filter(isAboutAddresses);
  if (unusable.length > 0) return { errors, network: { ok: false, errors: unusable } };
  return { errors, network: { ok: true, value: networkOf(pool.spec.ipv4Config) } };
}

/**
 * Reads the addresses of a pool's network from its spec. Faults elsewhere in the spec (a bad DNS server) do not matter
 * here: they need not keep VMs from their addresses. Who wants those, too, takes {@linkcode readPoolSpec}.
 *
 * @example
 * ```ts
 * import { poolNetwork } from "@vm-dhcp/vm-dhcp/ipam";
 * import { formatRange } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * const network = poolNetwork({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "net-48", namespace: "default" },
 *   spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
 * });
 * strictEqual(network.ok && formatRange(network.value.range), "192.168.48.1-192.168.48.254");
 * ```
 *
 * @param pool The pool; its status is not looked at
 * @returns The network, or every error in the fields that it is made from
 */
export function poolNetwork(pool: IPPool): Checked<PoolNetwork> {
  return readPoolSpec(pool).network;
}

function networkOf(config: IPv4Config): PoolNetwork {
  const { start, end } = defaultRange(config);
  const server = readIPv4(config.serverIP || defaultServerIP(config) || "");
  return {
    server,
    cidr: parseCidr(config.cidr),
    range: parseRange(start, end),
    reserved: new Set([server, readIPv4(config.router ?? "")].filter((address) => address >= 0)),
    excluded: new Set((config.pool?.exclude ?? []).map(readIPv4)),
  };
}

/** Fields that the network is made from. */
const ADDRESSES: readonly unknown[] = ["cidr", "serverIP", "router", "pool"];

function isAboutAddresses({ path: [part, config, field] }: FieldError): boolean {
  if (part === undefined) return true;
  if (part !== "spec") return false;
  if (config === undefined) return true;
  return config === "ipv4Config" && (field === undefined || ADDRESSES.includes(field));
}
