/**
 * An HTTPS server whose certificate can change without a dropped request.
 *
 * Deno takes a server's certificate once, when it begins to listen. So one TCP listener stays, and hands each connection on,
 * byte by byte, to an HTTPS server on loopback: that of the newest certificate. The one before it ends with its last
 * connection; the connections themselves are never cut.
 *
 * @module
 */
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { formatListen, type Listen, type RunningServer, serveHttp } from "../runtime/ops_server.ts";

/** Certificate and key, PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Where and what to serve. */
export interface TlsServerOptions {
  readonly listen: Listen;
  readonly handle: (request: Request) => Response | Promise<Response>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Generation {
  readonly server: RunningServer;
  readonly stop: AbortController;
  connections: number;
}

const BUFFER_BYTES = 16_384;
const ACCEPT_RETRY_MS = 100;

/** An HTTPS server. It takes connections from the first certificate on. */
export class TlsServer {
  /** The bound address, with the real port. */
  readonly listen: Listen;
  readonly #options: TlsServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #generations = new Set<Generation>();
  #newest: Generation | undefined;
  #closed = false;
  #accepting: Promise<void> | undefined;

  /** Throws an error that names the address where it cannot listen. */
  constructor(options: TlsServerOptions) {
    const { hostname, port } = options.listen;
    this.#options = options;
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Cannot listen on ${formatListen(options.listen)}: ${said}`, { cause });
    }
    this.listen = { hostname, port: this.#listener.addr.port };
  }

  /** Answers new connections with this certificate. Throws where certificate and key do not belong together. */
  use(tls: TlsPair): void {
    const { handle, clock, log } = this.#options;
    const stop = new AbortController();
    const listen = { hostname: "127.0.0.1", port: 0 };
    const server = serveHttp({ listen, handle, clock, tls }, stop.signal);
    const generation = { server, stop, connections: 0 };
    this.#generations.add(generation);
    const before = this.#newest;
    this.#newest = generation;
    if (before !== undefined) this.#endIfUnused(before);
    if (this.#accepting === undefined) {
      log.info("Listening", { ...this.listen });
      this.#accepting = this.#accept();
    }
  }

  /** Takes no new connection; running answers may end. Resolves when everything has. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    await this.#accepting;
    await Promise.all([...this.#generations].map(({ stop, server }) => {
      stop.abort();
      return server.done;
    }));
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        const connection = await this.#listener.accept();
        if (this.#newest === undefined) connection.close();
        else void this.#serve(connection, this.#newest);
      } catch (error) {
        if (this.#closed) return;
        // Too many open files, most likely: it passes.
        this.#options.log.warn("Cannot take a connection, trying again", { error });
        await this.#options.clock.sleep(ACCEPT_RETRY_MS);
      }
    }
  }

  async #serve(connection: Deno.TcpConn, generation: Generation): Promise<void> {
    generation.connections++;
    try {
      await relay(connection, generation.server.listen);
    } catch (error) {
      this.#options.log.debug("Connection broke off", { error });
    } finally {
      generation.connections--;
      this.#endIfUnused(generation);
    }
  }

  #endIfUnused(generation: Generation): void {
    if (generation === this.#newest || generation.connections > 0) return;
    this.#generations.delete(generation);
    generation.stop.abort();
  }
}

/** Joins a connection with one to an HTTPS server until that ends it. */
async function relay(outer: Deno.TcpConn, to: Listen): Promise<void> {
  using client = outer;
  using server = await Deno.connect({ ...to });
  client.setNoDelay(true);
  server.setNoDelay(true);
  const sent = copy(client, server);
  const answered = copy(server, client);
  // What is left over of the other direction fails when both connections are closed on the way out.
  for (const direction of [sent, answered]) direction.catch(() => undefined);
  await Promise.race([answered, sent.then(() => answered)]);
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    const length = await from.read(buffer);
    if (length === null) break;
    for (let done = 0; done < length;) done += await to.write(buffer.subarray(done, length));
  }
  await to.closeWrite();
}
