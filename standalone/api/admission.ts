/**
 * What a new version of an object goes through before it is stored: pruning, defaults, validation.
 *
 * @module
 */
import { metadataSchema } from "./builtin_schema.ts";
import { validateRules } from "./cel_validation.ts";
import { cannotHandle, checkDecodable } from "./decoding.ts";
import type { FieldError } from "./field_error.ts";
import { invalidValue } from "./field_error.ts";
import { type JsonObject, listAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import { validateMetadata } from "./metadata_validation.ts";
import { qualifiedNameErrors } from "./name_rules.ts";
import type { ResourceType } from "./resource_type.ts";
import { memberSchema, type Schema } from "./schema.ts";
import { applyDefaults } from "./schema_defaults.ts";
import { pruneObject, pruneValue } from "./schema_pruning.ts";
import { validateListTypes, validateSchema } from "./schema_validation.ts";
import { invalid } from "./status_error.ts";
import type { WriteOptions } from "./write_options.ts";

/** How an object is to be admitted. */
export interface Admission {
  readonly type: ResourceType;
  readonly options: WriteOptions;
  readonly subresource?: string;
  /** `metav1.Time`. */
  readonly now: string;
}

/**
 * Makes a body what its kind allows, in place: wrong types are refused (400), unknown fields dropped (400 under `Strict`),
 * defaults filled in. Gives the warnings.
 */
export function conform(object: JsonObject, { type, options }: Admission): string[] {
  checkDecodable(object, type);
  const unknown = [
    ...pruneValue(metadataOf(object), metadataSchema(), "metadata"),
    ...(type.schema === undefined ? [] : pruneObject(object, type.schema)),
  ].map((path) => `unknown field ${JSON.stringify(path)}`);
  if (unknown.length > 0 && options.fieldValidation === "Strict") {
    throw cannotHandle(type, `strict decoding error: ${unknown.join(", ")}`);
  }
  applyDefaults(object, type.schema);
  applyDefaults(metadataOf(object), metadataSchema());
  return options.fieldValidation === "Ignore" ? [] : unknown;
}

/** Validates a new version of `live`, or a new object. Throws a 422. Gives the warnings. */
export function validate(
  object: JsonObject,
  live: JsonObject | undefined,
  { type, subresource }: Admission,
): string[] {
  const metadata = metadataOf(object);
  const old = live === undefined ? undefined : metadataOf(live);
  const errors = validateMetadata(metadata, type, old);
  if (type.custom && type.schema !== undefined) {
    errors.push(
      ...(subresource === "status"
        ? statusErrors(type.schema, object, live)
        : customErrors(type.schema, object, live)),
    );
  }
  if (errors.length > 0) throw invalid(type, String(metadata.name ?? ""), errors);
  return type.custom ? finalizerWarnings(metadata, old) : [];
}

function customErrors(
  schema: Schema,
  object: JsonObject,
  live: JsonObject | undefined,
): FieldError[] {
  const errors = validateSchema(object, schema, { old: live });
  if (live === undefined || validateListTypes(live, schema).length === 0) {
    errors.push(...validateListTypes(object, schema));
  }
  return [
    ...errors,
    ...ruleErrors(errors, () => validateRules(object, schema, { old: live, path: "" })),
  ];
}

function statusErrors(
  schema: Schema,
  object: JsonObject,
  live: JsonObject | undefined,
): FieldError[] {
  const part = memberSchema(schema, "status");
  const { status } = object;
  if (part === undefined || status === undefined) return [];
  const old = live?.status;
  const errors = [
    ...validateSchema(status, part, { old, path: "status" }),
    ...validateListTypes(status, part, "status"),
  ];
  return [
    ...errors,
    ...ruleErrors(errors, () => validateRules(status, part, { old, path: "status" })),
  ];
}

const BLOCKING: ReadonlySet<FieldError["type"]> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

/** Rules are asked only about what the schema lets through. */
function ruleErrors(errors: readonly FieldError[], ask: () => FieldError[]): FieldError[] {
  if (!errors.some((error) => BLOCKING.has(error.type))) return ask();
  return [
    invalidValue(
      "<nil>",
      null,
      "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
    ),
  ];
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set([
  "orphan",
  "foregroundDeletion",
  "kubernetes",
]);

function finalizerWarnings(metadata: JsonObject, old: JsonObject | undefined): string[] {
  const before = listAt(old, "finalizers");
  const added = listAt(metadata, "finalizers").filter((one) => !before.includes(one)).map(String);
  return added.sort().flatMap((finalizer) => {
    const warnings = qualifiedNameErrors(finalizer)
      .map((why) => `metadata.finalizers: ${JSON.stringify(finalizer)}: ${why}`);
    if (!finalizer.includes("/") && !STANDARD_FINALIZERS.has(finalizer)) {
      const path = finalizer.includes(".") ? " including a path (/)" : "";
      warnings.push(
        `metadata.finalizers: ${
          JSON.stringify(finalizer)
        }: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`,
      );
    }
    return warnings;
  });
}
