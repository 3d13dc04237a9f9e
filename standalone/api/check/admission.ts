/**
 * What a new version of an object goes through before it is stored: unknown fields, types, rules.
 *
 * @module
 */
import { dequal } from "dequal";
import { schemaErrors } from "../../../core/api/fields/check_schema.ts";
import { fieldErrorText, fieldPath } from "../../../core/api/fields/field_error.ts";
import { withoutEmpty } from "../../../core/api/fields/left_out.ts";
import { GROUP } from "../../../core/api/names.ts";
import { objectMetaSchema } from "../../../core/api/object_schema.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { describeFieldError } from "../http/field_error.ts";
import { badRequest, invalid, StatusError } from "../http/status_error.ts";
import { type JsonObject, objectAt, textAt } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import type { WriteOptions } from "../write/options.ts";
import { finalizerWarnings, metadataErrors } from "./metadata_rules.ts";
import { objectErrors } from "./object_errors.ts";
import { prune } from "./prune.ts";

/** How an object is to be admitted. */
export interface Admission {
  readonly kind: Kind;
  readonly options: WriteOptions;
  readonly subresource?: string | undefined;
  /** What is updated; unset: the object is new. */
  readonly live?: JsonObject | undefined;
  /** The request is a patch. */
  readonly patch?: boolean | undefined;
  /** What is empty in the spec counts as left out, as where the webhook takes it away before. */
  readonly emptyIsLeftOut?: boolean | undefined;
}

/**
 * Makes a body what its kind allows, in place: unknown fields are dropped (refused under `Strict`); wrong types in metadata,
 * and anywhere in Kubernetes' own kinds, are refused (400). Metadata that an update of `live` leaves as they were are not looked at
 * again. Gives the warnings.
 */
export function conform(
  object: JsonObject,
  { kind, options, live, patch, emptyIsLeftOut = false }: Admission,
): string[] {
  const isStrict = options.fieldValidation === "Strict";
  if (emptyIsLeftOut && kind.group === GROUP && object.spec !== undefined) {
    object.spec = withoutEmpty(object.spec) as JsonValue;
  }
  const before = patch === true && isStrict ? JSON.stringify(object) : "";
  const metadata = objectAt(object, "metadata");
  delete metadata.managedFields;
  const unknown = prune(object, kind.schema).map(fieldPath).sort()
    .map((path) => `unknown field ${JSON.stringify(path)}`);
  const wrong = [
    ...(isAsBefore(metadata, live) ? [] : schemaErrors(objectMetaSchema, metadata))
      .map((error) => ({ ...error, path: ["metadata", ...error.path] })),
    ...(kind.custom || kind.check === undefined ? [] : schemaErrors(kind.check, object)),
  ].filter(({ value }) => value !== undefined);
  if (wrong.length > 0) throw cannotHandle(kind, fieldErrorText(wrong));
  if (unknown.length > 0 && isStrict) {
    const why = `strict decoding error: ${unknown.join(", ")}`;
    throw patch === true ? badPatch(before, why) : cannotHandle(kind, why);
  }
  return options.fieldValidation === "Ignore" ? [] : unknown;
}

/** Judges a new version of an object, or a new object. Throws a 422. Gives the warnings. */
export function validate(
  object: JsonObject,
  { kind, subresource, live }: Admission,
): string[] {
  const metadata = objectAt(object, "metadata");
  const old = live === undefined ? undefined : objectAt(live, "metadata");
  const wrong = isAsBefore(metadata, live) ? [] : metadataErrors(metadata, kind, old);
  const errors = kind.custom
    ? objectErrors(object, { kind, old: live, subresource, metadata: wrong })
    : wrong;
  if (errors.length > 0) throw invalid(kind, textAt(metadata, "name"), errors);
  return kind.custom ? finalizerWarnings(metadata, old) : [];
}

/** Whether an update of `live` leaves its metadata as they were. */
function isAsBefore(metadata: JsonObject, live: JsonObject | undefined): boolean {
  return live !== undefined && dequal(metadata, objectAt(live, "metadata"));
}

/** 400: the body is not what its kind is. */
export function cannotHandle({ name, version }: Kind, why: string): StatusError {
  return badRequest(
    `${name} in version ${JSON.stringify(version)} cannot be handled as a ${name}: ${why}`,
  );
}

/** 422: what a patch makes is not what its kind is. */
function badPatch(patched: string, why: string): StatusError {
  const field = "patch";
  const message = describeFieldError({
    type: "FieldValueInvalid",
    field,
    value: patched,
    detail: why,
  });
  return new StatusError(422, "Invalid", ` "" is invalid: ${field}: ${message}`, {
    causes: [{ reason: "FieldValueInvalid", message, field }],
  });
}
