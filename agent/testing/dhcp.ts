/**
 * Pools and messages for tests.
 *
 * @module
 */
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import { type DhcpOption, encode } from "../../core/dhcp/mod.ts";
import { macToBytes, parseMac } from "../../core/net/mod.ts";

/** The client that has a lease in {@linkcode poolWith}. */
export const CLIENT_MAC = "52:54:00:00:00:01";
/** Its address. */
export const CLIENT_ADDRESS = "192.168.48.81";

/** The pool `default/net-48`, in which the client has a lease. */
export function poolWith(config: Partial<IPv4Config> = {}): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net-48", resourceVersion: "7" },
    spec: {
      networkName: "default/net-48",
      ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", ...config },
    },
    status: { ipv4: { allocated: { [CLIENT_ADDRESS]: CLIENT_MAC }, used: 1, available: 100 } },
  };
}

/** A message of the client. */
export function messageOf(type: number, options: readonly DhcpOption[] = []): Uint8Array {
  return encode({
    op: 1,
    xid: 7,
    chaddr: macToBytes(parseMac(CLIENT_MAC)),
    options: [{ code: 53, value: type }, ...options],
  });
}
