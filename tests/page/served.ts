/**
 * The page behind a server, and a browser that looks at it.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import type { InspectSource } from "../../inspect/source.ts";
import { pageApp } from "../../page/page_app.ts";
import { serveBounded } from "../../runtime/http/bounded_server.ts";

/** A page that is served. */
export interface Served extends AsyncDisposable {
  /** Where `./` is, with a slash at its end. */
  readonly url: string;
  /** Shows what another source knows. */
  show(source: InspectSource): void;
}

/** Serves the page behind a path, as the API server's proxy does. */
export async function serve(source: InspectSource, path = "/"): Promise<Served> {
  const stopping = new AbortController();
  const make = (shown: InspectSource) => pageApp({ source: shown, signal: stopping.signal });
  let app = make(source);
  const server = await serveBounded({
    listen: { hostname: "127.0.0.1", port: 0 },
    handle: (request) => {
      const url = new URL(request.url);
      if (!url.pathname.startsWith(path)) return new Response("Elsewhere", { status: 404 });
      url.pathname = url.pathname.slice(path.length - 1);
      return app.fetch(new Request(url, request));
    },
  }, stopping.signal);
  return {
    url: `${server.url}${path}`,
    show: (shown) => app = make(shown),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await server.done;
    },
  };
}

/** Debian's Chromium. Root has no sandbox. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}
