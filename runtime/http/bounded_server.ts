/**
 * An HTTP server for whoever may come: what anybody can make it hold has a bound, and a time.
 *
 * It is `node:http` and not `Deno.serve`, which waits for ever for the rest of a request and takes every connection.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import { errorText } from "../../core/error_text.ts";
import { untilAborted } from "../abort.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { formatListen, type Listen } from "../ops_server.ts";
import { Connections } from "./connections.ts";
import { hasBody, requestOf, sendResponse } from "./fetch_bridge.ts";
import { Turns } from "./turns.ts";

/** What a server bears. Times in milliseconds. */
export interface ServerBounds {
  /** Connections at once; see {@linkcode Connections} for which one goes where it is one too many. */
  readonly connections: number;
  /** From the connection, or from the first octet of a further request, to the end of the head; the TLS handshake, too. */
  readonly headMs: number;
  /** To the end of the body. */
  readonly requestMs: number;
  /** Between two requests of one connection. */
  readonly idleMs: number;
  /** How long nothing of an answer may be taken. */
  readonly stalledMs: number;
  /** Octets of a head. */
  readonly headBytes: number;
  /** Share of the process's time that goes into answers, above 0 and at most 1: see {@linkcode Turns}. Unset: all answers at once. */
  readonly share?: number;
  /** The longest rest after an answer, which keeps the share also where answers take long. Unset: 250. */
  readonly longestRestMs?: number;
}

/** What a server bears unless it is told otherwise. */
const DEFAULT_BOUNDS: ServerBounds = {
  connections: 64,
  headMs: 5_000,
  requestMs: 10_000,
  idleMs: 30_000,
  stalledMs: 10_000,
  headBytes: 16_384,
};

/** Certificate and key, PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** The other end of a connection. */
interface Peer {
  /** Its address, without its port. */
  readonly address: string;
}

/** Where and what to serve. */
export interface ServeOptions {
  readonly listen: Listen;
  readonly handle: (request: Request, peer: Peer) => Response | Promise<Response>;
  readonly logger?: Logger;
  /** HTTPS instead of HTTP. `later`: until a certificate is given, no handshake succeeds. */
  readonly tls?: TlsPair | "later";
  /** What differs from {@linkcode DEFAULT_BOUNDS}. */
  readonly bounds?: Partial<ServerBounds>;
  /** How long running answers may take after the signal. Default 2,000 ms. */
  readonly graceMs?: number;
  readonly clock?: Clock;
}

/** A server that listens. */
export interface BoundedServer {
  /** The bound address, with the real port. */
  readonly listen: Listen;
  /** Such as `http://127.0.0.1:8080`; an unspecified address is given as loopback. */
  readonly url: string;
  /** Resolves when the signal aborted and the server has stopped. */
  readonly done: Promise<void>;
  /** Answers new connections with this certificate; those that there are stay. HTTPS only. Throws where certificate and key do not belong together. */
  useCertificate(tls: TlsPair): void;
}

/**
 * Serves HTTP until the signal aborts; then no new connection is taken, and running answers may end within the grace.
 * Throws an error that names the address where it cannot listen.
 */
export async function serveBounded(
  options: ServeOptions,
  signal: AbortSignal,
): Promise<BoundedServer> {
  const server = new Server(options);
  const listen = await server.listen();
  options.logger?.info("Listening", { ...listen });
  return {
    listen,
    url: urlOf(listen, server.scheme),
    done: untilAborted(signal).then(() => server.stop()),
    useCertificate: (tls) => server.useCertificate(tls),
  };
}

class Server {
  readonly scheme: "http" | "https";
  readonly #options: ServeOptions;
  readonly #bounds: ServerBounds;
  readonly #clock: Clock;
  readonly #server: TlsServer | ReturnType<typeof createServer>;
  readonly #connections: Connections;
  readonly #turns: Turns | undefined;
  readonly #running = new Set<(response: Response) => void>();
  #stopping = false;

  constructor(options: ServeOptions) {
    const { tls, clock = systemClock } = options;
    const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#options = options;
    this.#bounds = bounds;
    this.#clock = clock;
    this.#connections = new Connections(bounds.connections);
    const { share, longestRestMs } = bounds;
    this.#turns = share === undefined ? undefined : new Turns(share, clock, longestRestMs);
    this.scheme = tls === undefined ? "http" : "https";
    const limits = {
      headersTimeout: bounds.headMs,
      requestTimeout: bounds.requestMs,
      keepAliveTimeout: bounds.idleMs,
      connectionsCheckingInterval: Math.min(500, bounds.headMs / 4),
      maxHeaderSize: bounds.headBytes,
    };
    const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      void this.#answer(incoming, outgoing);
    };
    this.#server = tls === undefined ? createServer(limits, answer) : createTlsServer({
      ...limits,
      ...(tls === "later" ? {} : tls),
      handshakeTimeout: bounds.headMs,
    }, answer);
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
  }

  async listen(): Promise<Listen> {
    const { listen } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen({ host: listen.hostname, port: listen.port }, resolve);
    try {
      await promise;
    } catch (cause) {
      throw new Error(`Cannot listen on ${formatListen(listen)}: ${errorText(cause)}`, { cause });
    }
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new Error("Cannot tell the bound port");
    return { hostname: bound.address, port: bound.port };
  }

  useCertificate(tls: TlsPair): void {
    if (!("setSecureContext" in this.#server)) throw new Error("Cannot use a certificate: no TLS");
    // Deno notices it in the first handshake only, and goes on with neither certificate.
    if (!new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))) {
      throw new Error("Cannot use a certificate: the key is another certificate's");
    }
    this.#server.setSecureContext(tls);
  }

  async stop(): Promise<void> {
    const { graceMs = 2_000 } = this.#options;
    this.#stopping = true;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    // Deno's closeIdleConnections() leaves those open by which an even number of requests came.
    this.#connections.closeIdle();
    const ended = new AbortController();
    const overdue = (async () => {
      await this.#clock.sleep(graceMs, ended.signal);
      for (const cut of this.#running) {
        cut(Response.json({ error: "The server stops" }, { status: 503 }));
      }
      // Also a body that never ends must not hold the program up.
      await this.#clock.sleep(graceMs, ended.signal);
      this.#connections.closeAll();
    })().catch(() => undefined);
    await Promise.race([closed, overdue]);
    ended.abort();
  }

  #connected(socket: Socket): void {
    const connection = this.#connections.add(socket);
    socket.once("close", () => this.#connections.remove(connection));
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const connection = this.#connections.of(incoming.socket);
    // Who asks again before the answer could have any number of answers under way by one connection.
    if (connection === undefined || connection.answering) {
      incoming.socket.destroy();
      return;
    }
    const setAwaited = (awaited: boolean) => this.#connections.setAwaited(connection, awaited);
    connection.answering = true;
    setAwaited(hasBody(incoming));
    incoming.once("end", () => connection.answering && setAwaited(false));
    using stall = new Stall(this.#bounds.stalledMs, () => connection.socket.destroy());
    try {
      const response = await this.#response(incoming, { outgoing, address: connection.address });
      if (this.#stopping) outgoing.setHeader("connection", "close");
      await sendResponse(response, {
        to: outgoing,
        headOnly: incoming.method === "HEAD",
        onBlocked: (blocked) => {
          setAwaited(blocked);
          stall.set(blocked);
        },
      });
    } catch (error) {
      this.#options.logger?.debug("Connection broke off", { error });
      connection.socket.destroy();
    }
    connection.answering = false;
    setAwaited(true);
    // Nor does it end where its answer began before, and did not say that it would.
    if (this.#stopping) connection.socket.destroy();
  }

  /** What the handler answers, or what is answered instead where it does not in time, or cannot. */
  async #response(
    incoming: IncomingMessage,
    { outgoing, address }: { readonly outgoing: ServerResponse; readonly address: string },
  ): Promise<Response> {
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    const handled = () => this.#handled(incoming, { address, signal: gone.signal });
    const { promise: cut, resolve } = Promise.withResolvers<Response>();
    this.#running.add(resolve);
    try {
      const answer = this.#turns === undefined
        ? handled()
        : this.#turns.take(address, handled, gone.signal);
      return await Promise.race([answer, cut]);
    } finally {
      this.#running.delete(resolve);
    }
  }

  async #handled(
    incoming: IncomingMessage,
    { address, signal }: Peer & { readonly signal: AbortSignal },
  ): Promise<Response> {
    let request: Request;
    try {
      request = requestOf(incoming, { scheme: this.scheme, signal });
    } catch (error) {
      return Response.json({ error: errorText(error) }, { status: 400 });
    }
    try {
      return await this.#options.handle(request, { address });
    } catch (error) {
      // What ends because the other end does is nothing to tell: anybody could fill the log with it.
      if (!signal.aborted && !incoming.destroyed) {
        this.#options.logger?.error("Cannot answer an HTTP request", { error });
      }
      return Response.json({ error: "Internal error" }, { status: 500 });
    }
  }
}

/** Ends a connection whose other end takes nothing for too long. */
class Stall implements Disposable {
  readonly #ms: number;
  readonly #end: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, end: () => void) {
    this.#ms = ms;
    this.#end = end;
  }

  /** Begins to wait, or no longer waits. */
  set(stalled: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = stalled ? setTimeout(this.#end, this.#ms) : undefined;
  }

  [Symbol.dispose](): void {
    this.set(false);
  }
}

function urlOf(bound: Listen, scheme: string): string {
  const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return `${scheme}://${
    formatListen({ ...bound, hostname: loopback[bound.hostname] ?? bound.hostname })
  }`;
}
