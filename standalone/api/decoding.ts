/**
 * Whether a body has the types that Kubernetes' own Go structs have: of `metadata` always, of all fields for built-in
 * kinds. The API server finds this out while it decodes, before any rule.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { builtinSchema, metadataSchema } from "./builtin_schema.ts";
import { isObject, type JsonObject } from "./json.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";
import { memberSchema, type Schema } from "./schema.ts";
import { hasFormat } from "./schema_formats.ts";
import { badRequest, StatusError } from "./status_error.ts";

/** Throws a 400 for a value of a wrong type. */
export function checkDecodable(object: JsonObject, type: ResourceType): void {
  const schema = builtinSchema(apiVersionOf(type), type.kind);
  const wrong = schema === undefined
    ? firstWrong(object.metadata, metadataSchema(), "ObjectMeta")
    : firstWrong(object, schema, type.kind);
  if (wrong !== undefined) throw cannotHandle(type, wrong);
}

/** 400: the body is not what its kind is. */
export function cannotHandle(type: ResourceType, why: string): Error {
  return badRequest(
    `${type.kind} in version ${
      JSON.stringify(type.version)
    } cannot be handled as a ${type.kind}: ${why}`,
  );
}

/** 422: what a patch makes is not what its kind is. */
export function badPatch(patched: string, why: string): Error {
  const body = `Invalid value: ${JSON.stringify(patched)}: ${why}`;
  return new StatusError(422, "Invalid", ` "" is invalid: patch: ${body}`, {
    causes: [{ reason: "FieldValueInvalid", message: body, field: "patch" }],
  });
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "bool",
  integer: "int64",
  number: "float64",
  array: "slice",
  object: "struct",
};

function firstWrong(
  value: JsonValue | undefined,
  schema: Schema,
  path: string,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || typeof value === "number"
      ? undefined
      : mismatch(value, "string", path);
  }
  const wanted = schema.type;
  if (wanted !== undefined && !fits(value, wanted)) return mismatch(value, wanted, path);
  if (
    typeof value === "string" && schema.format === "date-time" && !hasFormat(value, "date-time")
  ) {
    return `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse`;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return undefined;
    return first(value, (item) => firstWrong(item, items, path));
  }
  if (!isObject(value)) return undefined;
  return first(Object.entries(value), ([key, member]) => {
    const next = memberSchema(schema, key);
    return next === undefined ? undefined : firstWrong(member, next, `${path}.${key}`);
  });
}

function first<T>(list: readonly T[], find: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fits(value: JsonValue, wanted: string): boolean {
  if (wanted === "array") return Array.isArray(value);
  if (wanted === "object") return isObject(value);
  if (wanted === "integer") return Number.isInteger(value);
  const given = typeof value;
  return given === wanted;
}

function mismatch(value: JsonValue, wanted: string, path: string): string {
  const given = Array.isArray(value)
    ? "array"
    : typeof value === "boolean"
    ? "bool"
    : typeof value === "number" && !Number.isInteger(value)
    ? `number ${value}`
    : typeof value;
  return `json: cannot unmarshal ${given} into Go struct field ${path} of type ${
    GO_TYPES[wanted] ?? wanted
  }`;
}
