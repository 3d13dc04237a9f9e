/**
 * `/debug/log`: what is logged more of for a while, without a restart.
 *
 * @module
 */
import { z } from "zod";
import { errorText } from "../../core/error_text.ts";
import type { Logger } from "../log.ts";
import type { LogLevels, LogOverride } from "../log_levels.ts";
import { macField, poolField } from "./asked_fields.ts";
import { Bodies, BodyError } from "./bodies.ts";
import { parseJsonBody } from "./json_body.ts";
import { strangerReason } from "./same_machine.ts";

/** Where it is. */
export const DEBUG_LOG_PATH = "/debug/log";

/** Octets of a body; all fields at their longest take a quarter of it. */
const MOST_BODY_BYTES = 2_048;
/** How long more is logged at most, and where nothing is said, in seconds. */
const SECONDS = { most: 3_600, unsaid: 300 };

const BODY = z.strictObject({
  level: z.enum(["debug", "trace"]),
  pool: poolField.optional(),
  mac: macField.optional(),
  seconds: z.int().min(1).max(SECONDS.most).default(SECONDS.unsaid),
});

/** What is set: the levels of the program, which says so in its log. */
interface DebugLogOptions {
  readonly levels: LogLevels;
  readonly log: Logger;
}

/**
 * Answers requests for {@linkcode DEBUG_LOG_PATH}; who may ask is for the caller to say, but that no web page may.
 *
 * - `GET`: what is logged now.
 * - `PUT` with `{"level": "debug" | "trace", "pool"?, "mac"?, "seconds"?}`: more is logged, for 300 seconds where nothing is said,
 *   3,600 at most. One for the same pool and MAC address takes the other's place.
 * - `DELETE`: nothing more is logged than the program's flags say.
 *
 * All answer what is logged then; 400 names each field that is wrong, with its value.
 */
export function debugLog(
  { levels, log }: DebugLogOptions,
): (request: Request) => Promise<Response> {
  const bodies = new Bodies({ most: MOST_BODY_BYTES });
  return async (request) => {
    const stranger = strangerReason(request);
    if (stranger !== undefined) return failure(403, `Only this machine is answered: ${stranger}`);
    switch (request.method) {
      case "GET":
      case "HEAD":
        break;
      case "PUT": {
        const refusal = await put(request, { levels, log, bodies });
        if (refusal !== undefined) return refusal;
        break;
      }
      case "DELETE":
        levels.reset();
        log.info("Log level is as before: somebody asked for it");
        break;
      default:
        return failure(405, `Cannot ${request.method} ${DEBUG_LOG_PATH}`, "DELETE, GET, HEAD, PUT");
    }
    return Response.json(levels.state);
  };
}

/** Does what the body says, or answers why not. */
async function put(
  request: Request,
  { levels, log, bodies }: DebugLogOptions & { readonly bodies: Bodies },
): Promise<Response | undefined> {
  let value: unknown;
  try {
    const body = await bodies.read(request);
    try {
      value = parseJsonBody(body.text());
    } finally {
      body.release();
    }
  } catch (error) {
    const code = error instanceof BodyError ? error.code : 400;
    return failure(code, `Cannot read the body: ${errorText(error)}`);
  }
  const read = BODY.safeParse(value);
  if (!read.success) return failure(400, problemsOf(read.error, value));
  const { level, pool, mac, seconds } = read.data;
  const override: LogOverride = {
    level,
    ...(pool === undefined ? {} : { pool }),
    ...(mac === undefined ? {} : { mac }),
  };
  try {
    levels.override(override, seconds * 1_000);
  } catch (error) {
    return failure(409, `Cannot log more: ${errorText(error)}`);
  }
  log.info("More is logged for a while", { ...override, seconds });
  return undefined;
}

/** Each field that is wrong, its value, and what is wanted. */
function problemsOf({ issues }: z.ZodError, body: unknown): string {
  return issues.map(({ path: [field], message }) => {
    if (field === undefined) return message;
    const value = (body as Readonly<Record<PropertyKey, unknown>>)[field];
    return `${String(field)}: ${JSON.stringify(value) ?? "nothing"}: ${message}`;
  }).join("; ");
}

function failure(status: number, error: string, allow?: string): Response {
  return Response.json({ error }, {
    status,
    headers: allow === undefined ? {} : { allow },
  });
}
