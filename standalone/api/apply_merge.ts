/**
 * Lays an applied configuration over an object, and takes fields out of one.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { type FieldSet, stepSchema } from "./field_set.ts";
import { itemsByStep, structureOf } from "./field_structure.ts";
import { isObject, type JsonObject, put } from "./json.ts";
import type { Schema } from "./schema.ts";

/** The object with everything that the configuration says; what it does not say stays. */
export function mergeApplied(
  live: JsonValue | undefined,
  applied: JsonValue | undefined,
  schema: Schema | undefined,
): JsonValue | undefined {
  if (applied === undefined) return live;
  if (live === undefined) return applied;
  const structure = structureOf(schema, applied);
  if (structure.kind === "whole") return applied;
  if (structure.kind === "map") {
    if (!isObject(live) || !isObject(applied)) return applied;
    const merged: JsonObject = {};
    for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
      const member = mergeApplied(live[key], applied[key], stepSchema(schema, `f:${key}`));
      if (member !== undefined) put(merged, key, member);
    }
    return merged;
  }
  if (!Array.isArray(live)) return applied;
  return mergeLists(live, applied as JsonValue[], { schema, step: structure.step });
}

/** Items of both, those of the configuration in its order, the others where they stood before them. */
function mergeLists(
  live: readonly JsonValue[],
  applied: readonly JsonValue[],
  by: { readonly schema: Schema | undefined; readonly step: (item: JsonValue) => string },
): JsonValue[] {
  const wanted = itemsByStep(applied, by.step);
  const present = itemsByStep(live, by.step);
  const order = [...wanted.keys()];
  const merged: JsonValue[] = [];
  let next = 0;
  const take = (step: string) => {
    const item = mergeApplied(present.get(step), wanted.get(step), by.schema?.items);
    if (item !== undefined) merged.push(item);
  };
  for (const step of present.keys()) {
    if (!wanted.has(step)) {
      take(step);
      continue;
    }
    const at = order.indexOf(step);
    for (; next <= at; next++) take(order[next] ?? step);
  }
  for (; next < order.length; next++) take(order[next] ?? "");
  return merged;
}

/** A copy without the fields of a set. Containers that become empty stay. */
export function removeFields(
  value: JsonValue,
  fields: FieldSet,
  schema: Schema | undefined,
): JsonValue {
  if (fields.isEmpty) return value;
  const structure = structureOf(schema, value);
  if (structure.kind === "whole") return value;
  if (structure.kind === "list") {
    return (value as JsonValue[]).flatMap((item) => {
      const step = structure.step(item);
      if (fields.members.has(step)) return [];
      return [removeFields(item, fields.below(step), schema?.items)];
    });
  }
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const step = `f:${key}`;
    if (!fields.members.has(step)) {
      put(kept, key, removeFields(member, fields.below(step), stepSchema(schema, step)));
    }
  }
  return kept;
}
