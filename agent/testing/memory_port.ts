/**
 * A {@linkcode DatagramPort} without a kernel, for tests.
 *
 * @module
 */
import { Datagram, type Destination, Reply } from "../../core/dhcp/mod.ts";
import type { DatagramPort } from "../socket/datagram_port.ts";
import type { Link } from "../host/host_network.ts";

/** A reply that was sent. */
interface SentReply {
  readonly bytes: Uint8Array;
  readonly destination: Destination;
  readonly destinationAddress: number;
  readonly serverAddress: number;
}

const SLOTS = 4;

/** A port that a test feeds and reads. */
export class MemoryPort implements DatagramPort {
  readonly link: Link;
  readonly limits: readonly string[];
  readonly requests: readonly Datagram[] = Array.from(
    { length: SLOTS },
    () => new Datagram(new Uint8Array(1_500)),
  );
  readonly replies: readonly Reply[] = Array.from(
    { length: SLOTS },
    () => new Reply(new Uint8Array(1_472)),
  );
  readonly sent: SentReply[] = [];
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  closed = false;
  /** What `send` answers. */
  sending: Promise<void> | undefined;
  /** Why each reply is refused. */
  refusing: string | undefined;
  /** What `close` answers. */
  closing: Promise<void> | undefined;
  /** What `problem` answers. */
  trouble: string | undefined;
  /** What `unread` answers while it is open. */
  dropped = 0;
  #waiting: PromiseWithResolvers<number> | undefined;

  constructor(link: Link, { limits = [] }: { readonly limits?: readonly string[] } = {}) {
    this.link = link;
    this.limits = limits;
  }

  /** Lets datagrams arrive together. The port must be waiting for some. */
  arrive(...datagrams: readonly Uint8Array[]): void {
    for (const [slot, bytes] of datagrams.entries()) {
      const request = this.requests[slot];
      if (request === undefined) throw new RangeError("Cannot take more datagrams at once");
      request.bytes.set(bytes);
      request.length = bytes.length;
    }
    this.#take().resolve(datagrams.length);
  }

  /** Lets the socket die. */
  die(reason: string): void {
    this.#take().reject(new Error(reason));
  }

  receive(): Promise<number> {
    if (this.closed) return Promise.resolve(0);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  send(count: number, serverAddress: number): void | Promise<void> {
    for (const reply of this.replies.slice(0, count)) {
      const { bytes, offset, length, destination, destinationAddress } = reply;
      if (length === 0) continue;
      if (this.refusing !== undefined) {
        this.onRefused?.(reply, this.refusing);
        continue;
      }
      this.sent.push({
        bytes: bytes.slice(offset, offset + length),
        destination,
        destinationAddress,
        serverAddress,
      });
    }
    return this.sending;
  }

  unread(): number {
    return this.closed ? 0 : this.dropped;
  }

  problem(): string | undefined {
    return this.trouble;
  }

  close(): void | Promise<void> {
    this.closed = true;
    this.#waiting?.resolve(0);
    return this.closing;
  }

  #take(): PromiseWithResolvers<number> {
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error("Cannot reach a port that does not wait");
    this.#waiting = undefined;
    return waiting;
  }
}
