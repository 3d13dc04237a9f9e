/**
 * Takes the schemas of Kubernetes' own kinds from a real kube-apiserver's OpenAPI: what the embedded API needs of them
 * (structure, list and map types, merge keys), without descriptions.
 *
 * @module
 */
import type { JsonValue, RestClient } from "../../../kube/seam.ts";
import { BUILTIN_TYPES } from "../../../standalone/api/builtin_types.ts";
import { isObject, type JsonObject, objectAt, put } from "../../../standalone/api/json.ts";
import { apiVersionOf } from "../../../standalone/api/resource_type.ts";

/** Definitions that no object of ours needs: a definition contains itself. */
const LEFT_OUT: ReadonlySet<string> = new Set(["CustomResourceDefinition"]);

const PREFIX = "#/components/schemas/";

const KEPT: ReadonlySet<string> = new Set([
  "type",
  "format",
  "properties",
  "additionalProperties",
  "items",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-patch-merge-key",
]);

/** The definitions, by name, one a line: the text of `standalone/api/builtin_schema.json`. */
export async function builtinSchemaSource(rest: RestClient): Promise<string> {
  const all: JsonObject = {};
  const roots = new Map<string, string>();
  for (const apiVersion of new Set(BUILTIN_TYPES.map(apiVersionOf))) {
    const path = `/openapi/v3/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;
    const answer = await rest.performRequest({ method: "GET", path, expectJson: true });
    const schemas = objectAt(objectAt(isObject(answer) ? answer : {}, "components"), "schemas");
    for (const [name, schema] of Object.entries(schemas)) put(all, name, schema);
  }
  for (const { kind, ...type } of BUILTIN_TYPES) {
    if (!LEFT_OUT.has(kind)) {
      roots.set(`${apiVersionOf({ kind, ...type })} ${kind}`, nameOf(all, { ...type, kind }));
    }
  }
  const definitions = new Map<string, JsonObject>();
  for (const name of roots.values()) collect(name, { all, definitions });
  const lines = [
    ...[...roots].sort().map(([kind, name]) =>
      `${JSON.stringify(kind)}: ${JSON.stringify({ $ref: name })}`
    ),
    ...[...definitions].sort(([a], [b]) => a < b ? -1 : 1).map(([name, schema]) =>
      `${JSON.stringify(name)}: ${JSON.stringify(schema)}`
    ),
  ];
  return `{\n${lines.join(",\n")}\n}\n`;
}

function nameOf(
  all: JsonObject,
  type: { readonly group: string; readonly version: string; readonly kind: string },
): string {
  for (const [name, schema] of Object.entries(all)) {
    const kinds = isObject(schema) ? schema["x-kubernetes-group-version-kind"] : undefined;
    const matches = Array.isArray(kinds) && kinds.length === 1 &&
      kinds.some((one) =>
        isObject(one) && one.group === type.group && one.version === type.version &&
        one.kind === type.kind
      );
    if (matches) return name;
  }
  throw new Error(`Cannot find the schema of a kind: ${type.kind}`);
}

interface Collection {
  readonly all: JsonObject;
  readonly definitions: Map<string, JsonObject>;
}

function collect(name: string, { all, definitions }: Collection): void {
  if (definitions.has(name)) return;
  definitions.set(name, {});
  definitions.set(name, trim(objectAt(all, name), (next) => collect(next, { all, definitions })));
}

/** A schema without what is not kept; tells `visit` every definition that it names. */
function trim(schema: JsonObject, visit: (name: string) => void): JsonObject {
  const reference = referenceOf(schema);
  const kept: JsonObject = {};
  if (reference !== undefined) {
    visit(reference);
    kept.$ref = reference;
  }
  if (Array.isArray(schema.oneOf)) kept["x-kubernetes-int-or-string"] = true;
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) put(kept, key, trimMember(key, value, visit));
  }
  if (kept.type === "object" && Object.keys(kept).length === 1) {
    kept["x-kubernetes-preserve-unknown-fields"] = true;
  }
  return kept;
}

function trimMember(key: string, value: JsonValue, visit: (name: string) => void): JsonValue {
  if (!isObject(value)) return value;
  if (key !== "properties") return trim(value, visit);
  const members: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (isObject(member)) put(members, name, trim(member, visit));
  }
  return members;
}

function referenceOf(schema: JsonObject): string | undefined {
  const [first] = Array.isArray(schema.allOf) ? schema.allOf : [];
  const text = isObject(first) ? first.$ref : schema.$ref;
  return typeof text === "string" && text.startsWith(PREFIX)
    ? text.slice(PREFIX.length)
    : undefined;
}
