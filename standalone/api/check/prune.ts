/**
 * Drops the fields that a schema does not know, as the API server does.
 *
 * @module
 */
import type { FieldPath } from "../../../core/api/fields/field_error.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { isObject } from "../json.ts";
import { memberSchema, type Schema } from "../kinds/schema.ts";

/** Drops unknown fields in place, and known ones that are `null`; gives the paths of the unknown ones. */
export function prune(
  value: JsonValue | undefined,
  schema: Schema | undefined,
  path: FieldPath = [],
): FieldPath[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => prune(item, schema?.items, [...path, index]));
  }
  if (!isObject(value)) return [];
  const isFree = schema === undefined || schema["x-kubernetes-preserve-unknown-fields"] === true ||
    (schema.properties === undefined && schema.additionalProperties === undefined);
  return Object.entries(value).flatMap(([key, member]) => {
    const next = memberSchema(schema, key);
    if (next !== undefined && member !== null) return prune(member, next, [...path, key]);
    if (next === undefined && isFree) return [];
    delete value[key];
    return next === undefined ? [[...path, key]] : [];
  });
}
