/**
 * The one way to a cluster: whatever can perform a Kubernetes API request.
 *
 * Its shape is that of `@cloudydeno/kubernetes-client`'s `RestClient`, so a user who has that package can hand its
 * client in. vm-dhcp ships a `fetch` transport and an embedded API that implement it.
 *
 * @module
 */

/** HTTP methods of the Kubernetes API. */
export type HttpMethod = "GET" | "POST" | "DELETE" | "PUT" | "PATCH" | "OPTIONS" | "HEAD";

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | {
  [key: string]: JsonValue;
};

/** One request. */
export interface RequestOptions {
  /** The HTTP method. */
  readonly method: HttpMethod;
  /** Path below the server's address, such as `/api/v1/namespaces`. */
  readonly path: string;
  /** The query, without the question mark. */
  readonly querystring?: URLSearchParams;
  /** The body as bytes. */
  readonly bodyRaw?: Uint8Array;
  /** The body as JSON; the default of `contentType` is then `application/json`. */
  readonly bodyJson?: JsonValue;
  /** The body as a stream; such a request is never repeated. */
  readonly bodyStream?: ReadableStream<Uint8Array>;
  /** `Content-Type` of the body. */
  readonly contentType?: string;
  /** `Accept`; default `application/json`. */
  readonly accept?: string;
  /** Ends the request, and the stream it was answered with. */
  readonly abortSignal?: AbortSignal;
  /** Answer with a stream: of bytes, or with `expectJson` of one JSON value per line. */
  readonly expectStream?: boolean;
  /** Answer with parsed JSON. */
  readonly expectJson?: boolean;
  /**
   * Takes the items of a list, which is asked for with `expectJson`, as they come; the answer then has none of them. What it
   * throws ends the request. A client that does not know it answers with all; one that may repeat a request whose answer had
   * begun leaves it out, since items would be taken twice.
   */
  readonly takeItem?: (item: JsonValue) => void;
}

/**
 * Performs Kubernetes API requests. An answer with a status of 400 or more is thrown as an error that carries
 * the HTTP status as `status` or `httpCode` and, where the server sent one, the `Status` object.
 */
export interface RestClient {
  /** Answers with one JSON value per line of the body: a watch. */
  performRequest(
    options: RequestOptions & { readonly expectStream: true; readonly expectJson: true },
  ): Promise<ReadableStream<JsonValue>>;
  /** Answers with the body's bytes as they come, such as a log that is followed. */
  performRequest(
    options: RequestOptions & { readonly expectStream: true },
  ): Promise<ReadableStream<Uint8Array>>;
  /** Answers with the JSON of the body. */
  performRequest(
    options: RequestOptions & { readonly expectJson: true },
  ): Promise<JsonValue>;
  /** Answers with all bytes of the body. */
  performRequest(options: RequestOptions): Promise<Uint8Array>;
  /** Namespace of the context or the service account. */
  readonly defaultNamespace?: string;
}

/** What {@linkcode RestClient.performRequest} answers with, by what the request expects. */
export type RestAnswer =
  | JsonValue
  | Uint8Array
  | ReadableStream<Uint8Array>
  | ReadableStream<JsonValue>;

/**
 * A {@linkcode RestClient} made of one function, which must answer as the request's `expectJson` and `expectStream`
 * say.
 *
 * @example A server that knows its version
 * ```ts
 * import { createKubeClient, toRestClient } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const rest = toRestClient(() => Promise.resolve({ gitVersion: "v1.36.1" }));
 * if (await createKubeClient(rest).version() !== "v1.36.1") throw new Error("Expected the version");
 * ```
 */
export function toRestClient(
  perform: (options: RequestOptions) => Promise<RestAnswer>,
  options: { readonly defaultNamespace?: string } = {},
): RestClient {
  return { ...options, performRequest: perform as RestClient["performRequest"] };
}
