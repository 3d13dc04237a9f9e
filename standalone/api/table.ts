/**
 * `Table` answers: what `kubectl get` prints.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { age } from "./duration.ts";
import { type JsonObject, textAt } from "./json.ts";
import { jsonPath } from "./json_path.ts";
import { metadataOf } from "./metadata.ts";
import type { Column, ResourceType } from "./resource_type.ts";

/** What a row carries besides its cells: `includeObject`. */
export type IncludedObject = "None" | "Metadata" | "Object";

/** How a table is made. */
export interface TableOptions {
  readonly include: IncludedObject;
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
}

const NAME_COLUMN: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique among those of its kind in its namespace.",
  cell: (object) => textAt(metadataOf(object), "name"),
};

/** A table of objects. */
export function tableOf(
  type: ResourceType,
  objects: readonly JsonObject[],
  options: TableOptions & { readonly metadata: JsonObject; readonly withHead?: boolean },
): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata,
    columnDefinitions: options.withHead === false ? [] : columnsOf(type).map(definition),
    rows: objects.map((object) => ({
      cells: cellsOf(type, object, options.now),
      object: included(object, options.include),
    })),
  };
}

function definition(column: Column): JsonObject {
  const path = column.jsonPath;
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? "",
    description: column.description ??
      (path === undefined ? "" : `Custom resource definition column (in JSONPath format): ${path}`),
    priority: column.priority ?? 0,
  };
}

function cellsOf(type: ResourceType, object: JsonObject, now: number): JsonValue[] {
  return columnsOf(type).map((column) =>
    column.cell === undefined ? pathCell(column, object, now) : column.cell(object, now)
  );
}

/** The columns of a resource: the name first, unless it has a place of its own. */
function columnsOf(type: ResourceType): readonly Column[] {
  return type.columns.some((column) => column.format === "name")
    ? type.columns
    : [NAME_COLUMN, ...type.columns];
}

const paths = new Map<string, (value: JsonValue) => JsonValue[]>();

function pathCell(column: Column, object: JsonObject, now: number): JsonValue {
  const path = column.jsonPath ?? "";
  let find = paths.get(path);
  if (find === undefined) paths.set(path, find = jsonPath(path));
  const value = find(object)[0];
  if (value === undefined || value === null) return null;
  switch (column.type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? age(value, now) : "<invalid>";
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

function included(object: JsonObject, include: IncludedObject): JsonValue {
  if (include === "None") return null;
  return include === "Object" ? object : partialMetadata(object);
}

/** An object's metadata alone. */
export function partialMetadata(object: JsonObject): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: metadataOf(object),
  };
}
