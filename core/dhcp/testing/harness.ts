/**
 * A server to ask, for the tests of the protocol rules: a pool, a client of it, and everything through the
 * {@linkcode Responder}.
 *
 * @module
 */
import type { IPPool, IPv4Config, IPv4Status } from "../../api/types.ts";
import { macToBytes, parseIPv4, parseMac } from "../../net/mod.ts";
import {
  type CompileOptions,
  compilePool,
  Datagram,
  decode,
  type DhcpMessage,
  type DhcpMessageInit,
  type DhcpOption,
  encode,
  MessageType,
  Reply,
  Responder,
  type ServedNetwork,
  VERDICT_NAMES,
} from "../mod.ts";

/** 12:00 on the day of the tests. */
export const NOON: number = Date.parse("2025-11-21T12:00:00Z");
/** The server. */
export const SERVER: number = parseIPv4("192.168.48.77");
/** Another server on the same network. */
export const OTHER_SERVER: number = parseIPv4("192.168.48.200");
/** The client's address. */
export const LEASE: number = parseIPv4("192.168.48.81");
/** Another address of the network. */
export const OTHER: number = parseIPv4("192.168.48.99");
/** An address of no network here. */
export const FOREIGN: number = parseIPv4("10.9.9.9");
/** The relay. */
export const RELAY: number = parseIPv4("192.168.48.2");
/** The client. */
export const KNOWN: Uint8Array = macToBytes(parseMac("52:54:00:11:22:01"));
/** A client without a lease. */
export const UNKNOWN: Uint8Array = macToBytes(parseMac("52:54:00:99:99:99"));

/** A pool with one lease, of the client `KNOWN`. */
export function pool(config: Partial<IPv4Config> = {}, status: Partial<IPv4Status> = {}): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net-48" },
    spec: {
      networkName: "default/net-48",
      ipv4Config: {
        cidr: "192.168.48.0/24",
        serverIP: "192.168.48.77",
        router: "192.168.48.1",
        dns: ["192.168.48.3", "1.1.1.1"],
        domainName: "example.com",
        domainSearch: ["example.com", "dev.example.com"],
        ntp: ["192.168.48.5"],
        leaseTime: 3600,
        ...config,
      },
    },
    status: {
      ipv4: {
        allocated: { "192.168.48.81": "52:54:00:11:22:01", "192.168.48.77": "RESERVED" },
        used: 1,
        available: 9,
        ...status,
      },
    },
  };
}

/** The network of a pool that has no problems. */
export function network(from: IPPool = pool(), options: CompileOptions = {}): ServedNetwork {
  const compiled = compilePool(from, options);
  if (compiled.network === undefined) throw new Error(JSON.stringify(compiled.problems));
  return compiled.network;
}

/** What a client sends, but for the fields that every message has. */
export type ClientMessage = Partial<DhcpMessageInit>;

/** A message of a type from the known client, with options after 53. */
export function message(
  type: number,
  options: readonly DhcpOption[] = [],
  fields: ClientMessage = {},
): DhcpMessageInit {
  const base = { op: 1, xid: 0x1234abcd, chaddr: KNOWN };
  return { ...base, ...fields, options: [{ code: 53, value: type }, ...options] };
}

/** DHCPDISCOVER. */
export function discover(
  options: readonly DhcpOption[] = [],
  fields: ClientMessage = {},
): DhcpMessageInit {
  return message(MessageType.Discover, options, fields);
}

/** DHCPREQUEST. */
export function request(
  options: readonly DhcpOption[] = [],
  fields: ClientMessage = {},
): DhcpMessageInit {
  return message(MessageType.Request, options, fields);
}

/** DHCPREQUEST in SELECTING, for a server and an address. */
export function select(server: number, address: number, fields?: ClientMessage): DhcpMessageInit {
  return request([{ code: 50, value: address }, { code: 54, value: server }], fields);
}

/** DHCPREQUEST in INIT-REBOOT, for an address. */
export function reboot(address: number, fields?: ClientMessage): DhcpMessageInit {
  return request([{ code: 50, value: address }], fields);
}

/** DHCPREQUEST in RENEWING or REBINDING, of an address. */
export function renew(address: number, fields?: ClientMessage): DhcpMessageInit {
  return request([], { ciaddr: address, ...fields });
}

/** Where a datagram came from, and when. */
interface Arrival {
  readonly source?: number;
  readonly port?: number;
  readonly at?: number;
}

/** What came of a message. */
export interface Outcome {
  /** Label of the verdict. */
  readonly verdict: string;
  /** The reply; absent for silence. */
  readonly reply: DhcpMessage | undefined;
  /** The reply's octets. */
  readonly bytes: Uint8Array;
  /** How and where it goes. */
  readonly account: Reply;
}

/** A responder with a buffer; its network may be replaced. */
export class Server {
  network: ServedNetwork | undefined;
  readonly #responder = new Responder();

  constructor(served: ServedNetwork | undefined = network()) {
    this.network = served;
  }

  /** Hands a message, or octets, to the server. */
  ask(sent: DhcpMessageInit | Uint8Array, arrival: Arrival = {}): Outcome {
    const octets = sent instanceof Uint8Array ? sent : encode(sent);
    const datagram = new Datagram(octets);
    datagram.sourceAddress = arrival.source ?? 0;
    datagram.sourcePort = arrival.port ?? 68;
    datagram.receivedAt = arrival.at ?? NOON;
    const account = new Reply(new Uint8Array(1472));
    const verdict = this.#responder.respond(this.network, datagram, account);
    const bytes = account.bytes.slice(0, account.length);
    return {
      verdict: VERDICT_NAMES[verdict] ?? "",
      get reply() {
        return account.length > 0 ? decode(bytes) : undefined;
      },
      bytes,
      account,
    };
  }
}

/** Asks a new server. */
export function ask(sent: DhcpMessageInit | Uint8Array, arrival: Arrival = {}): Outcome {
  return new Server().ask(sent, arrival);
}

/** The reply, which there must be. */
export function replyTo(sent: DhcpMessageInit | Uint8Array, arrival: Arrival = {}): DhcpMessage {
  const { reply, verdict } = ask(sent, arrival);
  if (reply === undefined) throw new Error(`No reply: ${verdict}`);
  return reply;
}

/** The codes of a message's options, in order. */
export function codesOf({ options }: Pick<DhcpMessage, "options">): number[] {
  return options.map(({ code }) => code);
}

/** The bytes of options, one after the other, as a message without padding or END. */
export function rawRequest(options: readonly number[], fields: ClientMessage = {}): Uint8Array {
  const header = encode({ op: 1, xid: 7, chaddr: KNOWN, options: [], ...fields }).slice(0, 240);
  return new Uint8Array([...header, ...options]);
}
