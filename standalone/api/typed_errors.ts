/**
 * What an applied configuration says that its schema has no place for. The API server finds this out before it merges.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { isObject, type JsonObject } from "./json.ts";
import { memberSchema, type Schema } from "./schema.ts";

/** The first fields that do not fit: `.path: what is wrong`. */
export function typedErrors(value: JsonValue, schema: Schema, path = ""): string[] {
  if (value === null || schema["x-kubernetes-int-or-string"] === true) return [];
  const wrong = wrongType(value, schema.type);
  if (wrong !== undefined) return [`${path}: ${wrong}`];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.flatMap((item, index) => typedErrors(item, items, `${path}[${index}]`));
  }
  return isObject(value) ? memberErrors(value, schema, path) : [];
}

function memberErrors(value: JsonObject, schema: Schema, path: string): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    const next = memberSchema(schema, key);
    if (next !== undefined) return typedErrors(member, next, `${path}.${key}`);
    const free = schema["x-kubernetes-preserve-unknown-fields"] === true ||
      schema.additionalProperties === true || schema.properties === undefined;
    return free ? [] : [`${path}.${key}: field not declared in schema`];
  });
}

function wrongType(value: JsonValue, type: string | undefined): string | undefined {
  const given = goType(value);
  switch (type) {
    case "object":
      return isObject(value) ? undefined : `expected map, got ${JSON.stringify(value)}`;
    case "array":
      return Array.isArray(value) ? undefined : `expected list, got ${JSON.stringify(value)}`;
    case "integer":
    case "number":
      return typeof value === "number"
        ? undefined
        : `expected numeric (int or float), got ${given}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${given}`;
    case "string":
      return typeof value === "string" ? undefined : `expected string, got ${given}`;
    default:
      return undefined;
  }
}

function goType(value: JsonValue): string {
  if (Array.isArray(value)) return "list";
  if (isObject(value)) return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return typeof value;
}
