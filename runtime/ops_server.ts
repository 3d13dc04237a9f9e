/**
 * What an operator asks a program over HTTP: is it alive, is it ready, how is it doing.
 *
 * @module
 */
import { Hono } from "hono";

/** What an operator may ask. */
export interface OpsOptions {
  /** Why the program is not ready, one sentence each; none: ready. */
  readonly notReady: () => readonly string[];
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
  const { notReady, metrics, routes } = options;
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ alive: true, reasons: [] }));
  app.get("/readyz", (context) => {
    const reasons = notReady();
    const ready = reasons.length === 0;
    return context.json({ ready, reasons }, ready ? 200 : 503);
  });
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

/** An operator's questions may take this much of the time that the program has for its work. */
export const OPS_BOUNDS = { share: 0.2 };

/** What `--listen` of a program is for. */
export const OPS_LISTEN_HELP =
  "Where to serve /healthz, /readyz and /metrics (default: POD_IP:8080, and 0.0.0.0:8080 where there is no POD_IP)";

const OPS_PORT = 8080;

/** Where to serve: in a pod on its own address, so that no other network that it is on is answered. */
export function opsListen(
  given: { readonly listen: Listen | undefined; readonly podIp: string | undefined },
): Listen {
  return given.listen ?? { hostname: given.podIp ?? "0.0.0.0", port: OPS_PORT };
}

/** An address to listen on. */
export interface Listen {
  /** IPv4 or IPv6 address without brackets. */
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
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
