/**
 * A client whose server has the Go version's CustomResourceDefinitions.
 *
 * @module
 */
import { API_VERSION, GROUP } from "../../core/api/names.ts";
import { ApiError, type RestClient, toRestClient } from "../../kube/mod.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import { prune } from "../../standalone/api/check/prune.ts";
import { isObject, type JsonObject, objectAt, textAt } from "../../standalone/api/json.ts";
import type { Schema } from "../../standalone/api/kinds/schema.ts";
import { GO_CRDS } from "../deploy/go_crds.ts";

/** A server whose CustomResourceDefinitions can be upgraded. */
export interface OldServer {
  readonly rest: RestClient;
  /** Puts this release's in place. */
  upgrade(): void;
}

const OPEN_API = `/openapi/v3/apis/${API_VERSION}`;

const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  GO_CRDS.map((crd) => {
    const [kind, schema] = schemaOf(crd);
    return [kind, schema as Schema];
  }),
);

function schemaOf(crd: JsonObject): readonly [kind: string, schema: JsonObject] {
  const spec = objectAt(crd, "spec");
  const [version] = spec.versions as JsonObject[];
  const schema = objectAt(objectAt(version, "schema"), "openAPIV3Schema");
  return [textAt(objectAt(spec, "names"), "kind"), schema];
}

/** Wraps a client: what the old schemas do not name is dropped from all that is written, and they are what is published. */
export function oldCrds(rest: RestClient): OldServer {
  let isOld = true;
  return {
    upgrade: () => {
      isOld = false;
    },
    rest: toRestClient(async (request) => {
      if (!isOld) return await rest.performRequest(request);
      if (request.path === OPEN_API) return openApi();
      const { bodyJson } = request;
      const schema = isObject(bodyJson) ? SCHEMAS.get(textAt(bodyJson, "kind")) : undefined;
      if (schema === undefined || request.method === "DELETE") {
        return await rest.performRequest(request);
      }
      const { apiVersion, kind, metadata, ...parts } = structuredClone(bodyJson) as JsonObject;
      prune(parts, schema);
      for (const field of schema.properties?.spec?.required ?? []) {
        if (objectAt(parts, "spec")[field] !== undefined) continue;
        const message = `spec.${field}: Required value`;
        throw new ApiError({ code: 422, reason: "Invalid", message }, request);
      }
      const body = { apiVersion, kind, metadata, ...parts } as JsonValue;
      return await rest.performRequest({ ...request, bodyJson: body });
    }),
  };
}

function openApi(): JsonValue {
  const schemas = Object.fromEntries(
    [...SCHEMAS].map(([kind, schema]) => {
      const names = [{ group: GROUP, kind, version: "v1alpha1" }];
      return [kind, { ...schema, "x-kubernetes-group-version-kind": names }];
    }),
  );
  return { openapi: "3.0.0", components: { schemas } } as unknown as JsonValue;
}
