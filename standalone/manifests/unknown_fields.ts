/**
 * Finds the fields of an object that its schema does not know: mistyped names, which an API server would drop.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/crd.ts";
import type { OpenApiSchema } from "../../core/api/open_api_schema.ts";
import { type FieldError, fieldPath } from "../../core/api/field_error.ts";
import type { KubeObject } from "../../core/api/types.ts";
import type { Resource } from "../../kube/types.ts";

const SCHEMAS: ReadonlyMap<string, OpenApiSchema> = new Map(
  customResourceDefinitions().flatMap(({ spec }) =>
    spec.versions.map(({ schema }) => [spec.names.kind, schema.openAPIV3Schema] as const)
  ),
);

/** Every field of the spec, and beside it, that the resource's schema does not name. */
export function unknownFields(resource: Resource<KubeObject>, object: KubeObject): FieldError[] {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object as
    & KubeObject
    & Record<string, unknown>;
  return walk({ schema: SCHEMAS.get(resource.kind), value: rest, keys: [] });
}

function walk(at: {
  readonly schema: OpenApiSchema | undefined;
  readonly value: unknown;
  readonly keys: readonly PropertyKey[];
}): FieldError[] {
  const { schema, value, keys } = at;
  if (schema === undefined || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      walk({ schema: schema.items, value: item, keys: [...keys, index] })
    );
  }
  const { properties } = schema;
  if (properties === undefined) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = [...keys, key];
    return Object.hasOwn(properties, key)
      ? walk({ schema: properties[key], value: item, keys: path })
      : [{
        path: fieldPath(path),
        value: undefined,
        message: `is not a known field${hint(key, properties)}`,
      }];
  });
}

function hint(key: string, properties: Readonly<Record<string, OpenApiSchema>>): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const meant = Object.keys(properties).find((name) => plain(name) === plain(key));
  return meant === undefined
    ? `; known are ${Object.keys(properties).join(", ")}`
    : `; ${meant} is`;
}
