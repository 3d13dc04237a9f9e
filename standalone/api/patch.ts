/**
 * PATCH: merge (RFC 7386), JSON (RFC 6902), strategic merge and apply.
 *
 * @module
 */
import { applyPatch, type Operation } from "rfc6902";
import type { JsonValue } from "../../kube/seam.ts";
import { isObject, type JsonObject, put, sorted } from "./json.ts";
import type { ResourceType } from "./resource_type.ts";
import { strategicMerge } from "./strategic_merge.ts";
import { badRequest, StatusError, unsupportedMediaType } from "./status_error.ts";

/** Content types of patches. */
export const PatchType = {
  JSON: "application/json-patch+json",
  MERGE: "application/merge-patch+json",
  STRATEGIC: "application/strategic-merge-patch+json",
  APPLY: "application/apply-patch+yaml",
} as const;

/** Gives the change that a patch (not an apply patch) makes. Throws 400, 415 or 422. */
export function patchChange(
  type: ResourceType,
  contentType: string,
  body: JsonValue | undefined,
): (live: JsonObject) => JsonObject {
  switch (contentType) {
    case PatchType.JSON:
      return (live) => jsonPatch(live, body);
    case PatchType.MERGE:
      if (!isObject(body)) throw badRequest("error decoding patch: it is not a JSON object");
      return (live) => mergePatch(live, body) as JsonObject;
    case PatchType.STRATEGIC:
      if (type.custom) throw unsupportedMediaType(acceptedPatches(type));
      if (!isObject(body)) throw badRequest("error decoding patch: it is not a JSON object");
      return (live) => strategicMerge(live, body, type.schema) as JsonObject;
    default:
      throw unsupportedMediaType(acceptedPatches(type));
  }
}

/** The patch content types that a resource takes. */
export function acceptedPatches(type: ResourceType): string[] {
  return type.custom
    ? [PatchType.JSON, PatchType.MERGE, PatchType.APPLY]
    : [PatchType.JSON, PatchType.MERGE, PatchType.STRATEGIC, PatchType.APPLY];
}

/** RFC 7386. `target` is changed. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? target : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else put(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  }
  return result;
}

/** RFC 6902. `target` is changed. As in the API server, `replace` of a missing member adds it. */
function jsonPatch(target: JsonObject, body: JsonValue | undefined): JsonObject {
  if (!Array.isArray(body)) throw badRequest("error decoding patch: it is not a JSON list");
  for (const operation of sorted(body) as unknown as Operation[]) {
    let [error] = applyPatch(target, [operation]);
    if (error?.name === "MissingError" && operation.op === "replace") {
      [error] = applyPatch(target, [{ ...operation, op: "add" }]);
    }
    if (error !== null && error !== undefined) {
      throw new StatusError(
        422,
        "Invalid",
        "the server rejected our request due to an error in our request",
        {},
      );
    }
  }
  return target;
}
