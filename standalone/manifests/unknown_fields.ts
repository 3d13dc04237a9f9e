/**
 * Finds the fields of a manifest's object that its kind does not have.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/crd/crd.ts";
import type { OpenApiSchema } from "../../core/api/crd/open_api_schema.ts";
import type { FieldError } from "../../core/api/fields/field_error.ts";
import { unknownFields } from "../../core/api/fields/unknown_fields.ts";
import type { KubeObject } from "../../core/api/types.ts";

const SCHEMAS: ReadonlyMap<string, OpenApiSchema> = new Map(
  customResourceDefinitions().flatMap(({ spec }) =>
    spec.versions.map(({ schema }) => [spec.names.kind, schema.openAPIV3Schema] as const)
  ),
);

/** Every field of the spec, and beside it, that the schema of the object's kind does not name. */
export function unknownFieldsOf(object: KubeObject): readonly FieldError[] {
  const { apiVersion: _apiVersion, kind, metadata: _metadata, ...rest } = object;
  return unknownFields(SCHEMAS.get(kind), rest);
}
