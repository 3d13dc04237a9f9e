/**
 * Checks `metadata`, worded as `k8s.io/apimachinery` words it.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { type FieldError, invalidValue } from "./field_error.ts";
import { isObject, type JsonObject, listAt, textAt, textsAt } from "./json.ts";
import {
  labelErrors,
  labelValueErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  serviceNameErrors,
  subdomainErrors,
} from "./name_rules.ts";
import type { ResourceType } from "./resource_type.ts";

const MOST_ANNOTATIONS_BYTES = 256 * 1024;

/**
 * Checks the metadata of a new object, or of an update of `old`. The API server checks an update several times; its
 * causes are repeated the same way.
 */
export function validateMetadata(
  metadata: JsonObject,
  type: ResourceType,
  old: JsonObject | undefined,
): FieldError[] {
  const errors = [
    ...nameErrors(metadata, type),
    ...labelsErrors(metadata),
    ...annotationErrors(metadata),
    ...ownerErrors(metadata),
    ...finalizerErrors(metadata),
  ];
  if (old === undefined) return errors;
  const again = [
    ...noNewFinalizers(metadata, old),
    ...unchangedErrors(metadata, old),
    ...labelsErrors(metadata),
    ...annotationErrors(metadata),
    ...ownerErrors(metadata),
  ];
  return [...errors, ...again, ...again];
}

/** What an update may not change. */
function unchangedErrors(metadata: JsonObject, old: JsonObject): FieldError[] {
  return ["name", "namespace", "uid"].filter((key) => textAt(metadata, key) !== textAt(old, key))
    .map((key) => invalidValue(`metadata.${key}`, textAt(metadata, key), "field is immutable"));
}

function nameRule(type: ResourceType): (text: string) => string[] {
  if (type.kind === "Namespace") return labelErrors;
  if (type.kind === "Service" && type.group === "") return serviceNameErrors;
  return type.group === "rbac.authorization.k8s.io" ? pathSegmentErrors : subdomainErrors;
}

function nameErrors(metadata: JsonObject, type: ResourceType): FieldError[] {
  const check = nameRule(type);
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

function noNewFinalizers(metadata: JsonObject, old: JsonObject): FieldError[] {
  if (old.deletionTimestamp === undefined) return [];
  const before = listAt(old, "finalizers");
  const added = listAt(metadata, "finalizers").filter((one) => !before.includes(one)).map(String);
  if (added.length === 0) return [];
  const list = added.sort().map((one) => JSON.stringify(one)).join(", ");
  const detail =
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [{ type: "FieldValueForbidden", field: "metadata.finalizers", detail }];
}

function labelsErrors(metadata: JsonObject): FieldError[] {
  const field = "metadata.labels";
  return Object.entries(textsAt(metadata, "labels")).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((why) => invalidValue(field, key, why)),
    ...labelValueErrors(value).map((why) => invalidValue(field, value, why)),
  ]);
}

function annotationErrors(metadata: JsonObject): FieldError[] {
  const field = "metadata.annotations";
  const annotations = Object.entries(textsAt(metadata, "annotations"));
  const errors: FieldError[] = annotations.flatMap(([key]) =>
    qualifiedNameErrors(key.toLowerCase()).map((why) => invalidValue(field, key, why))
  );
  const size = annotations.reduce((sum, [key, value]) => sum + bytes(key) + bytes(value), 0);
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
