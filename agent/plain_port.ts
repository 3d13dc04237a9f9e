/**
 * {@linkcode DatagramPort} over Deno's UDP socket alone: no FFI, one datagram at a time.
 *
 * It cannot tell interfaces apart, so it is for tests and for a host that serves one network on a platform without FFI. Replies
 * to clients without an address are broadcast (RFC 2131 section 4.1 allows it), and the system chooses their source address.
 *
 * Needs `--allow-net`, and NET_BIND_SERVICE for port 67.
 *
 * @module
 */
import { Datagram, Reply } from "../core/dhcp/datagram.ts";
import { Destination } from "../core/dhcp/destination.ts";
import { formatIPv4, readIPv4 } from "../core/net/mod.ts";
import type { DatagramPort } from "./datagram_port.ts";
import type { Link } from "./host_network.ts";

const BUFFER_BYTES = 2_048;
const REPLY_BYTES = 1_472;
const IP_UDP_BYTES = 28;
const SERVER_PORT = 67;

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

  constructor(link: Link, options: PlainPortOptions = {}) {
    const { hostname = "0.0.0.0", port = SERVER_PORT, broadcastAddress = "255.255.255.255" } =
      options;
    this.link = link;
    this.requests = [new Datagram(this.#buffer)];
    this.replies = [new Reply(new Uint8Array(Math.min(REPLY_BYTES, link.mtu - IP_UDP_BYTES)))];
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
        this.onRefused?.(reply, error instanceof Error ? error.message : String(error));
      }
    }
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
