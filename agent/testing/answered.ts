/**
 * Packets that were answered, for tests.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import { compilePool, Datagram, encode, Reply, Responder } from "../../core/dhcp/mod.ts";
import type { DhcpMessageInit } from "../../core/dhcp/mod.ts";
import { macToBytes, parseMac } from "../../core/net/mod.ts";
import type { AnsweredBatch } from "../heard/answered_batch.ts";
import { poolWith } from "./dhcp.ts";

/** One packet of a client. */
interface Asking extends Partial<DhcpMessageInit> {
  readonly mac: string;
  /** Option 53. */
  readonly type: number;
}

const responder = new Responder();

/** Answers packets from a pool; `undefined` for one that is not served. */
export function answered(
  askings: readonly (Asking | Uint8Array)[],
  { pool = poolWith(), at = Date.UTC(2026, 0, 1), dryRun = false, refused }: {
    readonly pool?: IPPool | "none";
    readonly at?: number;
    readonly dryRun?: boolean;
    /** Why the system takes no reply. */
    readonly refused?: string;
  } = {},
): AnsweredBatch {
  const network = pool === "none" ? undefined : compilePool(pool).network;
  const requests = askings.map((asking) => {
    const datagram = new Datagram(asking instanceof Uint8Array ? asking : octetsOf(asking));
    datagram.receivedAt = at;
    return datagram;
  });
  const replies = requests.map((request) => {
    const reply = new Reply(new Uint8Array(1_472));
    responder.respond(network, request, reply);
    return reply;
  });
  return {
    requests,
    replies,
    count: requests.length,
    pool: "default/net-48",
    interfaceName: "eth1",
    network,
    dryRun,
    refused: new Map(refused === undefined ? [] : replies.map((reply) => [reply, refused])),
  };
}

function octetsOf({ mac, type, options = [], ...fields }: Asking): Uint8Array {
  return encode({
    op: 1,
    xid: 7,
    chaddr: macToBytes(parseMac(mac)),
    ...fields,
    options: [{ code: 53, value: type }, ...options],
  });
}
