/**
 * Server-side apply before an API that has none: what one manager applies, by force.
 *
 * @module
 */
import { statusOf } from "../../kube/errors.ts";
import { type RequestOptions, type RestClient, toRestClient } from "../../kube/mod.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import { isObject, type JsonObject } from "../../standalone/api/json.ts";

/** What the manager applied last, by path. */
export type Applied = Map<string, JsonValue>;

/** The client with server-side apply. Clients with the same memory are the same manager. */
export function applying(rest: RestClient, applied: Applied): RestClient {
  return toRestClient(async (request: RequestOptions) => {
    if (request.contentType !== "application/apply-patch+yaml") return rest.performRequest(request);
    const { path, bodyJson = null } = request;
    const live = await rest.performRequest({ method: "GET", path, expectJson: true })
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
        return undefined;
      });
    const merged = merge({ live, applied: bodyJson, last: applied.get(path) });
    const { contentType: _contentType, querystring: _querystring, ...same } = request;
    const answer = await rest.performRequest({
      ...same,
      bodyJson: merged,
      ...(live === undefined
        ? { method: "POST", path: path.slice(0, path.lastIndexOf("/")) } as const
        : { method: "PUT" } as const),
    });
    applied.set(path, bodyJson);
    return answer;
  });
}

interface Three {
  readonly live: JsonValue | undefined;
  readonly applied: JsonValue;
  readonly last: JsonValue | undefined;
}

/** What is applied wins, what only was applied before goes, what others said stays. Lists of named items are maps. */
function merge({ live, applied, last }: Three): JsonValue {
  if (isNamed(applied)) {
    const merged = merge({ live: byName(live), applied: byName(applied), last: byName(last) });
    return Object.values(merged as JsonObject);
  }
  if (!isObject(applied)) return applied;
  const before: JsonObject = isObject(last) ? last : {};
  const merged: JsonObject = isObject(live) ? { ...live } : {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(applied, key)) delete merged[key];
  for (const [key, value] of Object.entries(applied)) {
    merged[key] = merge({ live: merged[key], applied: value, last: before[key] });
  }
  return merged;
}

function isNamed(value: JsonValue | undefined): value is JsonObject[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((item) => isObject(item) && typeof item.name === "string");
}

function byName(value: JsonValue | undefined): JsonObject {
  return Object.fromEntries(
    isNamed(value) ? value.map((item) => [String(item.name), item]) : [],
  );
}
