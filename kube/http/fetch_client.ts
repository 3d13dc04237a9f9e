/**
 * The `fetch` transport: a {@linkcode RestClient} that talks to an API server over HTTP.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import { type FetchClientOptions, FetchTransport } from "./fetch_transport.ts";
import { type RestClient, toRestClient } from "../rest_client.ts";

export type { Credentials, FetchClientOptions, Identity } from "./fetch_transport.ts";
export type { ClientCertificate, Handshake, TlsOptions } from "./connections.ts";

/** A {@linkcode RestClient} that holds connections. */
export interface FetchClient extends RestClient, Disposable {
  /** Address of the server, as it was given. */
  readonly server: string;
  /** How often connections were left because nothing came by them any more. */
  readonly deadConnections: number;
}

/**
 * A {@linkcode RestClient} over `fetch`. 429 and 503 with `Retry-After` are waited for and repeated (at most 5
 * times), 401 once with fresh credentials. A request without an answer in time throws {@linkcode ConnectionError}, and
 * the connections it used are given up together with the streams that were silent as long; so is a connection on which no
 * request is answered for 5 s, whoever gave them up. A connection of streams that is silent for 15 s is asked for a sign of life,
 * and its streams end where none comes within 10 s. Dispose it to close its connections.
 *
 * Throws `TypeError` for a server address that is no `http:` or `https:` URL.
 *
 * @example
 * ```ts
 * import { createFetchClient } from "@vm-dhcp/vm-dhcp/kube";
 *
 * using rest = createFetchClient({
 *   server: "https://api.example:6443",
 *   credentials: () => Promise.resolve({ authorization: "Bearer abc" }),
 *   fetch: (url, init) => Promise.resolve(Response.json({ url, token: new Headers(init.headers).get("authorization") })),
 * });
 * const answer = await rest.performRequest({ method: "GET", path: "/version", expectJson: true });
 * if (JSON.stringify(answer) !== '{"url":"https://api.example:6443/version","token":"Bearer abc"}') {
 *   throw new Error("Expected the address and the token");
 * }
 * ```
 */
export function createFetchClient(options: FetchClientOptions): FetchClient {
  const transport = new FetchTransport(options);
  const rest = toRestClient(
    (request) => transport.perform(request),
    defined({ defaultNamespace: options.defaultNamespace }),
  );
  return {
    ...rest,
    server: options.server,
    get deadConnections() {
      return transport.deadConnections;
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}
