/**
 * Addresses that this cluster needs itself: a DHCP server that took one would cut its agent off.
 *
 * @module
 */
import type { FieldError } from "../../core/api/fields/field_error.ts";
import type { IPPool } from "../../core/api/types.ts";
import { formatCidr, readIPv4 } from "../../core/net/mod.ts";
import type { JudgeOptions } from "./decision.ts";

/** The error of a pool whose `serverIP` is an address that the cluster needs itself. */
export function ownWorldErrors(pool: IPPool, options: JudgeOptions): readonly FieldError[] {
  const value: unknown = pool.spec?.ipv4Config?.serverIP;
  const server = typeof value === "string" ? readIPv4(value) : -1;
  if (server < 0) return [];
  const why = ownerInOwnWorld(server, options);
  if (why === undefined) return [];
  const message = `must not be an address that the cluster needs itself: ${why}`;
  return [{ path: ["spec", "ipv4Config", "serverIP"], value, message }];
}

/** Whose an address (unsigned 32 bits) is, of those that the cluster needs itself; `undefined`: none of these. */
export function ownerInOwnWorld(
  server: number,
  { ownAddresses, serviceCidrs }: JudgeOptions,
): string | undefined {
  const own = ownAddresses.find(({ address }) => readIPv4(address) === server);
  if (own !== undefined) return `it is ${own.name}`;
  // Kubernetes gives the first address of the range to the Service of the API server.
  const services = serviceCidrs.find((cidr) => cidr.firstUsable === server);
  return services &&
    `it is the API server's, the first of the Services' range ${formatCidr(services)}`;
}
