/**
 * The schemas of objects: the part of OpenAPI v3 that CustomResourceDefinitions and `kubectl explain` have.
 *
 * @module
 */
import { dequal } from "dequal";
import { z } from "zod";
import type { FieldPath } from "../../../core/api/fields/field_error.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { isObject } from "../json.ts";

/** A schema. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of a map's values. */
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  /** Fields that the schema does not name are kept. */
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  /** Rules in CEL; `CEL_RULES` has their meaning. */
  readonly "x-kubernetes-validations"?: readonly {
    readonly rule: string;
    readonly message: string;
  }[];
  /** `merge`: a strategic merge patch adds to the list ... */
  readonly "x-kubernetes-patch-strategy"?: string;
  /** ... whose items are told apart by this field; unset: by themselves. */
  readonly "x-kubernetes-patch-merge-key"?: string;
}

/** Any object. */
export const ANYTHING: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** The schema that a zod schema describes. */
export function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest as Schema;
}

/** The schema of the member `key` of an object, where there is one. */
export function memberSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.properties === undefined) return schema?.additionalProperties;
  return Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
}

/** A value where it stands. */
export interface Place {
  readonly value: JsonValue | undefined;
  /** What stood there before an update. */
  readonly old: JsonValue | undefined;
  readonly schema: Schema;
  readonly path: FieldPath;
}

/** Looks at a value and at all below it that has a schema, except for what an update left as it was. */
export function walk(at: Place, look: (at: Place) => void): void {
  const { value, old, schema, path } = at;
  if (value === undefined || value === null || (old !== undefined && dequal(value, old))) return;
  look(at);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    value.forEach((item, index) =>
      walk({ value: item, old: undefined, schema: items, path: [...path, index] }, look)
    );
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const next = memberSchema(schema, key);
      if (next === undefined) continue;
      const below = { value: member, schema: next, path: [...path, key] };
      walk(
        { ...below, old: isObject(old) && Object.hasOwn(old, key) ? old[key] : undefined },
        look,
      );
    }
  }
}
