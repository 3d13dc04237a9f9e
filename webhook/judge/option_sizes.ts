/**
 * Options that a pool says, and that are too long for the usual client.
 *
 * @module
 */
import type { IPv4Config } from "../../core/api/types.ts";
import type { OptionDefinition } from "../../core/dhcp/options/definition.ts";
import { classlessRoutes } from "../../core/dhcp/options/network/classless_routes.ts";
import { domainSearch } from "../../core/dhcp/options/network/domain_search.ts";
import { vendorInformation } from "../../core/dhcp/options/network/vendor_information.ts";
import type { PoolSource } from "../../core/dhcp/options/pool_source.ts";
import { ByteWriter } from "../../core/dhcp/wire/writer.ts";
import type { PoolNetwork } from "../../core/ipam/pool/pool_network.ts";

/** Octets of options in the 576 of a packet that every client takes (RFC 2131 section 2), without the headers and the magic cookie. */
const USUAL_ROOM = 308;
/** Octets of one piece of an option, and of its code and length (RFC 3396). */
const PIECE = { most: 255, head: 2 };

/** A sentence for each option that takes all the room that a client has which does not say that it takes longer packets. */
export function* sizeWarnings(config: IPv4Config, network: PoolNetwork): Generator<string> {
  const { cidr, server } = network;
  const source: PoolSource = { config, status: {}, cidr, server, report: () => {} };
  yield* tooLong("routes", octetsOf(classlessRoutes, source));
  yield* tooLong("domainSearch", octetsOf(domainSearch, source));
  yield* tooLong("vendorOptions", octetsOf(vendorInformation, source));
}

function* tooLong(field: string, octets: number): Generator<string> {
  const all = octets + Math.ceil(octets / PIECE.most) * PIECE.head;
  if (all < USUAL_ROOM) return;
  yield `${field}: takes ${all} octets; clients that do not ask for longer replies have room for ` +
    `${USUAL_ROOM} in all, and may not be told`;
}

function octetsOf<Value>(
  { fromPool, format }: OptionDefinition<number, Value>,
  source: PoolSource,
): number {
  const value = fromPool?.(source);
  if (value === undefined) return 0;
  const writer = new ByteWriter();
  format.encode(writer, value);
  return writer.length;
}
