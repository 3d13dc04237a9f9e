/**
 * The page for programs that serve it: nothing of it is loaded before somebody looks.
 *
 * @module
 */
import type { PageOptions } from "./page_options.ts";

/** Answers requests whose path is that within the page: `/` is its first view. */
export function pageDoor(options: PageOptions): (request: Request) => Promise<Response> {
  const load = async () => {
    const { pageApp } = await import("./page_app.ts");
    return pageApp(options);
  };
  let app: ReturnType<typeof load> | undefined;
  return async (request) => await (await (app ??= load())).fetch(request);
}
