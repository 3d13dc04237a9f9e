/**
 * A pool and two clients of it that may be told something of their own.
 *
 * @module
 */
import type { RecordedClient } from "../../api/client_options.ts";
import type { IPPool, IPv4Config } from "../../api/types.ts";
import { macToBytes, parseMac } from "../../net/mod.ts";
import type { DhcpOption } from "../options/option.ts";
import type { DhcpMessage } from "../wire/message.ts";
import { type ClientMessage, discover, network, pool, Server } from "./harness.ts";

/** The client `KNOWN` of the harness. */
export const KNOWN_MAC = "52:54:00:11:22:01";
/** A second client. */
export const SECOND_MAC = "52:54:00:11:22:02";
/** Its octets. */
export const SECOND: Uint8Array = macToBytes(parseMac(SECOND_MAC));

/** What clients are told. */
export interface Told {
  /** Of all of them. */
  readonly config?: Partial<IPv4Config>;
  /** Of single ones. */
  readonly clients?: Readonly<Record<string, RecordedClient>>;
}

/** The pool that says so. */
export function poolOf({ config = {}, clients = {} }: Told): IPPool {
  const allocated = {
    "192.168.48.81": KNOWN_MAC,
    "192.168.48.82": SECOND_MAC,
  };
  return pool(config, { allocated, clients });
}

/** The offer to the first of them, or to who `fields` say. */
export function offer(
  told: Told,
  options: readonly DhcpOption[],
  fields?: ClientMessage,
): DhcpMessage {
  const { reply } = new Server(network(poolOf(told))).ask(discover(options, fields));
  if (reply === undefined) throw new Error("No offer");
  return reply;
}

/** The first has a name. */
export const NAMED: Told = {
  config: { hostnames: true },
  clients: { [KNOWN_MAC]: { hostName: "vm-1" } },
};
