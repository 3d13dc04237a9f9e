/**
 * Finds the fields of an object that its schema does not know: mistyped names, which an API server would drop.
 *
 * @module
 */
import { nearest } from "../../nearest.ts";
import type { OpenApiSchema } from "../crd/open_api_schema.ts";
import type { FieldError, FieldPath } from "./field_error.ts";

/** Every field at `path` and below it that `schema` does not name. */
export function unknownFields(
  schema: OpenApiSchema | undefined,
  value: unknown,
  path: FieldPath = [],
): readonly FieldError[] {
  if (schema === undefined || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(schema.items, item, [...path, index]));
  }
  const { properties } = schema;
  if (properties === undefined || schema["x-kubernetes-preserve-unknown-fields"] === true) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key];
    return Object.hasOwn(properties, key) ? unknownFields(properties[key], item, at) : [{
      path: at,
      value: undefined,
      message: `is not a known field${hint(key, Object.keys(properties))}`,
    }];
  });
}

function hint(key: string, names: readonly string[]): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const meant = names.find((name) => plain(name) === plain(key)) ?? nearest(key, names);
  return meant === undefined ? `; known are ${names.join(", ")}` : `; did you mean ${meant}?`;
}
