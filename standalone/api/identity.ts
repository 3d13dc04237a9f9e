/**
 * Whether a body is what its path says: kind, version, namespace, name.
 *
 * @module
 */
import { cannotHandle } from "./decoding.ts";
import { isObject, type JsonObject, sorted, textAt } from "./json.ts";
import { apiVersionOf } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { invalidValue } from "./field_error.ts";
import { metadataOf } from "./metadata.ts";
import { badRequest, invalid } from "./status_error.ts";

const SUMMARY_LENGTH = 30;

function summary(text: string): string {
  return text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)} ...` : text;
}

/** A copy of the body whose identity is that of the path. Throws a 400 where it says otherwise. */
export function checkIdentity(route: Route, body: JsonObject): JsonObject {
  const { type, namespace = "", name } = route;
  const object = sorted(body);
  const expected = apiVersionOf(type);
  if (object.kind === undefined && object.apiVersion === undefined && !type.custom) {
    object.kind = type.kind;
    object.apiVersion = expected;
  }
  if (typeof object.kind !== "string" || object.kind === "") {
    const text = JSON.stringify(body);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): Object 'Kind' is missing in '${text}' (${
        summary(text)
      })`,
    );
  }
  if (object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${
        String(object.apiVersion ?? "")
      }) does not match the expected API version (${expected})`,
    );
  }
  if (object.kind !== type.kind && type.custom) {
    throw invalid({ ...type, kind: object.kind }, textAt(metadataOf(object), "name"), [
      invalidValue("kind", object.kind, `must be ${type.kind}`),
    ]);
  }
  if (object.kind !== type.kind) {
    throw badRequest(
      `the kind in the data (${object.kind}) does not match the expected kind (${type.kind})`,
    );
  }
  object.metadata ??= {};
  const { metadata } = object;
  if (!isObject(metadata)) {
    throw cannotHandle(
      type,
      "json: cannot unmarshal into Go struct field metadata of type v1.ObjectMeta",
    );
  }
  const givenNamespace = String(metadata.namespace ?? "");
  if (type.namespaced && givenNamespace !== "" && givenNamespace !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (!type.namespaced) delete metadata.namespace;
  const givenName = String(metadata.name ?? "");
  if (name !== undefined && givenName !== name) {
    throw badRequest(
      givenName === ""
        ? "name must be provided"
        : `the name of the object (${givenName}) does not match the name on the URL (${name})`,
    );
  }
  return object;
}
