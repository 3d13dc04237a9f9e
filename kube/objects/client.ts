/**
 * Typed reads and writes of Kubernetes objects over any {@linkcode RestClient}.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { isNotFound } from "../errors.ts";
import { requestJson } from "./request_json.ts";
import { RestResourceClient } from "./resource_client.ts";
import { groupPath } from "./resources.ts";
import type { JsonValue, RestClient } from "../rest_client.ts";
import type { KubeClient, Resource } from "../types.ts";

/**
 * A client of one cluster over any {@linkcode RestClient}: the `fetch` transport, the embedded API, or one that the
 * user brings. It holds no state and needs no closing.
 *
 * Source: Kubernetes API concepts.
 *
 * @example A pool from a server made of one function
 * ```ts
 * import { createFetchClient, createKubeClient, IPPOOLS } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const pool = { metadata: { namespace: "default", name: "net-48" }, spec: {} };
 * using rest = createFetchClient({
 *   server: "http://api.example",
 *   fetch: () => Promise.resolve(Response.json(pool)),
 * });
 * const found = await createKubeClient(rest).of(IPPOOLS).get({ namespace: "default", name: "net-48" });
 * if (found?.metadata.name !== "net-48" || found.kind !== "IPPool") throw new Error("Expected the pool");
 * ```
 */
export function createKubeClient(rest: RestClient): KubeClient {
  return {
    of: (resource) => new RestResourceClient(rest, resource),
    serves: (resource, signal) => serves(rest, { resource, signal }),
    version: (signal) => version(rest, signal),
  };
}

async function serves(
  rest: RestClient,
  of: { readonly resource: Resource<KubeObject>; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  try {
    const answer = await requestJson(rest, {
      method: "GET",
      path: groupPath(of.resource.apiVersion),
      signal: of.signal,
    });
    const { resources } = answer as unknown as { resources?: { name?: string }[] };
    return resources?.some((entry) => entry.name === of.resource.plural) ?? false;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function version(rest: RestClient, signal: AbortSignal | undefined): Promise<string> {
  const answer = await requestJson(rest, { method: "GET", path: "/version", signal });
  const { gitVersion } = answer as { gitVersion?: JsonValue };
  if (typeof gitVersion !== "string") {
    throw new TypeError(`Cannot read the server's version: ${JSON.stringify(answer)}`);
  }
  return gitVersion;
}
