/**
 * The seam to a cluster, in process: requests become calls, watches become streams of objects.
 *
 * @module
 */
import type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../../kube/seam.ts";
import { type Answer, type ApiRequest, jsonText, jsonValue } from "./answer.ts";
import { badRequest } from "./status_error.ts";
import type { WatchFrame } from "./watch.ts";

/** Answers one request; throws `StatusError`. */
export type Handle = (request: ApiRequest) => Answer;

/** Who asks. */
export interface EmbeddedRestOptions {
  /** Becomes the field manager of writes that name none. */
  readonly userAgent?: string;
  /** What the client says is its namespace; `default` by default. */
  readonly defaultNamespace?: string;
}

/** A {@linkcode RestClient} that calls the embedded API without HTTP. What it answers belongs to the caller. */
export class EmbeddedRest implements RestClient {
  readonly #handle: Handle;
  readonly #userAgent: string;
  readonly defaultNamespace: string;

  constructor(handle: Handle, options: EmbeddedRestOptions = {}) {
    this.#handle = handle;
    this.#userAgent = options.userAgent ?? "vm-dhcp";
    this.defaultNamespace = options.defaultNamespace ?? "default";
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
    const answer = this.#handle(await this.#requestOf(options));
    if (options.expectStream === true) {
      return options.expectJson === true ? objects(answer) : lines(answer);
    }
    if (options.expectJson === true) return jsonValue(answer);
    return new TextEncoder().encode(answer.text ?? jsonText(answer));
  }

  async #requestOf(options: RequestOptions): Promise<ApiRequest> {
    const [path = "", search = ""] = options.path.split("?");
    const query = new URLSearchParams(search);
    for (const [name, value] of options.querystring ?? []) query.append(name, value);
    const body = await bodyOf(options);
    return {
      method: options.method,
      path,
      query,
      contentType: options.contentType ?? defaultContentType(options.method),
      accept: options.accept ?? "application/json",
      userAgent: this.#userAgent,
      ...(body === undefined ? {} : { body }),
      ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
    };
  }
}

function defaultContentType(method: HttpMethod): string {
  return method === "PATCH" ? "" : "application/json";
}

async function bodyOf(options: RequestOptions): Promise<JsonValue | undefined> {
  if (options.bodyJson !== undefined) return options.bodyJson;
  const raw = options.bodyRaw ??
    (options.bodyStream === undefined
      ? undefined
      : new Uint8Array(await new Response(options.bodyStream).arrayBuffer()));
  if (raw === undefined || raw.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(raw));
  } catch (cause) {
    throw badRequest(cause instanceof Error ? cause.message : String(cause));
  }
}

function objects(answer: Answer): ReadableStream<JsonValue> {
  if (answer.events === undefined) {
    return ReadableStream.from([jsonValue(answer)]);
  }
  return answer.events.pipeThrough(
    new TransformStream<WatchFrame, JsonValue>({
      transform({ type, object }, controller) {
        controller.enqueue({ type, object: JSON.parse(object) });
      },
    }),
  );
}

/** The bytes of an answer: one JSON value a line. */
export function lines(answer: Answer): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  if (answer.events === undefined) {
    return ReadableStream.from([encoder.encode(answer.text ?? jsonText(answer))]);
  }
  return answer.events.pipeThrough(
    new TransformStream<WatchFrame, Uint8Array>({
      transform({ type, object }, controller) {
        controller.enqueue(encoder.encode(`{"type":"${type}","object":${object}}\n`));
      },
    }),
  );
}
