/**
 * Checks `metadata`, worded as `k8s.io/apimachinery` words it.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import { type FieldError, invalidValue } from "../http/field_error.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "../json.ts";
import {
  labelErrors,
  labelValueErrors,
  qualifiedNameErrors,
  subdomainErrors,
} from "./name_rules.ts";
import type { Kind } from "../kinds/kind.ts";

const MOST_ANNOTATIONS_BYTES = 256 * 1024;

/** Checks the metadata of a new object, or of an update of `old`. */
export function metadataErrors(
  metadata: JsonObject,
  kind: Kind,
  old: JsonObject | undefined,
): FieldError[] {
  return [
    ...nameErrors(metadata, kind),
    ...labelsErrors(metadata),
    ...annotationErrors(metadata),
    ...ownerErrors(metadata),
    ...finalizerErrors(metadata),
    ...noNewFinalizers(metadata, old),
    ...unchangedErrors(metadata, old),
  ];
}

/** What an update may not change. */
function unchangedErrors(metadata: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old === undefined) return [];
  return ["name", "namespace", "uid"].filter((key) => textAt(metadata, key) !== textAt(old, key))
    .map((key) => invalidValue(`metadata.${key}`, textAt(metadata, key), "field is immutable"));
}

function nameErrors(metadata: JsonObject, kind: Kind): FieldError[] {
  const check = kind.name === "Namespace" ? labelErrors : subdomainErrors;
  const name = textAt(metadata, "name");
  const base = textAt(metadata, "generateName");
  const errors = base === ""
    ? []
    : check(base.replace(/-$/, "a")).map((why) => invalidValue("metadata.generateName", base, why));
  if (name === "") {
    const detail = "name or generateName is required";
    return [...errors, { type: "FieldValueRequired", field: "metadata.name", detail }];
  }
  return [...errors, ...check(name).map((why) => invalidValue("metadata.name", name, why))];
}

/** The finalizers that an update adds. */
function addedFinalizers(metadata: JsonObject, old: JsonObject | undefined): string[] {
  const before = listAt(old, "finalizers");
  return listAt(metadata, "finalizers").filter((one) => !before.includes(one)).map(String).sort();
}

function noNewFinalizers(metadata: JsonObject, old: JsonObject | undefined): FieldError[] {
  const added = addedFinalizers(metadata, old);
  if (old?.deletionTimestamp === undefined || added.length === 0) return [];
  const list = added.map((one) => JSON.stringify(one)).join(", ");
  const detail =
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [{ type: "FieldValueForbidden", field: "metadata.finalizers", detail }];
}

function labelsErrors(metadata: JsonObject): FieldError[] {
  const field = "metadata.labels";
  return Object.entries(objectAt(metadata, "labels")).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((why) => invalidValue(field, key, why)),
    ...labelValueErrors(String(value)).map((why) => invalidValue(field, value, why)),
  ]);
}

function annotationErrors(metadata: JsonObject): FieldError[] {
  const field = "metadata.annotations";
  const annotations = Object.entries(objectAt(metadata, "annotations"));
  const errors: FieldError[] = annotations.flatMap(([key]) =>
    qualifiedNameErrors(key.toLowerCase()).map((why) => invalidValue(field, key, why))
  );
  const size = annotations.reduce(
    (sum, [key, value]) => sum + bytes(key) + bytes(String(value)),
    0,
  );
  if (size > MOST_ANNOTATIONS_BYTES) {
    const detail = `may not be more than ${MOST_ANNOTATIONS_BYTES} bytes`;
    errors.push({ type: "FieldValueTooLong", field, detail });
  }
  return errors;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

const OWNER_FIELDS: readonly [key: string, why: string][] = [
  ["apiVersion", "version must not be empty"],
  ["kind", "must not be empty"],
  ["name", "must not be empty"],
  ["uid", "must not be empty"],
];

function ownerErrors(metadata: JsonObject): FieldError[] {
  const field = "metadata.ownerReferences";
  const errors: FieldError[] = [];
  const owners = listAt(metadata, "ownerReferences").filter(isObject);
  for (const owner of owners) {
    for (const [key, why] of OWNER_FIELDS) {
      if (textAt(owner, key) === "") errors.push(invalidValue(`${field}.${key}`, "", why));
    }
  }
  const controllers = owners.filter((owner) => owner.controller === true)
    .map((owner) => `${textAt(owner, "kind")}/${textAt(owner, "name")}`);
  if (controllers.length > 1) {
    const value: JsonValue = owners.map(inDeclaredOrder);
    errors.push(
      invalidValue(
        field,
        value,
        `Only one reference can have Controller set to true. Found "true" in references for ${
          controllers[0]
        } and ${controllers[1]}`,
      ),
    );
  }
  return errors;
}

/** An owner with its keys in the order of the Go struct, as messages show it. */
function inDeclaredOrder(owner: JsonObject): JsonObject {
  const ordered: JsonObject = {};
  for (const key of ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"]) {
    const value = owner[key];
    if (value !== undefined) ordered[key] = value;
  }
  return ordered;
}

function finalizerErrors(metadata: JsonObject): FieldError[] {
  return listAt(metadata, "finalizers").map(String).flatMap((finalizer) =>
    qualifiedNameErrors(finalizer).map((why) => invalidValue("metadata.finalizers", finalizer, why))
  );
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set([
  "orphan",
  "foregroundDeletion",
  "kubernetes",
]);

/** What the API server warns of: finalizers whose names do not say whose they are. */
export function finalizerWarnings(metadata: JsonObject, old: JsonObject | undefined): string[] {
  return addedFinalizers(metadata, old)
    .filter((one) => !one.includes("/") && !STANDARD_FINALIZERS.has(one)).map((one) => {
      const path = one.includes(".") ? " including a path (/)" : "";
      return `metadata.finalizers: ${
        JSON.stringify(one)
      }: prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
    });
}
