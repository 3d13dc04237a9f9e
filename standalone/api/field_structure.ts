/**
 * How a value is owned: whole, member by member, or item by item.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { isObject, type JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";

/** How a value is owned. */
export type Structure =
  /** Whole: a scalar, an atomic list or map. */
  | { readonly kind: "whole" }
  | { readonly kind: "map" }
  /** Item by item; `step` names an item. */
  | { readonly kind: "list"; readonly step: (item: JsonValue) => string };

const WHOLE: Structure = { kind: "whole" };
const MAP: Structure = { kind: "map" };

/** How values of a schema that look like `value` are owned. */
export function structureOf(schema: Schema | undefined, value: JsonValue | undefined): Structure {
  if (isObject(value)) {
    return schema?.["x-kubernetes-map-type"] === "atomic" ? WHOLE : MAP;
  }
  return Array.isArray(value) ? listStructure(schema) : WHOLE;
}

function listStructure(schema: Schema | undefined): Structure {
  const type = schema?.["x-kubernetes-list-type"] ?? legacyListType(schema);
  if (type === "set") return { kind: "list", step: (item) => `v:${JSON.stringify(item)}` };
  const mergeKey = schema?.["x-kubernetes-patch-merge-key"];
  const keys = schema?.["x-kubernetes-list-map-keys"] ?? (mergeKey === undefined ? [] : [mergeKey]);
  if (type !== "map" || keys.length === 0) return WHOLE;
  return { kind: "list", step: (item) => keyStep(item, { keys, items: schema?.items }) };
}

/** Lists of built-in kinds that only say how they are patched. */
function legacyListType(schema: Schema | undefined): string | undefined {
  if (schema?.["x-kubernetes-patch-strategy"]?.includes("merge") !== true) return undefined;
  return schema["x-kubernetes-patch-merge-key"] === undefined ? "set" : "map";
}

const KEY_DEFAULTS: Readonly<Record<string, JsonValue>> = { protocol: "TCP" };

function keyStep(
  item: JsonValue,
  { keys, items }: { readonly keys: readonly string[]; readonly items: Schema | undefined },
): string {
  const object: JsonObject = isObject(item) ? item : {};
  const entries = [...keys].sort().flatMap((key) => {
    const value = object[key] ?? items?.properties?.[key]?.default ?? KEY_DEFAULTS[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}

/** The items of a list by their steps; of items with the same step the first. */
export function itemsByStep(
  list: readonly JsonValue[],
  step: (item: JsonValue) => string,
): Map<string, JsonValue> {
  const items = new Map<string, JsonValue>();
  for (const item of list) {
    const key = step(item);
    if (!items.has(key)) items.set(key, item);
  }
  return items;
}
