/**
 * Everything that a standalone server answers over HTTP.
 *
 * @module
 */
import { opsApp, type OpsOptions } from "../runtime/ops_server.ts";
import { strangerReason } from "../runtime/http/same_machine.ts";

/** What stands behind the door. */
interface FrontDoorOptions {
  readonly ops: OpsOptions;
  /** The embedded API. */
  readonly api: (request: Request) => Promise<Response>;
  /** The page. */
  readonly page: (request: Request) => Response | Promise<Response>;
}

/** Where the page is: below this, and with a slash behind it, since the addresses in it are relative. */
const PAGE_PATH = "/ui";

/** Answers operators, their browsers and `kubectl`, and refuses everyone who does not ask this machine by its own name. */
export function frontDoor(options: FrontDoorOptions): (request: Request) => Promise<Response> {
  const app = opsApp(options.ops);
  app.get(PAGE_PATH, (context) => context.redirect(`${PAGE_PATH}/`));
  app.mount(PAGE_PATH, options.page);
  // Only browsers ask for HTML; what is at the root for all others is the API's.
  app.get("/", async (context, next) => {
    if (context.req.header("accept")?.includes("text/html") !== true) return await next();
    return context.redirect(`${PAGE_PATH}/`);
  });
  app.all("*", (context) => options.api(context.req.raw));
  return async (request) => {
    const reason = strangerReason(request);
    return reason === undefined ? await app.fetch(request) : forbidden(reason);
  };
}

/** A refusal as the Kubernetes API words it. */
function forbidden(reason: string): Response {
  return Response.json({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `Only programs on this machine are answered: ${reason}`,
    reason: "Forbidden",
    code: 403,
  }, { status: 403 });
}
