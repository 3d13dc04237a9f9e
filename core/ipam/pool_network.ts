import { type AddressRange, type Cidr, parseCidr, parseRange, readIPv4 } from "../net/mod.ts";
import type { Checked, FieldError } from "../api/field_error.ts";
import { parseIPPool } from "../api/ippool.ts";
import type { IPPool } from "../api/types.ts";
import { defaultRange, defaultServerIP } from "./defaults.ts";

/** The addresses of a pool's network, as unsigned 32-bit numbers, with every default filled in. */
export interface PoolNetwork {
  /** The subnet. */
  readonly cidr: Cidr;
  /** What dynamic addresses are taken from. */
  readonly range: AddressRange;
  /** The server's and the router's addresses, inside the range or not. */
  readonly reserved: ReadonlySet<number>;
  /** The excluded addresses, inside the range or not. */
  readonly excluded: ReadonlySet<number>;
}

/**
 * Reads the addresses of a pool's network from its spec. Faults elsewhere in the spec (a bad DNS server) do not matter
 * here: they need not keep VMs from their addresses.
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
  const { status: _, ...specOnly } = pool;
  const checked = parseIPPool(specOnly);
  const errors = checked.ok ? [] : checked.errors.filter(isAboutAddresses);
  if (errors.length > 0) return { ok: false, errors };
  const config = pool.spec.ipv4Config;
  const { start, end } = defaultRange(config);
  const reserved = [config.serverIP || defaultServerIP(config), config.router];
  return {
    ok: true,
    value: {
      cidr: parseCidr(config.cidr),
      range: parseRange(start, end),
      reserved: new Set(
        reserved.map((text) => readIPv4(text ?? "")).filter((address) => address >= 0),
      ),
      excluded: new Set((config.pool?.exclude ?? []).map(readIPv4)),
    },
  };
}

const CONFIG = "spec.ipv4Config";

function isAboutAddresses({ path }: FieldError): boolean {
  return path === "" || path === "spec" || path === CONFIG ||
    ["cidr", "serverIP", "router", "pool"].some((field) =>
      path === `${CONFIG}.${field}` || path.startsWith(`${CONFIG}.${field}.`)
    );
}
