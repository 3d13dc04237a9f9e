/**
 * The seam to a cluster, in process: requests become calls, watches become streams of objects.
 *
 * @module
 */
import type { JsonValue, RequestOptions, RestClient } from "../../../kube/rest_client.ts";
import {
  type Answer,
  answerText,
  answerValue,
  type ApiRequest,
  eventLines,
  type Handle,
} from "./exchange.ts";
import { parseJson } from "./http.ts";

/** A {@linkcode RestClient} that calls the embedded API without HTTP. What it answers belongs to the caller. */
export class EmbeddedRest implements RestClient {
  readonly #handle: Handle;
  readonly defaultNamespace = "default";

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  performRequest(
    options: RequestOptions & { readonly expectStream: true; readonly expectJson: true },
  ): Promise<ReadableStream<JsonValue>>;
  performRequest(
    options: RequestOptions & { readonly expectStream: true },
  ): Promise<ReadableStream<Uint8Array>>;
  performRequest(
    options: RequestOptions & { readonly expectJson: true },
  ): Promise<JsonValue>;
  performRequest(options: RequestOptions): Promise<Uint8Array>;
  async performRequest(
    options: RequestOptions,
  ): Promise<ReadableStream<JsonValue> | ReadableStream<Uint8Array> | JsonValue | Uint8Array> {
    options.abortSignal?.throwIfAborted();
    const answer = this.#handle(await requestOf(options));
    const bytes = () => new TextEncoder().encode(answerText(answer));
    if (options.expectStream === true) {
      if (options.expectJson === true) return objects(answer);
      return answer.events === undefined
        ? ReadableStream.from([bytes()])
        : eventLines(answer.events);
    }
    return options.expectJson === true ? answerValue(answer) : bytes();
  }
}

async function requestOf(options: RequestOptions): Promise<ApiRequest> {
  const [path = "", search = ""] = options.path.split("?");
  const query = new URLSearchParams(search);
  for (const [name, value] of options.querystring ?? []) query.append(name, value);
  const body = await bodyOf(options);
  return {
    method: options.method,
    path,
    query,
    contentType: options.contentType ?? (options.method === "PATCH" ? "" : "application/json"),
    accept: options.accept ?? "application/json",
    ...(body === undefined ? {} : { body }),
    ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
  };
}

async function bodyOf(
  { bodyJson, bodyRaw, bodyStream }: RequestOptions,
): Promise<JsonValue | undefined> {
  if (bodyJson !== undefined) return bodyJson;
  if (bodyStream === undefined && bodyRaw === undefined) return undefined;
  const text = await new Response(bodyStream ?? (bodyRaw as BodyInit | undefined)).text();
  return text === "" ? undefined : parseJson(text);
}

function objects(answer: Answer): ReadableStream<JsonValue> {
  return answer.events?.(({ type, object }) => ({ type, object: JSON.parse(object) })) ??
    ReadableStream.from([answerValue(answer)]);
}
