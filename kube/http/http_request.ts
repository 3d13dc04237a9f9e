/**
 * How a request looks in HTTP, and what its refusal says.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { isStatusObject } from "../errors.ts";
import type { RequestOptions } from "../rest_client.ts";

/**
 * The headers of a request. Answers are not to be packed: to pack and unpack a list of 100 MB takes longer than to send it, as
 * Kubernetes' own controllers found (`DisableCompression` of client-go).
 */
export function headersOf(
  request: RequestOptions,
  by: { readonly authorization: string | undefined; readonly userAgent: string | undefined },
): Headers {
  const headers = new Headers();
  headers.set("accept", request.accept ?? "application/json");
  headers.set("accept-encoding", "identity");
  const contentType = request.contentType ??
    (request.bodyJson === undefined ? undefined : "application/json");
  if (contentType !== undefined) headers.set("content-type", contentType);
  if (by.authorization !== undefined) headers.set("authorization", by.authorization);
  if (by.userAgent !== undefined) headers.set("user-agent", by.userAgent);
  return headers;
}

/** The most telling message: that of the last cause. */
export function rootMessage(error: unknown): string {
  const hasCause = error instanceof Error && error.cause !== undefined;
  return hasCause ? rootMessage(error.cause) : errorText(error);
}

/** The address of a server; throws `TypeError` for anything but an `http:` or `https:` URL. */
export function parseServer(server: string): URL {
  const url = URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`Cannot use the address of an API server: ${JSON.stringify(server)}`);
  }
  return url;
}

/** The body of a request. */
export function bodyOf(request: RequestOptions): BodyInit | null {
  if (request.bodyJson !== undefined) return JSON.stringify(request.bodyJson);
  if (request.bodyRaw !== undefined) return new Uint8Array(request.bodyRaw);
  return request.bodyStream ?? null;
}

/** The `Status` in an answer's text, if there is one. */
export function parseStatus(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isStatusObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
