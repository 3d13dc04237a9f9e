/**
 * `/clients` and `/packets`: what an agent tells of what it hears.
 *
 * @module
 */
import type { HeardQuery, PacketsQuery } from "../../core/inspect/heard.ts";
import { errorText } from "../../core/error_text.ts";
import { z } from "zod";
import { macField, poolField } from "../../runtime/http/asked_fields.ts";
import type { AgentHeard, HeardStream } from "./agent_heard.ts";

/** Where they are. */
export const HEARD_PATHS: ReadonlySet<string> = new Set(["/clients", "/packets"]);

/** Clients that are written at a time: others have their turn in between. */
const CLIENTS_AT_A_TIME = 200;

const CLIENTS_QUERY = z.strictObject({ pool: poolField.optional(), mac: z.array(macField) });
const PACKETS_QUERY = z.strictObject({
  ...CLIENTS_QUERY.shape,
  seconds: z.coerce.number().int().min(1).max(600).default(60),
  format: z.enum(["text", "pcap"]).default("text"),
});

const TYPES: Readonly<Record<PacketsQuery["format"], string>> = {
  text: "text/plain; charset=utf-8",
  pcap: "application/vnd.tcpdump.pcap",
};

/**
 * Answers a request for one of {@linkcode HEARD_PATHS}; who may ask is for the caller to say. `GET` alone.
 *
 * - `/clients?pool=NAMESPACE/NAME&mac=MAC`: a `HeardAnswer`. Both may be left out, `mac` may come often.
 * - `/packets?pool=&mac=&seconds=60&format=text`: packets as they come; `format=pcap` is a capture file.
 *
 * 400 names each field that is wrong, with its value; 404: the agent has no such pool; 503: too many watch already.
 */
export function answerHeard(request: Request, heard: AgentHeard): Response {
  if (request.method !== "GET") {
    return failure(405, `Cannot ${request.method} what is heard`, { allow: "GET" });
  }
  const { pathname, searchParams } = new URL(request.url);
  const asked = {
    ...Object.fromEntries(searchParams),
    mac: searchParams.getAll("mac"),
  };
  if (pathname === "/packets") return packetsAnswer(asked, heard);
  const read = CLIENTS_QUERY.safeParse(asked);
  if (!read.success) return failure(400, problemsOf(read.error, asked));
  return clientsAnswer(heard.stream(queryOf(read.data)));
}

function packetsAnswer(asked: Readonly<Record<string, unknown>>, heard: AgentHeard): Response {
  const read = PACKETS_QUERY.safeParse(asked);
  if (!read.success) return failure(400, problemsOf(read.error, asked));
  const { pool, seconds, format } = read.data;
  if (pool !== undefined && !heard.serves(pool)) {
    return failure(404, `This agent has no pool ${pool}`);
  }
  try {
    const packets = heard.packets({ ...queryOf(read.data), seconds, format });
    const headers = { "content-type": TYPES[format], "cache-control": "no-store" };
    return new Response(packets, { headers });
  } catch (error) {
    return failure(503, errorText(error));
  }
}

function queryOf({ pool, mac }: z.infer<typeof CLIENTS_QUERY>): HeardQuery {
  return { ...(pool === undefined ? {} : { pool }), macAddresses: mac };
}

/** The answer as JSON, some clients at a time. */
function clientsAnswer({ clients, leftOut, ...answer }: HeardStream): Response {
  const encoder = new TextEncoder();
  const pieces = jsonPieces();
  return new Response(
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const { value, done } = pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
    }, { highWaterMark: 0 }),
    { headers: { "content-type": "application/json", "cache-control": "no-store" } },
  );

  function* jsonPieces(): Generator<string> {
    let piece = `${JSON.stringify(answer).slice(0, -1)},"clients":[`;
    let count = 0;
    for (const client of clients) {
      if (count > 0) piece += ",";
      piece += JSON.stringify(client);
      if (++count % CLIENTS_AT_A_TIME !== 0) continue;
      yield piece;
      piece = "";
    }
    yield `${piece}],"leftOut":${leftOut()}}`;
  }
}

/** Each field that is wrong, its value, and what is wanted. */
function problemsOf({ issues }: z.ZodError, asked: Readonly<Record<string, unknown>>): string {
  return issues.map(({ path: [field], message }) => {
    if (field === undefined) return message;
    return `${String(field)}: ${JSON.stringify(asked[String(field)])}: ${message}`;
  }).join("; ");
}

function failure(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers });
}
