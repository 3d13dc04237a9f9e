/**
 * Strategic merge patch: a merge patch that adds to some lists. It is what kubectl sends for Kubernetes' own kinds.
 *
 * @module
 */
import { dequal } from "dequal";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { badRequest } from "../http/status_error.ts";
import { isObject, type JsonObject, put } from "../json.ts";
import { memberSchema, type Schema } from "../kinds/schema.ts";

const DIRECTIVE = "$patch";
const DELETE_FROM = "$deleteFromPrimitiveList/";
/** The order is the patch's and then the server's: nobody here depends on another one. */
const ORDER = "$setElementOrder/";

/** The target with the patch laid over it. `target` is changed. Throws a 400 for an unknown directive. */
export function strategicMerge(
  target: JsonValue | undefined,
  patch: JsonValue,
  schema: Schema | undefined,
): JsonValue {
  if (!isObject(patch)) return patch;
  const { [DIRECTIVE]: directive, ...members } = patch;
  const result: JsonObject = isObject(target) && directive === undefined ? target : {};
  if (directive === "delete") return result;
  if (directive !== undefined && directive !== "replace") throw unknown(DIRECTIVE, directive);
  for (const [key, value] of Object.entries(members)) {
    const before = Object.hasOwn(result, key) ? result[key] : undefined;
    if (key.startsWith(DELETE_FROM)) {
      deleteFrom(result, key.slice(DELETE_FROM.length), value);
    } else if (key.startsWith("$") && !key.startsWith(ORDER)) throw unknown(key, value);
    else if (key.startsWith(ORDER)) continue;
    else if (value === null) delete result[key];
    else put(result, key, mergeMember(before, value, memberSchema(schema, key)));
  }
  return result;
}

function mergeMember(
  before: JsonValue | undefined,
  value: JsonValue,
  schema: Schema | undefined,
): JsonValue {
  if (!Array.isArray(value)) return strategicMerge(before, value, schema);
  if (schema?.["x-kubernetes-patch-strategy"] !== "merge") return value;
  const mergeKey = schema["x-kubernetes-patch-merge-key"];
  const identity = (item: JsonValue | undefined) =>
    mergeKey !== undefined && isObject(item) ? item[mergeKey] : item;
  const find = (list: readonly JsonValue[], item: JsonValue) =>
    list.find((one) => dequal(identity(one), identity(item)));
  const directiveOf = (item: JsonValue) => isObject(item) ? item[DIRECTIVE] : undefined;
  const isReplaced = value.some((item) => directiveOf(item) === "replace");
  const present = Array.isArray(before) && !isReplaced ? before : [];
  const merged = value.filter((item) => directiveOf(item) === undefined)
    .map((item) => strategicMerge(find(present, item), item, schema.items));
  return [...merged, ...present.filter((item) => find(value, item) === undefined)];
}

function deleteFrom(object: JsonObject, key: string, values: JsonValue): void {
  const list = Object.hasOwn(object, key) ? object[key] : undefined;
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  object[key] = list.filter((one) => !values.some((value) => dequal(value, one)));
}

function unknown(directive: string, value: JsonValue): Error {
  return badRequest(
    `unknown directive of a strategic merge patch: ${directive}: ${JSON.stringify(value)}`,
  );
}
