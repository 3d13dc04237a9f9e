/**
 * A client that counts its writes.
 *
 * @module
 */
import { statusOf } from "../../kube/errors.ts";
import { type RequestOptions, type RestClient, toRestClient } from "../../kube/rest_client.ts";
import { objectPath } from "./object_path.ts";

/** Called after each write, with what was thrown where it failed. */
type OnWrite = (
  write: { readonly resource: string; readonly verb: string; readonly code: string },
  error?: unknown,
) => void;

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Wraps a client. Its reads are not counted. */
export function countingRest(rest: RestClient, onWrite: OnWrite): RestClient {
  return toRestClient(async (request) => {
    const verb = VERBS[request.method];
    if (verb === undefined) return await rest.performRequest(request);
    const resource = resourceOf(request);
    try {
      const answer = await rest.performRequest(request);
      onWrite({ resource, verb, code: verb === "create" ? "201" : "200" });
      return answer;
    } catch (error) {
      onWrite({ resource, verb, code: String(statusOf(error) ?? 0) }, error);
      throw error;
    }
  });
}

/** `ippools`, or `ippools/status`. */
function resourceOf({ path }: RequestOptions): string {
  const { plural, subresource } = objectPath(path);
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}
