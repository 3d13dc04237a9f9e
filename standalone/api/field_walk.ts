/**
 * Which fields an object has, and which differ between two objects.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { FieldSet, stepSchema } from "./field_set.ts";
import { itemsByStep, structureOf } from "./field_structure.ts";
import { equal, isObject, type JsonObject } from "./json.ts";
import { declares, type Schema } from "./schema.ts";

/** The fields of an object. */
export function fieldsOf(value: JsonValue, schema: Schema | undefined): FieldSet {
  const set = new FieldSet();
  collect(value, schema, { path: [], set });
  return set;
}

interface Place {
  readonly path: readonly string[];
  readonly set: FieldSet;
}

function collect(value: JsonValue, schema: Schema | undefined, { path, set }: Place): void {
  const structure = structureOf(schema, value);
  if (structure.kind === "whole") return set.insert(path);
  if (structure.kind === "list") {
    for (const [step, item] of itemsByStep(value as JsonValue[], structure.step)) {
      const next = [...path, step];
      if (isObject(item) || Array.isArray(item)) collect(item, schema?.items, { path: next, set });
      set.insert(next);
    }
    return;
  }
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const next = [...path, `f:${key}`];
    collect(member, stepSchema(schema, `f:${key}`), { path: next, set });
    const empty = member === null || (isObject(member) && Object.keys(member).length === 0);
    if (empty || !declares(schema, key)) set.insert(next);
  }
}

/** What differs between two objects. */
export interface Difference {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What `after` has that `before` has not, or has otherwise, and the reverse. */
export function compareFields(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: Schema | undefined,
): Difference {
  const difference = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compare({ before, after }, schema, { path: [], difference });
  return difference;
}

interface Two {
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

interface Comparison {
  readonly path: readonly string[];
  readonly difference: Difference;
}

function compare(two: Two, schema: Schema | undefined, at: Comparison): void {
  const { before, after } = two;
  if (before === after) return;
  const shape = after ?? before;
  const structure = structureOf(schema, shape);
  const sameShape = before === undefined || after === undefined || before === null ||
    after === null || shapeOf(before) === shapeOf(after);
  const bothEmpty = isEmpty(before) && isEmpty(after);
  if (structure.kind === "whole" || bothEmpty || !sameShape) {
    mark(two, at);
    return;
  }
  const [old, now] = structure.kind === "list"
    ? [items(before, structure.step), items(after, structure.step)]
    : [members(before), members(after)];
  for (const step of new Set([...old.keys(), ...now.keys()])) {
    compare({ before: old.get(step), after: now.get(step) }, stepSchema(schema, step), {
      ...at,
      path: [...at.path, step],
    });
  }
  if (before === undefined) at.difference.added.insert(at.path);
  else if (after === undefined) at.difference.removed.insert(at.path);
}

function mark({ before, after }: Two, { path, difference }: Comparison): void {
  if (before === undefined) difference.added.insert(path);
  else if (after === undefined) difference.removed.insert(path);
  else if (!equal(before, after)) difference.modified.insert(path);
}

function shapeOf(value: JsonValue): string {
  return Array.isArray(value) ? "list" : typeof value;
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function items(
  value: JsonValue | undefined,
  step: (item: JsonValue) => string,
): Map<string, JsonValue> {
  return Array.isArray(value) ? itemsByStep(value, step) : new Map();
}

function members(value: JsonValue | undefined): Map<string, JsonValue> {
  return new Map(
    isObject(value) ? Object.entries(value).map(([key, member]) => [`f:${key}`, member]) : [],
  );
}
