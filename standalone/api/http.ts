/**
 * The embedded API as HTTP.
 *
 * @module
 */
import { parse } from "yaml";
import type { HttpMethod, JsonValue } from "../../kube/seam.ts";
import { type Answer, type ApiRequest, jsonText } from "./answer.ts";
import { type Handle, lines } from "./embedded_rest.ts";
import { decodeProtobuf, PROTOBUF } from "./protobuf.ts";
import { badRequest, internalError, StatusError } from "./status_error.ts";

/** Answers an HTTP request. Never rejects. */
export async function handleHttp(request: Request, handle: Handle): Promise<Response> {
  try {
    return responseOf(handle(await requestOf(request)));
  } catch (error) {
    const { httpCode, status, message } = error instanceof StatusError
      ? error
      : internalError(error);
    if (status.details === undefined && status.reason === undefined && httpCode === 404) {
      return new Response(`${message}\n`, { status: 404 });
    }
    return Response.json(status, { status: httpCode });
  }
}

async function requestOf(request: Request): Promise<ApiRequest> {
  const url = new URL(request.url);
  const contentType = (request.headers.get("content-type") ?? "application/json").split(";")[0] ??
    "";
  const bytes = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method as HttpMethod,
    path: url.pathname,
    query: url.searchParams,
    contentType: contentType.trim(),
    accept: request.headers.get("accept") ?? "application/json",
    userAgent: request.headers.get("user-agent") ?? "unknown",
    signal: request.signal,
    ...(bytes.length === 0 ? {} : { body: readBody(bytes, contentType) }),
  };
}

function readBody(bytes: Uint8Array, contentType: string): JsonValue {
  if (contentType.startsWith(PROTOBUF)) return decodeProtobuf(bytes);
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!contentType.includes("yaml")) {
      throw badRequest(cause instanceof Error ? cause.message : String(cause));
    }
  }
  try {
    return parse(text);
  } catch (cause) {
    throw badRequest(cause instanceof Error ? cause.message : String(cause));
  }
}

function responseOf(answer: Answer): Response {
  const headers = new Headers(answer.headers);
  for (const warning of answer.warnings ?? []) {
    headers.append("warning", `299 - ${JSON.stringify(warning)}`);
  }
  if (answer.text !== undefined) {
    if (!headers.has("content-type")) headers.set("content-type", "text/plain; charset=utf-8");
    return new Response(answer.text, { status: answer.status, headers });
  }
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  if (answer.events !== undefined) {
    return new Response(lines(answer), { status: answer.status, headers });
  }
  return new Response(jsonText(answer), { status: answer.status, headers });
}
