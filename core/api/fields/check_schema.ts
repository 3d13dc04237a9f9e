/**
 * From zod's findings to field errors.
 *
 * @module
 */
import type { z } from "zod";
import { boundedIssues } from "./bounded_issues.ts";
import { type Checked, type FieldError, type FieldPath, fieldPath } from "./field_error.ts";

/** Checks `object` against `schema`. What comes back is `object` itself, never a copy. */
export function checkSchema<T>(schema: z.ZodType<T>, object: unknown): Checked<T> {
  const errors = schemaErrors(schema, object);
  // The schemas transform nothing, so that what passed is what was given.
  return errors.length === 0 ? { ok: true, value: object as T } : { ok: false, errors };
}

/** Everything that `schema` says against `object`, up to a hundred things. */
export function schemaErrors(schema: z.ZodType, object: unknown): readonly FieldError[] {
  let issues: readonly z.core.$ZodIssue[];
  try {
    issues = boundedIssues(schema, object);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // No JSON text makes such an object, but a program may: one whose fields have no text form.
    return [{ path: [], value: object, message: `cannot be read: ${error.message}` }];
  }
  return issues.map((issue) => {
    const path = issue.path.map((key) => typeof key === "number" ? key : String(key));
    const value = valueAt(object, path);
    return { path, value, message: messageOf(issue, value) };
  });
}

/** Errors without those that say the same of the same field. */
export function withoutRepeats(errors: readonly FieldError[]): readonly FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ path, message }) => {
    const text = `${fieldPath(path)}: ${message}`;
    return !seen.has(text) && seen.add(text);
  });
}

/** What stands at a path; `undefined` where nothing does. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  let value = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
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
    case "too_small":
      return `must be at least ${issue.minimum}`;
    default:
      return issue.message;
  }
}

const UNITS: Readonly<Record<string, string>> = { array: "items", string: "characters" };
