/**
 * PATCH: merge (RFC 7386), JSON (RFC 6902) and, for Kubernetes' own kinds, strategic merge.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import {
  badRequest,
  requestEntityTooLarge,
  StatusError,
  unsupportedMediaType,
} from "../http/status_error.ts";
import { isObject, type JsonObject, put, sorted } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { jsonPatched, JsonPatchError } from "./json_patch.ts";
import { strategicMerge } from "./strategic_merge.ts";

/** As in the API server. */
const MOST_OPERATIONS = 10_000;
const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";

/** Gives the change that a patch makes of an object, which stays as it is. Throws 400, 415 or 422. */
export function patchChange(
  { custom, schema }: Kind,
  contentType: string,
  body: JsonValue | undefined,
): (live: JsonObject) => JsonObject {
  const accepted = [JSON_PATCH, MERGE_PATCH, ...(custom ? [] : [STRATEGIC_MERGE_PATCH])];
  if (!accepted.includes(contentType)) throw unsupportedMediaType(accepted);
  if (contentType === JSON_PATCH) return (live) => jsonPatch(sorted(live), body);
  if (!isObject(body)) throw badRequest("error decoding patch: it is not a JSON object");
  return (live) =>
    (contentType === MERGE_PATCH
      ? mergePatch(live, body)
      : strategicMerge(sorted(live), body, schema)) as JsonObject;
}

/** RFC 7386. `target` stays as it is. */
function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else put(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  }
  return result;
}

/** RFC 6902. `target` is changed. */
function jsonPatch(target: JsonObject, body: JsonValue | undefined): JsonObject {
  if (!Array.isArray(body)) throw badRequest("error decoding patch: it is not a JSON list");
  if (body.length > MOST_OPERATIONS) {
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${body.length}`,
    );
  }
  try {
    return jsonPatched(target, sorted(body)) as JsonObject;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    const why = "the server rejected our request due to an error in our request";
    throw new StatusError(422, "Invalid", why, {});
  }
}
