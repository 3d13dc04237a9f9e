/**
 * Drops the fields that a schema does not know, as the API server does.
 *
 * @module
 */
import type { FieldPath } from "../../../core/api/fields/field_error.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { isObject } from "../json.ts";
import { memberSchema, type Schema } from "../kinds/schema.ts";

const NONE: readonly FieldPath[] = [];

/** Drops unknown fields in place, and known ones that are `null`; gives the paths of the unknown ones. */
export function prune(
  value: JsonValue | undefined,
  schema: Schema | undefined,
): readonly FieldPath[] {
  if (Array.isArray(value)) {
    const { items } = schema ?? {};
    return value.flatMap((item, index) => under(index, prune(item, items)));
  }
  if (!isObject(value)) return NONE;
  const isFree = schema === undefined || schema["x-kubernetes-preserve-unknown-fields"] === true ||
    (schema.properties === undefined && schema.additionalProperties === undefined);
  return Object.entries(value).flatMap(([key, member]) => {
    const next = memberSchema(schema, key);
    if (next !== undefined && member !== null) return under(key, prune(member, next));
    if (next === undefined && isFree) return NONE;
    delete value[key];
    return next === undefined ? [[key]] : NONE;
  });
}

/** Paths from one level higher. */
function under(key: string | number, paths: readonly FieldPath[]): readonly FieldPath[] {
  return paths.length === 0 ? NONE : paths.map((path) => [key, ...path]);
}
