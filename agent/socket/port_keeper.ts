/**
 * Keeps one socket open on one interface, whatever happens to either.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { backoff } from "../../runtime/backoff.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { DatagramPort, OpenPort } from "./datagram_port.ts";
import type { Link } from "../host/host_network.ts";

/** From one attempt to open the socket to the next: at first, and at most. */
const REOPEN_MS = { base: 50, max: 500 };
/** A socket that lasted this long had nothing wrong with it from the start. */
const LASTED_MS = 5_000;

/** What a {@linkcode PortKeeper} works with. */
interface PortKeeperContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly open: OpenPort;
  /** Answers the port's packets until it is closed; rejects where it is dead. */
  readonly serve: (port: DatagramPort) => Promise<void>;
  /** Called when the socket failed, and when it is time to open it again. */
  readonly onChange: () => void;
}

/** The socket of one network. */
export class PortKeeper {
  readonly #context: PortKeeperContext;
  readonly #wait: (failures: number) => number;
  readonly #closed = new AbortController();
  readonly #closing = new Set<Promise<void>>();
  #port: DatagramPort | undefined;
  #error: string | undefined;
  #waiting = false;
  #failures = 0;
  #opened = 0;
  #openedAt = 0;
  /** What the sockets that are closed had not read. */
  #unread = 0;

  constructor(context: PortKeeperContext) {
    this.#context = context;
    this.#wait = backoff({ ...REOPEN_MS, random: context.random });
  }

  /** How often a socket was opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Datagrams that the kernel dropped before its sockets read them. */
  get unread(): number {
    return this.#unread + (this.#port?.unread() ?? 0);
  }

  /** Sees to it that the socket is on this interface. Answers why there is none; `undefined` where there is one. */
  ensure(link: Link): string | undefined {
    if (this.#port !== undefined && this.#port.link.index !== link.index) {
      this.#context.log.warn("The interface was made again, opening a new socket", {
        interface: link.name,
      });
      this.release();
    }
    const problem = this.#port?.problem();
    if (problem !== undefined) this.#failed(new Error(`The socket is dead: ${problem}`));
    if (this.#port === undefined && !this.#waiting && !this.#closed.signal.aborted) {
      this.#open(link);
    }
    return this.#port === undefined ? this.#error ?? "it is closed" : undefined;
  }

  /** Closes the socket, until it is wanted again. */
  release(): void {
    const port = this.#port;
    this.#unread += port?.unread() ?? 0;
    this.#port = undefined;
    const closing = port?.close();
    if (closing === undefined) return;
    this.#closing.add(closing);
    closing.finally(() => this.#closing.delete(closing));
  }

  /** Closes the socket for good. Resolves when it is closed. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.release();
    await Promise.all(this.#closing);
  }

  #open(link: Link): void {
    const { clock, log, open } = this.#context;
    try {
      const port = open(link);
      this.#port = port;
      this.#error = undefined;
      this.#opened++;
      this.#openedAt = clock.monotonic();
      log.info("Listening", { interface: link.name, index: link.index });
      for (const limit of port.limits) {
        log.warn("The socket is limited", { interface: link.name, limit });
      }
      void this.#serve(port);
    } catch (error) {
      this.#openLater(error);
    }
  }

  async #serve(port: DatagramPort): Promise<void> {
    try {
      await this.#context.serve(port);
      if (this.#port === port) throw new Error("The socket was closed");
    } catch (error) {
      if (this.#port !== port) return;
      this.#failed(error);
      this.#context.onChange();
    }
  }

  #failed(error: unknown): void {
    this.release();
    if (this.#context.clock.monotonic() - this.#openedAt > LASTED_MS) this.#failures = 0;
    this.#openLater(error);
  }

  #openLater(error: unknown): void {
    const { clock, log, onChange } = this.#context;
    this.#error = errorText(error);
    log.warn("The socket failed, opening it again", { error });
    this.#waiting = true;
    clock.sleep(this.#wait(++this.#failures), this.#closed.signal).then(() => {
      this.#waiting = false;
      onChange();
    }, () => undefined);
  }
}
