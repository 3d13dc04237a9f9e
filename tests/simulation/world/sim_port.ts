/**
 * The agent's socket on a simulated network.
 *
 * @module
 */
import type { DatagramPort } from "../../../agent/socket/datagram_port.ts";
import type { Link } from "../../../agent/host/host_network.ts";
import { Datagram, Destination, Reply } from "../../../core/dhcp/mod.ts";
import type { SimProcess } from "../engine/process.ts";
import { macFromBytes } from "../../../core/net/mod.ts";
import { ALL, type Frame, type Station } from "./segment.ts";

const SLOTS = 4;
/** What the kernel keeps for a reader that is slow. */
const QUEUE = 256;
/** Where `chaddr` is in a DHCP message. */
const CHADDR_OFFSET = 28;

type Dhcp = Frame & { readonly kind: "dhcp" };

/** A port: datagrams that come wait until they are received. */
export class SimPort implements DatagramPort {
  readonly link: Link;
  readonly limits: readonly string[] = [];
  readonly requests: readonly Datagram[] = Array.from(
    { length: SLOTS },
    () => new Datagram(new Uint8Array(1_500)),
  );
  readonly replies: readonly Reply[] = Array.from(
    { length: SLOTS },
    () => new Reply(new Uint8Array(1_472)),
  );
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  readonly #process: SimProcess;
  readonly #send: (frame: Omit<Dhcp, "from" | "kind">) => void;
  readonly #holderOf: (address: number) => Station | undefined;
  readonly #queue: Dhcp[] = [];
  #taken: readonly Dhcp[] = [];
  #waiting: PromiseWithResolvers<number> | undefined;
  #dropped = 0;
  #closed = false;
  #problem: string | undefined;

  constructor(
    link: Link,
    { process, send, holderOf }: {
      readonly process: SimProcess;
      readonly send: (frame: Omit<Dhcp, "from" | "kind">) => void;
      /** Who answers for an address on its network. */
      readonly holderOf: (address: number) => Station | undefined;
    },
  ) {
    this.link = link;
    this.#process = process;
    this.#send = send;
    this.#holderOf = holderOf;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** A datagram arrives in the kernel. */
  arrive(frame: Dhcp): void {
    if (this.#closed || this.#problem !== undefined) return;
    if (this.#queue.length >= QUEUE) this.#dropped++;
    else this.#queue.push(frame);
    this.#process.deliver(() => this.#wake());
  }

  /** The interface is gone. */
  die(why: string): void {
    this.#problem = why;
    this.#process.deliver(() => {
      this.#waiting?.reject(new Error(why));
      this.#waiting = undefined;
    });
  }

  receive(): Promise<number> {
    if (this.#closed) return Promise.resolve(0);
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    this.#wake();
    return promise;
  }

  send(count: number, serverAddress: number): void {
    if (!this.#process.alive) return;
    for (let slot = 0; slot < count; slot++) {
      const reply = this.replies[slot];
      if (reply === undefined || slot >= this.#taken.length || reply.length === 0) continue;
      const payload = reply.bytes.slice(reply.offset, reply.offset + reply.length);
      const to = this.#receiverOf(reply, payload);
      if (to === undefined) continue; // Nobody answers the kernel's ARP question.
      this.#send({
        to,
        source: serverAddress,
        destination: reply.destinationAddress,
        port: reply.destinationPort,
        payload,
      });
    }
  }

  unread(): number {
    return this.#dropped;
  }

  problem(): string | undefined {
    return this.#problem;
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.resolve(0);
    this.#waiting = undefined;
  }

  /** As the real port does: relays by ARP, clients by the hardware address that they named. */
  #receiverOf(
    { destination, destinationAddress }: Reply,
    payload: Uint8Array,
  ): number | undefined {
    if (destination === Destination.Broadcast) return ALL;
    if (destination === Destination.Relay) return this.#holderOf(destinationAddress)?.mac;
    return macFromBytes(payload.subarray(CHADDR_OFFSET, CHADDR_OFFSET + 6));
  }

  #wake(): void {
    if (this.#waiting === undefined || this.#queue.length === 0) return;
    this.#taken = this.#queue.splice(0, SLOTS);
    for (const [slot, { payload, source }] of this.#taken.entries()) {
      const request = this.requests[slot];
      if (request === undefined) continue;
      request.bytes.set(payload);
      request.length = payload.length;
      request.sourceAddress = source;
    }
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(this.#taken.length);
  }
}
