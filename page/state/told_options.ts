/**
 * What a client of a pool is told: an offer as the agent would send it, taken to pieces.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import {
  compilePool,
  Datagram,
  dissect,
  type DissectedOption,
  encode,
  MessageType,
  Reply,
  Responder,
} from "../../core/dhcp/mod.ts";
import { readPoolSpec } from "../../core/ipam/pool/pool_network.ts";
import { fieldErrorText } from "../../core/api/fields/field_error.ts";
import { formatIPv4, macToBytes, readMac } from "../../core/net/mod.ts";

/** What is told. */
export interface ToldOptions {
  /** Fields of the fixed part that say something beside the address: `siaddr`, `file`, `sname`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** In the order of their codes. */
  readonly options: readonly DissectedOption[];
  /** What of the pool cannot be sent; empty where all can. */
  readonly problems: string;
}

/** A MAC address of documentation (RFC 7042, section 2.1.2) for who asks where nobody has an address yet. */
const NOBODY = "00:00:5e:00:53:01";
/** All codes: who asks for everything is told everything. */
const EVERYTHING = Array.from({ length: 254 }, (_, index) => index + 1);
/** Message type, server identifier and what the exchange alone is about. */
const EXCHANGE = new Set([53, 82, 61]);

/**
 * Plays a DHCPDISCOVER that asks for every option. `macAddress` is a client of the pool, canonical; without one, somebody who has
 * nothing of his own. `undefined` where the pool cannot be served.
 *
 * @param now Milliseconds since the epoch.
 */
export function toldOptions(
  pool: IPPool,
  { macAddress, now }: { readonly macAddress?: string; readonly now: number },
): ToldOptions | undefined {
  if (!readPoolSpec(pool).network.ok) return undefined;
  const asking = macAddress ?? NOBODY;
  const { network, problems } = compilePool(withClient(pool, asking));
  if (network === undefined) return undefined;
  const discover = encode({
    op: 1,
    xid: 1,
    chaddr: macToBytes(readMac(asking)),
    options: [
      { code: 53, value: MessageType.Discover },
      { code: 55, value: EVERYTHING },
      { code: 57, value: 1500 },
    ],
  });
  const datagram = new Datagram(discover);
  datagram.receivedAt = now;
  const reply = new Reply(new Uint8Array(1472));
  new Responder().respond(network, datagram, reply);
  if (reply.length === 0) return undefined;
  const { options, siaddr, sname, file } = dissect(
    reply.bytes.slice(reply.offset, reply.offset + reply.length),
  );
  const fields = [["siaddr", siaddr === "0.0.0.0" ? undefined : siaddr], ["sname", sname], [
    "file",
    file,
  ]] as const;
  return {
    fields: fields.flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const]),
    options: options.filter(({ code }) => !EXCHANGE.has(code))
      .toSorted((one, other) => one.code - other.code),
    problems: fieldErrorText(problems.filter(({ path }) => path[0] === "spec")),
  };
}

/** The pool with a record of the one client that asks, and of nobody else. */
function withClient(pool: IPPool, macAddress: string): IPPool {
  const { status } = pool;
  const allocated = status?.ipv4?.allocated ?? {};
  const address = Object.keys(allocated).find((key) => allocated[key] === macAddress) ??
    anyAddress(pool);
  const clients = status?.ipv4?.clients?.[macAddress];
  return {
    ...pool,
    status: {
      ipv4: {
        allocated: { [address]: macAddress },
        used: 1,
        available: 0,
        ...(status?.ipv4?.ntpServers ? { ntpServers: status.ipv4.ntpServers } : {}),
        ...(clients === undefined ? {} : { clients: { [macAddress]: clients } }),
      },
    },
  };
}

/** A host address of the subnet that is not the server's. */
function anyAddress(pool: IPPool): string {
  const { network } = compilePool({ ...pool, status: {} });
  if (network === undefined) return "";
  const { firstUsable, lastUsable } = network.cidr;
  for (let address = firstUsable; address <= lastUsable; address++) {
    if (network.isHost(address)) return formatIPv4(address);
  }
  return "";
}
