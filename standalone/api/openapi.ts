/**
 * OpenAPI v3 and v2, as much as kubectl asks for: the schemas (`explain`), the parameters of a PATCH (`apply`, `edit`) and the
 * merge keys of built-in kinds.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { metadataSchema } from "./builtin_schema.ts";
import type { JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";
import { KUBERNETES_VERSION } from "./discovery.ts";

const ROOT = "/openapi/v3";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** Answers a path of OpenAPI; nothing for other paths. */
export function openApi(path: string, registry: Registry): JsonObject | undefined {
  if (path === "/openapi/v2") return version2(registry);
  if (path === ROOT || path === `${ROOT}/`) return { paths: documents(registry) };
  if (!path.startsWith(`${ROOT}/`)) return undefined;
  const types = byDocument(registry).get(path.slice(ROOT.length + 1));
  return types === undefined ? undefined : version3(types);
}

function byDocument(registry: Registry): Map<string, ResourceType[]> {
  return Map.groupBy(registry.types, (type) => groupPath(type).slice(1));
}

function groupPath(type: ResourceType): string {
  return `/${type.group === "" ? "api" : "apis"}/${apiVersionOf(type)}`;
}

function documents(registry: Registry): JsonObject {
  const paths: JsonObject = {};
  for (const document of byDocument(registry).keys()) {
    paths[document] = { serverRelativeURL: `${ROOT}/${document}` };
  }
  return paths;
}

/** Name of a kind's schema: the group's parts in reverse order. */
function schemaName(type: ResourceType): string {
  const group = type.custom
    ? type.group.split(".").reverse().join(".")
    : `io.k8s.api.${type.group === "" ? "core" : type.group.split(".")[0]}`;
  return `${group}.${type.version}.${type.kind}`;
}

function kindOf(type: ResourceType): JsonObject {
  return { group: type.group, kind: type.kind, version: type.version };
}

/** The schema of a kind; `prefix` is where the document keeps its schemas. */
function schemaOf(type: ResourceType, prefix: string): JsonObject {
  const schema = type.schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const metadata = {
    description: "Name, namespace, labels and what else every object carries.",
    allOf: [{ $ref: `${prefix}${META}` }],
  };
  const properties = {
    ...schema.properties,
    apiVersion: { type: "string", description: "Group and version of this form of the object." },
    kind: { type: "string", description: "The kind of the object, in CamelCase." },
    metadata,
  };
  return {
    ...schema,
    type: "object",
    properties,
    "x-kubernetes-group-version-kind": [kindOf(type)],
  } as unknown as JsonObject;
}

function schemas(types: Iterable<ResourceType>, prefix: string): JsonObject {
  const all: JsonObject = { [META]: metadataSchema() as unknown as JsonValue };
  for (const type of types) all[schemaName(type)] = schemaOf(type, prefix);
  return all;
}

function info(): JsonObject {
  return { title: "Kubernetes", version: KUBERNETES_VERSION.gitVersion };
}

function version3(types: readonly ResourceType[]): JsonObject {
  const prefix = "#/components/schemas/";
  const paths: JsonObject = {};
  for (const type of types) {
    paths[objectPath(type)] = operations(type, (schema) => ({
      content: { "application/json": { schema: { $ref: `${prefix}${schema}` } } },
    }));
  }
  return { openapi: "3.0.0", info: info(), paths, components: { schemas: schemas(types, prefix) } };
}

function version2(registry: Registry): JsonObject {
  const prefix = "#/definitions/";
  const paths: JsonObject = {};
  for (const type of registry.types) {
    paths[objectPath(type)] = operations(type, (schema) => ({
      schema: { $ref: `${prefix}${schema}` },
    }));
  }
  return { swagger: "2.0", info: info(), paths, definitions: schemas(registry.types, prefix) };
}

function objectPath(type: ResourceType): string {
  const namespace = type.namespaced ? "/namespaces/{namespace}" : "";
  return `${groupPath(type)}${namespace}/${type.plural}/{name}`;
}

const WRITE_PARAMETERS: readonly JsonObject[] = ["dryRun", "fieldManager", "fieldValidation"].map(
  (name) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } }),
);

function operations(type: ResourceType, answer: (schema: string) => JsonObject): JsonObject {
  const responses = { "200": { description: "OK", ...answer(schemaName(type)) } };
  const operation = (action: string): JsonObject => ({
    operationId: `${action}${schemaName(type).replaceAll(".", "")}`,
    responses,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kindOf(type),
  });
  const write = (action: string): JsonObject => ({
    ...operation(action),
    parameters: [...WRITE_PARAMETERS],
  });
  return {
    get: operation("get"),
    put: write("put"),
    patch: {
      ...operation("patch"),
      parameters: [
        ...WRITE_PARAMETERS,
        { name: "force", in: "query", schema: { type: "boolean", uniqueItems: true } },
      ],
    },
    delete: write("delete"),
  };
}
