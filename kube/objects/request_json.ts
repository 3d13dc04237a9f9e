/**
 * Sends one request of the API and reads its answer.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import { toApiError } from "../errors.ts";
import type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../rest_client.ts";

/** One request. */
export interface JsonRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: JsonValue;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  readonly takeItem?: (item: JsonValue) => void;
}

/** The request as a `RestClient` takes it. */
export function optionsOf(request: JsonRequest): RequestOptions {
  const { method, path, query, body, contentType, signal, takeItem } = request;
  const querystring = query?.size === 0 ? undefined : query;
  return {
    method,
    path,
    ...defined({ querystring, bodyJson: body, contentType, abortSignal: signal, takeItem }),
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
