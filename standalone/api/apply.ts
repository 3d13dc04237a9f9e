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
import { applyConfiguration } from "./managed_fields.ts";
import { metadataOf, timestamp } from "./metadata.ts";
import { resourceName } from "./resource_type.ts";
import type { Route } from "./route.ts";
import { badRequest, notFound, StatusError } from "./status_error.ts";
import { createObject, updateObject } from "./write.ts";
import { writeOptions } from "./write_options.ts";

/** PATCH with an applied configuration: changes the object, or makes it where there is none. */
export function applyObject(context: ApiContext, route: Route, request: ApiRequest): Answer {
  const { type, namespace = "", name = "", subresource } = route;
  const options = writeOptions(request);
  if (!options.namedManager) {
    throw new StatusError(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: "meta.k8s.io",
        kind: "PatchOptions",
        causes: [{
          reason: "FieldValueRequired",
          message: "Required value: is required for apply patch",
          field: "fieldManager",
        }],
      },
    );
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
