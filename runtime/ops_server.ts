/**
 * What an operator asks a program over HTTP: is it alive, is it ready, how is it doing.
 *
 * @module
 */
import { Hono } from "hono";
import { type Clock, systemClock } from "./clock.ts";
import type { Logger } from "./log.ts";

/** What an operator may ask. */
export interface OpsOptions {
  /** Why the program is not ready, one sentence each; none: ready. */
  readonly notReady: () => readonly string[];
  /** Why the program should be restarted; none, or unset: it is alive. */
  readonly notAlive?: () => readonly string[];
  /** The metrics, Prometheus text. Unset: no `/metrics`. */
  readonly metrics?: { render(): Promise<string>; readonly contentType: string };
  /** Adds further routes. */
  readonly routes?: (app: Hono) => void;
}

/**
 * The application behind `/healthz`, `/readyz` (200, or 503 with the reasons) and `/metrics`. Anything else is 404, and
 * a route that throws is 500; both as JSON `{"error": ...}`.
 */
export function opsApp(options: OpsOptions): Hono {
  const { notReady, notAlive = () => [], metrics, routes } = options;
  const app = new Hono();
  const state = (name: string, problems: () => readonly string[]) => () => {
    const reasons = problems();
    return Response.json({ [name]: reasons.length === 0, reasons }, {
      status: reasons.length === 0 ? 200 : 503,
    });
  };
  app.get("/healthz", state("alive", notAlive));
  app.get("/readyz", state("ready", notReady));
  if (metrics !== undefined) {
    app.get("/metrics", async (context) => {
      return context.body(await metrics.render(), 200, { "content-type": metrics.contentType });
    });
  }
  routes?.(app);
  app.notFound((context) => context.json({ error: `No such page: ${context.req.path}` }, 404));
  app.onError((error, context) => context.json({ error: error.message }, 500));
  return app;
}

/** An address to listen on. */
export interface Listen {
  /** IPv4 or IPv6 address without brackets. */
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Where and what to serve. */
export interface ServeOptions {
  readonly listen: Listen;
  readonly handle: (request: Request) => Response | Promise<Response>;
  readonly logger?: Logger;
  /** Certificate and key, PEM: HTTPS instead of HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** How long running answers may take after the signal. Default 2,000 ms. */
  readonly graceMs?: number;
  readonly clock?: Clock;
}

/** A server that listens. */
export interface RunningServer {
  /** The bound address, with the real port. */
  readonly listen: Listen;
  /** Such as `http://127.0.0.1:8080`; an unspecified address is given as loopback. */
  readonly url: string;
  /** Resolves when the signal aborted and the server has stopped. */
  readonly done: Promise<void>;
}

/**
 * Serves HTTP until the signal aborts; then no new connection is taken, and running answers may end within the grace.
 * Throws an error that names the address where it cannot listen.
 */
export function serveHttp(options: ServeOptions, signal: AbortSignal): RunningServer {
  const { graceMs = 2_000, clock = systemClock } = options;
  const running = new Set<(response: Response) => void>();
  const server = startServer(options, running);
  const bound: Listen = { hostname: server.addr.hostname, port: server.addr.port };
  const stop = async () => {
    const ended = new AbortController();
    const overdue = (async () => {
      await clock.sleep(graceMs, ended.signal);
      for (const cut of running) cut(Response.json({ error: "The server stops" }, { status: 503 }));
      // Also a body that never ends must not hold the program up.
      await clock.sleep(graceMs, ended.signal);
      server.unref();
    })().catch(() => undefined);
    await Promise.race([server.shutdown(), overdue]);
    ended.abort();
  };
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const onAbort = () => void stop().finally(resolve);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  options.logger?.info("Listening", { ...bound });
  return { listen: bound, url: urlOf(bound, options.tls === undefined ? "http" : "https"), done };
}

function startServer(
  options: ServeOptions,
  running: Set<(response: Response) => void>,
): Deno.HttpServer<Deno.NetAddr> {
  const { listen, handle, logger, tls } = options;
  try {
    return Deno.serve({
      hostname: listen.hostname,
      port: listen.port,
      onListen: () => undefined,
      onError: (error) => {
        logger?.error("Cannot answer an HTTP request", { error });
        return Response.json({ error: "Internal error" }, { status: 500 });
      },
      ...(tls === undefined ? {} : { cert: tls.cert, key: tls.key }),
    }, async (request) => {
      const { promise: cut, resolve } = Promise.withResolvers<Response>();
      running.add(resolve);
      try {
        return await Promise.race([handle(request), cut]);
      } finally {
        running.delete(resolve);
      }
    });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${formatListen(listen)}: ${said}`, { cause });
  }
}

/**
 * Reads `HOST:PORT`, `[IPv6]:PORT` or `:PORT` (all addresses). Throws `TypeError` for anything else.
 */
export function parseListen(text: string): Listen {
  const match = /^(?:\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]|([^\[\]:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new TypeError(`Cannot read an address to listen on: ${JSON.stringify(text)}`);
  }
  const hostname = match[1] ?? match[2] ?? "";
  return { hostname: hostname === "" ? "0.0.0.0" : hostname, port };
}

/** The inverse of {@linkcode parseListen}. */
export function formatListen(listen: Listen): string {
  const { hostname, port } = listen;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function urlOf(listen: Listen, scheme: string): string {
  const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return `${scheme}://${
    formatListen({ ...listen, hostname: loopback[listen.hostname] ?? listen.hostname })
  }`;
}
