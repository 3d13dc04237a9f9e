/**
 * The kernel's calls behind one small interface: a batch of datagrams in, a batch of replies out.
 *
 * @module
 */
import type { Datagram, Reply } from "../../core/dhcp/server/datagram.ts";
import type { Link } from "../host/host_network.ts";

/**
 * A UDP socket on the DHCP server port of one interface.
 *
 * One batch at a time: {@linkcode DatagramPort.receive} fills `requests` from index 0, the caller fills the `replies` of the same
 * indexes, {@linkcode DatagramPort.send} sends those that have a length. Both are made once and reused.
 */
export interface DatagramPort {
  /** The interface, as it was when the socket was opened. */
  readonly link: Link;
  /** What cannot be done here, for the log; such as that replies without ARP go out as broadcasts. */
  readonly limits: readonly string[];
  /** Filled by {@linkcode DatagramPort.receive}. */
  readonly requests: readonly Datagram[];
  /** Sent by {@linkcode DatagramPort.send}. */
  readonly replies: readonly Reply[];
  /**
   * Waits for at least one datagram. Resolves with their number, which is 0 once the port is closed. Rejects where the
   * socket is dead.
   */
  receive(): Promise<number>;
  /**
   * Sends the first `count` replies, but those of length 0, from the server's address (unsigned 32 bits). Resolves when all are
   * handed to the kernel; never rejects. One that is refused is dropped and told to `onRefused`, and stops no other.
   */
  send(count: number, serverAddress: number): void | Promise<void>;
  /** Called for each reply that the kernel refuses, with the reason in words. */
  onRefused: ((reply: Reply, reason: string) => void) | undefined;
  /** Datagrams that the kernel dropped unread since the port was opened, where that can be told: its buffer was full. */
  unread(): number;
  /** What is wrong with the socket, where that can be told by looking at it: a receive may wait on a dead one for ever. */
  problem(): string | undefined;
  /** Closes the socket; a receive that waits resolves with 0. Resolves when everything is given back. */
  close(): void | Promise<void>;
}

/** Opens the port of an interface. Throws where the socket cannot be had. */
export type OpenPort = (link: Link) => DatagramPort;
