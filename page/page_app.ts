/**
 * The page: what an operator sees in a browser. It only reads, sets no cookie, loads nothing from elsewhere, and works without
 * scripts; with them it follows the cluster.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { systemClock } from "../runtime/clock.ts";
import { BUILD } from "../runtime/version.ts";
import { ASSETS } from "./assets.ts";
import { page, type View } from "./html/layout.ts";
import { html, link } from "./html/markup.ts";
import { LiveViews } from "./live.ts";
import type { PageOptions } from "./page_options.ts";
import { Views } from "./views/views.ts";

/** A page may load what is here, and nothing else; it may be framed by nobody. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** How often an open view is looked at: for the chains agents are asked. */
const LOOK_MS = 2_000;
const LOOK_AT_CHAINS_MS = 5_000;

/** Names of the views, as in their addresses; the first is the one at `./`. */
const VIEWS = ["overview", "pool", "why", "what-if"] as const;
type ViewName = typeof VIEWS[number];

/** The application, to be mounted at a path that ends with `/`. */
export function pageApp(options: PageOptions): Hono {
  const { source, logger, clock = systemClock, signal, livePages = 16 } = options;
  const views = new Views(source, clock);
  const live = new LiveViews(livePages, clock);
  const app = new Hono();

  app.use(async (context, next) => {
    if (context.req.method === "GET" || context.req.method === "HEAD") await next();
    else context.res = context.text("This page can only be read", 405, { allow: "GET, HEAD" });
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
    if (!context.res.headers.has("cache-control")) {
      context.res.headers.set("cache-control", "no-store");
    }
  });

  const show = async (context: Context, name: ViewName) => {
    const query = context.req.query();
    const view = await views.of(name, query, context.req.raw.signal);
    const follows = view.status === undefined && name !== "what-if";
    const events = follows ? link("events", { view: name, ...query }) : undefined;
    return answer(context, view, events);
  };
  const answer = (context: Context, view: View, events?: string) =>
    context.html(page(view, { version: BUILD.version, events }), view.status ?? 200);

  app.get("/", (context) => show(context, "overview"));
  for (const name of VIEWS.slice(1)) app.get(`/${name}`, (context) => show(context, name));

  app.get("/what-if-facts", (context) => {
    const facts = views.whatIfFacts(context.req.query("of") ?? "");
    return facts === undefined
      ? context.json({ error: "There is no such IPPool" }, 404)
      : context.json(facts);
  });

  app.get("/events", (context) => {
    const { view, ...query } = context.req.query();
    const name = VIEWS.find((one) => one === view);
    if (name === undefined) return context.json({ error: "There is no such view" }, 404);
    const ended = context.req.raw.signal;
    const both = signal === undefined ? ended : AbortSignal.any([ended, signal]);
    const stream = live.follow({
      render: async () => String(await (await views.of(name, query, both)).live),
      intervalMs: name === "why" ? LOOK_AT_CHAINS_MS : LOOK_MS,
      signal: both,
    });
    return context.body(stream, 200, { "content-type": "text/event-stream" });
  });

  app.get("/assets/:name", (context) => {
    const asset = ASSETS.get(context.req.param("name"));
    if (asset === undefined) return context.json({ error: "There is no such file" }, 404);
    const headers = { "content-type": asset.type, etag: asset.etag, "cache-control": "no-cache" };
    if (context.req.header("if-none-match") === asset.etag) return context.body(null, 304, headers);
    return context.body(asset.text, 200, headers);
  });

  app.notFound((context) =>
    answer(context, {
      title: "Not found",
      status: 404,
      live: html`
        <section class="hero off">
          <h1>There is nothing here</h1>
        </section>
      `,
    })
  );
  app.onError((error, context) => {
    logger?.error("Cannot make a page", { path: context.req.path, error });
    return context.text("Internal error", 500);
  });
  return app;
}
