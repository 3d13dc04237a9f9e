/**
 * `Table` answers: what `kubectl get` prints.
 *
 * @module
 */
import type { JsonValue } from "../../../kube/rest_client.ts";
import { type JsonObject, metadataOf } from "../json.ts";
import type { Column, Kind } from "../kinds/kind.ts";
import { age } from "./duration.ts";
import { jsonPath } from "./json_path.ts";

/** What a row may carry besides its cells. */
export const INCLUDED = ["None", "Metadata", "Object"] as const;

/** How a table is made. */
export interface TableOptions {
  readonly include: typeof INCLUDED[number];
  /** Milliseconds since 1970, for ages. */
  readonly now: () => number;
}

const NAME: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique among those of its kind in its namespace.",
  jsonPath: ".metadata.name",
};

/** A table of objects; `head` is the metadata of the list, or of the only object. */
export function tableOf(
  kind: Kind,
  objects: readonly JsonObject[],
  options: TableOptions & { readonly head: JsonObject; readonly withColumns?: boolean },
): JsonObject {
  const { resourceVersion = "", continue: token = "", remainingItemCount } = options.head;
  const columns = kind.columns.some(({ format }) => format === "name")
    ? kind.columns
    : [NAME, ...kind.columns];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: {
      resourceVersion,
      ...(token === "" ? {} : { continue: token }),
      ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
    },
    columnDefinitions: options.withColumns === false ? [] : columns.map(definition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cellOf(column, object, options.now())),
      object: included(object, options.include),
    })),
  };
}

function definition({ name, type, format, description, priority, jsonPath }: Column): JsonObject {
  const path = jsonPath ?? "";
  return {
    name,
    type,
    format: format ?? "",
    description: description ?? `Custom resource definition column (in JSONPath format): ${path}`,
    priority: priority ?? 0,
  };
}

const paths = new Map<string, (value: JsonValue) => JsonValue[]>();

function cellOf(column: Column, object: JsonObject, now: number): JsonValue {
  if (column.cell !== undefined) return column.cell(object, now);
  const path = column.jsonPath ?? "";
  let find = paths.get(path);
  if (find === undefined) paths.set(path, find = jsonPath(path));
  const [value = null] = find(object);
  if (value === null) return null;
  if (column.type === "integer") return typeof value === "number" ? Math.trunc(value) : null;
  if (column.type === "date") return typeof value === "string" ? age(value, now) : "<invalid>";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function included(object: JsonObject, include: TableOptions["include"]): JsonValue {
  if (include === "None") return null;
  if (include === "Object") return object;
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: metadataOf(object),
  };
}
