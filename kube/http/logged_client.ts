/**
 * A client that says what it asks.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { type RequestOptions, type RestClient, toRestClient } from "../rest_client.ts";
import { ApiError } from "../errors.ts";

/** Below a namespace: its name, the resource, the object's name. Source: Kubernetes, "API Concepts", resource URIs. */
const OBJECT_PATH = /\/namespaces\/([^/]+)\/[^/]+\/([^/]+)/;

/**
 * Logs each request at `debug` when it is answered: method, path, the object's `namespace/name`, the status where it failed, and how
 * long it took. Bodies and headers are not logged: there are tokens and keys in them.
 */
export function loggedClient(
  rest: RestClient,
  { log, clock }: { readonly log: Logger; readonly clock: Clock },
): RestClient {
  const { defaultNamespace } = rest;
  return toRestClient(async (request) => {
    if (!log.enabled("debug")) return await rest.performRequest(request);
    const startedAt = clock.monotonic();
    const took = () => ({ ...about(request), ms: Math.round(clock.monotonic() - startedAt) });
    try {
      const answer = await rest.performRequest(request);
      log.debug("API request", took());
      return answer;
    } catch (error) {
      log.debug("API request failed", {
        ...took(),
        ...(error instanceof ApiError ? { status: error.status } : { error }),
      });
      throw error;
    }
  }, defaultNamespace === undefined ? {} : { defaultNamespace });
}

function about({ method, path, querystring }: RequestOptions): Readonly<Record<string, unknown>> {
  const [, namespace, name] = OBJECT_PATH.exec(path) ?? [];
  const query = querystring?.toString() ?? "";
  return {
    method,
    path: query === "" ? path : `${path}?${query}`,
    ...(namespace === undefined || name === undefined ? {} : { key: `${namespace}/${name}` }),
  };
}
