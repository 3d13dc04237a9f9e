/**
 * A client of one that leads.
 *
 * @module
 */
import { EVENTS, IPPOOL_HISTORIES } from "../../kube/objects/resources.ts";
import { type RestClient, toRestClient } from "../../kube/rest_client.ts";
import { objectPath } from "./object_path.ts";

/** What tells of what was, and is no decision. */
const TOLD: ReadonlySet<string> = new Set([EVENTS.plural, IPPOOL_HISTORIES.plural]);

/**
 * Wraps a client: a write that decides something fails, unsent, while it is not sure that this process leads. It was decided from
 * what was known when another one may already have worked.
 */
export function leaderRest(rest: RestClient, isLeader: () => boolean): RestClient {
  return toRestClient(async (request) => {
    const isDecision = request.method !== "GET" && !TOLD.has(objectPath(request.path).plural);
    if (isDecision && !isLeader()) {
      throw new Error(`${request.method} ${request.path}: another controller may lead by now`);
    }
    return await rest.performRequest(request);
  });
}
