/**
 * Sends one request of the API and reads its answer.
 *
 * @module
 */
import { toApiError } from "./errors.ts";
import type { HttpMethod, JsonValue, RequestOptions, RestClient } from "./seam.ts";

/** One request. */
export interface JsonRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: JsonValue;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The request as the seam takes it. */
export function optionsOf(request: JsonRequest): RequestOptions {
  return {
    method: request.method,
    path: request.path,
    ...(request.query !== undefined && request.query.size > 0
      ? { querystring: request.query }
      : {}),
    ...(request.body === undefined ? {} : { bodyJson: request.body }),
    ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
    ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
  };
}

/** The JSON that the server answers; an answer of 400 or more is thrown as an `ApiError`. */
export async function requestJson(rest: RestClient, request: JsonRequest): Promise<JsonValue> {
  request.signal?.throwIfAborted();
  try {
    return await rest.performRequest({ ...optionsOf(request), expectJson: true });
  } catch (error) {
    throw toApiError(error, request);
  }
}
