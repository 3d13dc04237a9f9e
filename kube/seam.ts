/**
 * The one seam to a cluster: whatever can perform a Kubernetes API request.
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
  readonly method: HttpMethod;
  /** Path below the server's address, such as `/api/v1/namespaces`. */
  readonly path: string;
  readonly querystring?: URLSearchParams;
  readonly bodyRaw?: Uint8Array;
  readonly bodyJson?: JsonValue;
  readonly bodyStream?: ReadableStream<Uint8Array>;
  readonly contentType?: string;
  readonly accept?: string;
  readonly abortSignal?: AbortSignal;
  /** Answer with a stream: of bytes, or with `expectJson` of one JSON value per line. */
  readonly expectStream?: boolean;
  /** Answer with parsed JSON. */
  readonly expectJson?: boolean;
}

/**
 * Performs Kubernetes API requests. An answer with a status of 400 or more is thrown as an error that carries
 * the HTTP status as `status` or `httpCode` and, where the server sent one, the `Status` object.
 */
export interface RestClient {
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
