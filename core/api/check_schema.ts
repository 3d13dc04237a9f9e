/**
 * From zod's findings to field errors.
 *
 * @module
 */
import type { z } from "zod";
import { type Checked, type FieldError, fieldPath } from "./field_error.ts";

/** Checks `object` against `schema`. What comes back is `object` itself, never a copy. */
export function checkSchema<T>(schema: z.ZodType<T>, object: unknown): Checked<T> {
  const errors = schemaErrors(schema, object);
  // The schemas transform nothing, so that what passed is what was given.
  return errors.length === 0 ? { ok: true, value: object as T } : { ok: false, errors };
}

/** Everything that `schema` says against `object`. */
export function schemaErrors(schema: z.ZodType, object: unknown): readonly FieldError[] {
  let result: z.ZodSafeParseResult<unknown>;
  try {
    result = schema.safeParse(object);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // No JSON text makes such an object, but a program may: one whose fields have no text form.
    return [{ path: "", value: object, message: `cannot be read: ${error.message}` }];
  }
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const value = valueAt(object, issue.path);
    return { path: fieldPath(issue.path), value, message: messageOf(issue, value) };
  });
}

/** What stands at a path; `undefined` where nothing does. */
export function valueAt(object: unknown, path: readonly PropertyKey[]): unknown {
  let value = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const NOUNS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a whole number",
  object: "an object",
  record: "an object",
  string: "a string",
};

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${NOUNS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${
        issue.values.map((allowed) => JSON.stringify(allowed)).join(", ")
      }`;
    case "too_big":
      return `must have at most ${issue.maximum} ${UNITS[issue.origin] ?? issue.origin}`;
    default:
      return issue.message;
  }
}

const UNITS: Readonly<Record<string, string>> = { array: "items", string: "characters" };

/** `object` without fields that are null, which Go writes for what is not there; `object` itself where there are none. */
export function withoutNulls(object: unknown): unknown {
  if (Array.isArray(object)) {
    const items = object.map(withoutNulls);
    return items.some((item, index) => item !== object[index]) ? items : object;
  }
  if (typeof object !== "object" || object === null) return object;
  let changed = false;
  const fields: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    if (value === null) {
      changed = true;
      continue;
    }
    const cleaned = withoutNulls(value);
    if (cleaned !== value) changed = true;
    fields.push([key, cleaned]);
  }
  return changed ? Object.fromEntries(fields) : object;
}
