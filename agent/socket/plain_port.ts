/**
 * {@linkcode DatagramPort} over Deno's UDP socket alone: no FFI, one datagram at a time.
 *
 * It cannot tell interfaces apart, so it is for a program that embeds the server (`examples/embed_standalone.ts`) and serves one
 * network on a platform without FFI. Replies to clients without an address are broadcast (RFC 2131 section 4.1 allows it),
 * and the system chooses the source address of all.
 *
 * Needs `--allow-net`, and NET_BIND_SERVICE for port 67.
 *
 * @module
 */
import {
  Datagram,
  Destination,
  IP_UDP_HEADER_LENGTH,
  Reply,
  SERVER_PORT,
} from "../../core/dhcp/mod.ts";
import { errorText } from "../../core/error_text.ts";
import { formatIPv4, readIPv4 } from "../../core/net/mod.ts";
import type { DatagramPort } from "./datagram_port.ts";
import type { Link } from "../host/host_network.ts";

const BUFFER_BYTES = 2_048;
const REPLY_BYTES = 1_472;

/** Settings of a {@linkcode PlainPort}. */
export interface PlainPortOptions {
  /** Address to listen on. Default 0.0.0.0. */
  readonly hostname?: string;
  /** UDP port to listen on. Default 67. */
  readonly port?: number;
  /** Where replies to clients without an address go. Default 255.255.255.255, which needs a route. */
  readonly broadcastAddress?: string;
}

/** The port of the only interface; see the module. */
export class PlainPort implements DatagramPort {
  readonly link: Link;
  readonly limits: readonly string[] = ["Replies to clients without an address are broadcast"];
  readonly requests: readonly [Datagram];
  readonly replies: readonly [Reply];
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #conn: Deno.DatagramConn;
  readonly #broadcastAddress: string;
  #closed = false;

  /** Listens at once. Throws where the port cannot be had. */
  constructor(link: Link, options: PlainPortOptions = {}) {
    const { hostname = "0.0.0.0", port = SERVER_PORT, broadcastAddress = "255.255.255.255" } =
      options;
    this.link = link;
    this.requests = [new Datagram(this.#buffer)];
    this.replies = [
      new Reply(new Uint8Array(Math.min(REPLY_BYTES, link.mtu - IP_UDP_HEADER_LENGTH))),
    ];
    this.#broadcastAddress = broadcastAddress;
    this.#conn = Deno.listenDatagram({ transport: "udp", hostname, port, reuseAddress: true });
  }

  async receive(): Promise<number> {
    if (this.#closed) return 0;
    try {
      const [bytes, from] = await this.#conn.receive(this.#buffer) as [Uint8Array, Deno.NetAddr];
      const [request] = this.requests;
      request.length = bytes.length;
      request.sourceAddress = Math.max(readIPv4(from.hostname), 0);
      request.sourcePort = from.port;
      return this.#closed ? 0 : 1;
    } catch (error) {
      if (this.#closed) return 0;
      throw error;
    }
  }

  async send(count: number): Promise<void> {
    const [reply] = this.replies;
    if (this.#closed || count === 0 || reply.length === 0) return;
    const { destination, destinationAddress, destinationPort: port, offset } = reply;
    const withoutAddress = destination === Destination.Hardware ||
      destination === Destination.Broadcast;
    const hostname = withoutAddress ? this.#broadcastAddress : formatIPv4(destinationAddress);
    try {
      await this.#conn.send(reply.bytes.subarray(offset, offset + reply.length), {
        transport: "udp",
        hostname,
        port,
      });
    } catch (error) {
      if (!this.#closed) {
        this.onRefused?.(reply, errorText(error));
      }
    }
  }

  unread(): number {
    return 0;
  }

  problem(): undefined {
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }
}
