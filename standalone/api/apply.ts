/**
 * Server-side apply.
 *
 * @module
 */
import { type Admission, conform } from "./admission.ts";
import type { Answer, ApiRequest } from "./answer.ts";
import type { ApiContext } from "./api_context.ts";
import { checkIdentity } from "./identity.ts";
import { isObject, type JsonObject } from "./json.ts";
import { applyConfiguration, wholeSchema } from "./managed_fields.ts";
import { metadataOf, timestamp } from "./metadata.ts";
import { apiVersionOf, resourceName, type ResourceType } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { badRequest, notFound, StatusError } from "./status_error.ts";
import { typedErrors } from "./typed_errors.ts";
import { createObject, updateObject } from "./write.ts";
import { badOption, writeOptions } from "./write_options.ts";

/** PATCH with an applied configuration: changes the object, or makes it where there is none. */
export function applyObject(context: ApiContext, route: Route, request: ApiRequest): Answer {
  const { type, namespace = "", name = "", subresource } = route;
  const options = writeOptions(request);
  if (!options.namedManager) {
    throw badOption("PatchOptions", {
      type: "FieldValueRequired",
      field: "fieldManager",
      detail: "is required for apply patch",
    });
  }
  const admission: Admission = {
    type,
    options,
    now: timestamp(context),
    ...(subresource === undefined ? {} : { subresource }),
  };
  const configuration = checkIdentity(route, namedBody(request, name));
  if (metadataOf(configuration).managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  refuseMistyped(configuration, type);
  const warnings = conform(configuration, admission);
  const change = (live: JsonObject) => applyConfiguration(live, configuration, admission);
  if (context.store.get({ resource: resourceName(type), namespace, name }) === undefined) {
    if (subresource !== undefined) throw notFound(type, name);
    const nothing = { apiVersion: configuration.apiVersion ?? "", kind: type.kind, metadata: {} };
    const made = createObject(context, route, { body: change(nothing), options, tracked: true });
    return { ...made, warnings };
  }
  const answer = updateObject(context, route, { change, options, tracked: true });
  return { ...answer, warnings };
}

/** The body, with the name of the path where it says none. */
function namedBody(request: ApiRequest, name: string): JsonObject {
  const { body } = request;
  if (!isObject(body)) throw badRequest("error decoding YAML: it is not an object");
  const metadata = metadataOf(body);
  return metadata.name === undefined ? { ...body, metadata: { ...metadata, name } } : body;
}

/** Throws a 500, as the API server does, for what the schema has no place for. */
function refuseMistyped(configuration: JsonObject, type: ResourceType): void {
  const errors = typedErrors(configuration, wholeSchema(type));
  if (errors.length === 0) return;
  const { namespace = "", name = "" } = metadataOf(configuration);
  const all = errors.length === 1
    ? errors[0]
    : `errors:\n${errors.map((one) => `  ${one}`).join("\n")}`;
  throw new StatusError(
    500,
    "",
    `failed to create typed patch object (${namespace}/${name}; ${
      apiVersionOf(type)
    }, Kind=${type.kind}): ${all}`,
  );
}
