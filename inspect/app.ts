/**
 * The verbs over HTTP: `/v1/why?of=VM`, and so on.
 *
 * @module
 */
import { Hono } from "hono";
import { errorText } from "../core/error_text.ts";
import { nearest } from "../core/nearest.ts";
import { respond } from "./output/respond.ts";
import { readQuery } from "./query.ts";
import { Refusal, statusResponse } from "./refusal.ts";
import type { InspectSource } from "./source.ts";
import { VERBS } from "./verbs.ts";

/**
 * The application: `GET /v1` lists the verbs, `GET /v1/VERB` answers. Only read. What cannot be answered is a Kubernetes `Status`
 * that names the parameter and its value.
 */
export function inspectApp(source: InspectSource): Hono {
  const app = new Hono();
  app.get("/v1", () =>
    Response.json({
      verbs: Object.entries(VERBS).map(([name, { about, parameters }]) => ({
        name,
        about,
        parameters,
      })),
    }));
  app.get("/v1/:verb", async (context) => {
    const name = context.req.param("verb");
    const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    if (verb === undefined) {
      const meant = nearest(name, Object.keys(VERBS));
      return statusResponse(
        404,
        `There is no verb ${JSON.stringify(name)}${
          meant === undefined ? "" : `; did you mean ${meant}?`
        }`,
      );
    }
    const { searchParams } = new URL(context.req.url);
    const query = readQuery(searchParams, { now: source.now(), may: verb.parameters });
    const answer = await verb.answer({ source, query, signal: context.req.raw.signal });
    return answer instanceof Response ? answer : respond(answer, query.output);
  });
  app.all("/v1/*", ({ req }) => statusResponse(405, `Cannot ${req.method} ${req.path}: GET it`));
  app.notFound(({ req }) => statusResponse(404, `No such page: ${req.path}`));
  app.onError((error) =>
    error instanceof Refusal
      ? statusResponse(error.code, error.message)
      : statusResponse(500, errorText(error))
  );
  return app;
}
