/**
 * Whether a body is what its path says: kind, version, namespace, name.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import { cannotHandle } from "../check/admission.ts";
import { invalidValue } from "../http/field_error.ts";
import type { Route } from "../http/route.ts";
import { badRequest, invalid } from "../http/status_error.ts";
import { isObject, type JsonObject, sorted, textAt } from "../json.ts";
import { apiVersionOf } from "../kinds/kind.ts";

const SUMMARY_LENGTH = 30;

/** A copy of the body whose identity is that of the path. Throws where it says otherwise. */
export function checkIdentity(route: Route, body: JsonValue | undefined): JsonObject {
  const { kind, namespace = "", name } = route;
  if (!isObject(body)) throw badRequest("the body of the request is not a JSON object");
  const object = sorted(body) as JsonObject;
  const apiVersion = apiVersionOf(kind);
  if (object.kind === undefined && object.apiVersion === undefined && !kind.custom) {
    Object.assign(object, { kind: kind.name, apiVersion });
  }
  const given = textAt(object, "kind");
  if (given === "") {
    const text = JSON.stringify(body);
    const summary = text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)} ...` : text;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.name}): Object 'Kind' is missing in '${text}' (${summary})`,
    );
  }
  if (object.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${
        textAt(object, "apiVersion")
      }) does not match the expected API version (${apiVersion})`,
    );
  }
  object.metadata ??= {};
  const { metadata } = object;
  if (!isObject(metadata)) throw cannotHandle(kind, "metadata: must be an object");
  if (given !== kind.name && kind.custom) {
    const error = invalidValue("kind", given, `must be ${kind.name}`);
    throw invalid({ ...kind, name: given }, textAt(metadata, "name"), [error]);
  }
  if (given !== kind.name) {
    throw badRequest(
      `the kind in the data (${given}) does not match the expected kind (${kind.name})`,
    );
  }
  if (!kind.namespaced) delete metadata.namespace;
  if (![namespace, ""].includes(textAt(metadata, "namespace"))) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  const givenName = textAt(metadata, "name");
  if (name !== undefined && givenName !== name) {
    throw badRequest(
      givenName === ""
        ? "name must be provided"
        : `the name of the object (${givenName}) does not match the name on the URL (${name})`,
    );
  }
  return object;
}
