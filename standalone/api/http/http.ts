/**
 * The embedded API as HTTP.
 *
 * @module
 */
import type { HttpMethod, JsonValue } from "../../../kube/rest_client.ts";
import { type Bodies, BodyError, MAX_BODY_BYTES } from "../../../runtime/http/bodies.ts";
import { parseJsonBody } from "../../../runtime/http/json_body.ts";
import { type Answer, answerText, type ApiRequest, eventLines, type Handle } from "./exchange.ts";
import {
  badRequest,
  internalError,
  requestEntityTooLarge,
  serviceUnavailable,
  StatusError,
  unsupportedMediaType,
} from "./status_error.ts";

const JSON_TYPE = "application/json";

/** Who answers, and how bodies are read. */
interface HttpOptions {
  readonly handle: Handle;
  readonly bodies: Bodies;
}

/** Answers an HTTP request. Never rejects. */
export async function handleHttp(
  request: Request,
  { handle, bodies }: HttpOptions,
): Promise<Response> {
  try {
    return responseOf(handle(await requestOf(request, bodies)));
  } catch (error) {
    const { httpCode, status, message } = error instanceof StatusError
      ? error
      : internalError(error);
    // A path that is not served has no Status.
    if (httpCode === 404 && status.details === undefined) {
      return new Response(`${message}\n`, { status: httpCode });
    }
    return Response.json(status, { status: httpCode });
  }
}

async function requestOf(request: Request, bodies: Bodies): Promise<ApiRequest> {
  const { pathname: path, searchParams: query } = new URL(request.url);
  const [type = ""] = (request.headers.get("content-type") ?? JSON_TYPE).split(";");
  const contentType = type.trim();
  const text = await textOf(request, bodies);
  return {
    method: request.method as HttpMethod,
    path,
    query,
    contentType,
    accept: request.headers.get("accept") ?? JSON_TYPE,
    signal: request.signal,
    ...(text === "" ? {} : { body: readBody(text, contentType) }),
  };
}

async function textOf(request: Request, bodies: Bodies): Promise<string> {
  try {
    const body = await bodies.read(request);
    try {
      return body.text();
    } finally {
      body.release();
    }
  } catch (error) {
    if (!(error instanceof BodyError)) throw badRequest("the body of the request is no UTF-8");
    switch (error.code) {
      case 400:
        throw badRequest(error.message);
      case 413:
        throw requestEntityTooLarge(`limit is ${MAX_BODY_BYTES}`);
      case 503:
        throw serviceUnavailable(error.message);
      default:
        return unknownCode(error.code);
    }
  }
}

function unknownCode(code: never): never {
  throw new TypeError(`Cannot tell what a code means: ${String(code)}`);
}

/** The JSON value that a body is. What is not JSON is left to whoever knows which types are taken. */
function readBody(text: string, contentType: string): JsonValue {
  if (!contentType.endsWith("json")) return text;
  return parseJson(text);
}

/** Throws a 400 for what is no JSON. */
export function parseJson(text: string): JsonValue {
  try {
    return parseJsonBody(text) as JsonValue;
  } catch (cause) {
    throw badRequest(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Throws a 415 where the body of a request is not JSON. */
export function requireJson({ contentType }: ApiRequest): void {
  if (contentType !== JSON_TYPE) throw unsupportedMediaType([JSON_TYPE]);
}

function responseOf(answer: Answer): Response {
  const { status, text, events, warnings = [] } = answer;
  const headers = new Headers({ "content-type": text === undefined ? JSON_TYPE : "text/plain" });
  for (const warning of warnings) headers.append("warning", `299 - ${headerText(warning)}`);
  const body = events === undefined ? answerText(answer) : eventLines(events);
  return new Response(body, { status, headers });
}

/** A quoted text as the octets that a header may have: UTF-8, without what ends or hides a line. */
function headerText(text: string): string {
  const shown = JSON.stringify(text.toWellFormed()).replaceAll("\x7f", "\\u007f");
  return Array.from(new TextEncoder().encode(shown), (octet) => String.fromCharCode(octet)).join(
    "",
  );
}
