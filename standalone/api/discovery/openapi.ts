/**
 * OpenAPI v3, as much as kubectl asks for: the schemas (`explain`), the parameters of a PATCH (`apply`, `edit`) and how
 * lists are merged.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { METADATA_SCHEMA } from "../kinds/metadata_schema.ts";

const ROOT = "/openapi/v3";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const PREFIX = "#/components/schemas/";

/** Answers a path of OpenAPI; nothing for other paths. */
export function openApi(path: string, kinds: readonly Kind[]): JsonObject | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  const documents = Map.groupBy(kinds, groupPath);
  if (path === ROOT) {
    const names = [...documents.keys()];
    return {
      paths: Object.fromEntries(
        names.map((name) => [name, { serverRelativeURL: `${ROOT}/${name}` }]),
      ),
    };
  }
  if (!path.startsWith(`${ROOT}/`)) return undefined;
  const members = documents.get(path.slice(ROOT.length + 1));
  return members === undefined ? undefined : document(members);
}

function groupPath(kind: Kind): string {
  return `${kind.group === "" ? "api" : "apis"}/${apiVersionOf(kind)}`;
}

function document(kinds: readonly Kind[]): JsonObject {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.1" },
    paths: Object.fromEntries(kinds.map((kind) => {
      const namespace = kind.namespaced ? "namespaces/{namespace}/" : "";
      return [`/${groupPath(kind)}/${namespace}${kind.plural}/{name}`, operations(kind)];
    })),
    components: {
      schemas: {
        [META]: METADATA_SCHEMA,
        ...Object.fromEntries(kinds.map((kind) => [schemaName(kind), schemaOf(kind)])),
      },
    },
  } as unknown as JsonObject;
}

/** Name of a kind's schema: the group's parts in reverse order. */
function schemaName({ custom, group, version, name }: Kind): string {
  const prefix = custom
    ? group.split(".").reverse().join(".")
    : `io.k8s.api.${group === "" ? "core" : group.split(".")[0]}`;
  return `${prefix}.${version}.${name}`;
}

function identity({ group, name: kind, version }: Kind): JsonObject {
  return { group, kind, version };
}

function schemaOf(kind: Kind): JsonObject {
  const description = "Name, namespace, labels and what else every object carries.";
  const metadata = { description, allOf: [{ $ref: `${PREFIX}${META}` }] };
  return {
    ...kind.schema,
    properties: { ...kind.schema.properties, metadata },
    "x-kubernetes-group-version-kind": [identity(kind)],
  } as unknown as JsonObject;
}

function operations(kind: Kind): JsonObject {
  const schema = { $ref: `${PREFIX}${schemaName(kind)}` };
  const operation = (action: string): JsonObject => ({
    operationId: `${action}${schemaName(kind).replaceAll(".", "")}`,
    responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": identity(kind),
  });
  const write = (action: string): JsonObject => ({
    ...operation(action),
    parameters: ["dryRun", "fieldManager", "fieldValidation"]
      .map((name) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } })),
  });
  return {
    get: operation("get"),
    put: write("put"),
    patch: write("patch"),
    delete: write("delete"),
  };
}
