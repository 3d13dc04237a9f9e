/**
 * `Request` and `Response` over the requests of `node:http`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/** The request as a handler wants it. Throws `TypeError` where target or Host are none. */
export function requestOf(
  incoming: IncomingMessage,
  options: { readonly scheme: "http" | "https"; readonly signal: AbortSignal },
): Request {
  const { method = "GET", headers, rawHeaders, url = "/" } = incoming;
  const { scheme, signal } = options;
  const target = url.startsWith("/") ? `${scheme}://${headers.host ?? "localhost"}${url}` : url;
  const given = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    given.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  }
  const body = hasBody(incoming) ? bodyOf(incoming) : null;
  return new Request(new URL(target), { method, headers: given, signal, body });
}

/**
 * The body as it comes, no more of it than is asked for. What follows after it was cancelled is thrown away: `Readable.toWeb`
 * throws there where nobody can catch it, and ends the process.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  const end = (close: () => void) => () => {
    if (isOver) return;
    isOver = true;
    close();
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      incoming.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        controller.enqueue(new Uint8Array(chunk));
        incoming.pause();
      });
      incoming.once("end", end(() => controller.close()));
      for (const event of ["error", "close"]) {
        incoming.once(event, end(() => controller.error(new Error("The body broke off"))));
      }
      incoming.pause();
    },
    pull: () => void incoming.resume(),
    cancel: () => {
      isOver = true;
      incoming.resume();
    },
  }, { highWaterMark: 0 });
}

/** Whether a body follows the head of the request. */
export function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** Where an answer goes. */
interface Destination {
  readonly to: ServerResponse;
  /** Only the head is asked for. */
  readonly headOnly: boolean;
  /** Told when the other end is to take what was written, and when it has. */
  readonly onBlocked: (blocked: boolean) => void;
}

/** Writes the answer. Resolves when the other end has all of it, or the connection is gone. */
export async function sendResponse(response: Response, destination: Destination): Promise<void> {
  const { to, headOnly, onBlocked } = destination;
  const gone = new Promise<void>((resolve) => to.once("close", resolve));
  to.statusCode = response.status;
  to.setHeaders(response.headers);
  if (!headOnly && response.body !== null) {
    to.flushHeaders();
    const reader = response.body.getReader();
    void gone.then(() => reader.cancel()).catch(() => undefined);
    for (;;) {
      const { value, done } = await reader.read();
      if (done || to.destroyed) break;
      if (to.write(value)) continue;
      onBlocked(true);
      await Promise.race([gone, new Promise<void>((resolve) => to.once("drain", resolve))]);
      onBlocked(false);
    }
  }
  onBlocked(true);
  to.end();
  await gone;
  onBlocked(false);
}
