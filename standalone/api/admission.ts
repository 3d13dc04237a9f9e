/**
 * What a new version of an object goes through before it is stored: pruning, defaults, validation.
 *
 * @module
 */
import { metadataSchema } from "./builtin_schema.ts";
import { validateRules } from "./cel_validation.ts";
import { badPatch, cannotHandle, checkDecodable } from "./decoding.ts";
import type { FieldError } from "./field_error.ts";
import { invalidValue, NO_FIELD } from "./field_error.ts";
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
  /** The request is a patch (not an apply patch). */
  readonly patch?: boolean;
}

/**
 * Makes a body what its kind allows, in place: wrong types are refused (400), unknown fields dropped (400 under `Strict`),
 * defaults filled in. Gives the warnings.
 */
export function conform(object: JsonObject, admission: Admission): string[] {
  const { type, options } = admission;
  checkDecodable(object, type);
  const before = admission.patch === true && options.fieldValidation === "Strict"
    ? JSON.stringify(object)
    : "";
  const unknown = [
    ...pruneValue(metadataOf(object), metadataSchema(), "metadata"),
    ...(type.schema === undefined ? [] : pruneObject(object, type.schema)),
  ].map((path) => `unknown field ${JSON.stringify(path)}`);
  if (unknown.length > 0 && options.fieldValidation === "Strict") {
    const why = `strict decoding error: ${unknown.join(", ")}`;
    throw admission.patch === true ? badPatch(before, why) : cannotHandle(type, why);
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
    const check = subresource === "status" ? statusErrors : customErrors;
    const { fields, rules } = check(type.schema, object, live);
    errors.push(...fields);
    errors.push(...(errors.some((error) => BLOCKING.has(error.type)) ? [NOT_CHECKED] : rules()));
  }
  if (errors.length > 0) throw invalid(type, String(metadata.name ?? ""), errors);
  return type.custom ? finalizerWarnings(metadata, old) : [];
}

interface Findings {
  readonly fields: FieldError[];
  /** Asked only about what the schema lets through. */
  readonly rules: () => FieldError[];
}

function customErrors(schema: Schema, object: JsonObject, live: JsonObject | undefined): Findings {
  const fields = validateSchema(object, schema, live);
  if (live === undefined || validateListTypes(live, schema).length === 0) {
    fields.push(...validateListTypes(object, schema));
  }
  return { fields, rules: () => validateRules(object, schema, { old: live, path: "" }) };
}

/** The status alone: its fields bear the whole path, the messages about them the path within the status. */
function statusErrors(schema: Schema, object: JsonObject, live: JsonObject | undefined): Findings {
  const part = memberSchema(schema, "status");
  const { status } = object;
  if (part === undefined || status === undefined) return { fields: [], rules: () => [] };
  const old = live?.status;
  const fields = validateSchema(status, part, old).map((error) => ({
    ...error,
    field: error.field === NO_FIELD ? NO_FIELD : ["status", error.field].filter(Boolean).join("."),
  }));
  return {
    fields: [...fields, ...validateListTypes(status, part, "status")],
    rules: () => validateRules(status, part, { old, path: "status" }),
  };
}

const BLOCKING: ReadonlySet<FieldError["type"]> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const NOT_CHECKED: FieldError = invalidValue(
  NO_FIELD,
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

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
