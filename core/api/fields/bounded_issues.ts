/**
 * What a schema says against an object that anybody may have sent: limits first, and never more than so many findings.
 *
 * @module
 */
import type { z } from "zod";

/** The most findings about one object; who has so many does not miss the next. */
export const MOST_ERRORS = 100;
/** Values of an object that may be left to zod as a whole. */
const FEW_VALUES = 1_000;

/**
 * The issues of `schema.safeParse(object)`, at most {@linkcode MOST_ERRORS}. Of a list over its limit only that is told:
 * its items are not looked at. Zod itself gathers every issue there is, which takes half a minute for 3 MiB of `[1,1,1...]`.
 */
export function boundedIssues(schema: z.ZodType, object: unknown): readonly z.core.$ZodIssue[] {
  if (hasFewValues(object)) return issuesOf(schema, object, []).slice(0, MOST_ERRORS);
  const found: z.core.$ZodIssue[] = [];
  for (const issue of walk(schema, object, [])) {
    found.push(issue);
    if (found.length >= MOST_ERRORS) break;
  }
  return found;
}

type Path = readonly PropertyKey[];

function issuesOf(schema: z.ZodType, value: unknown, path: Path): readonly z.core.$ZodIssue[] {
  const found = schema.safeParse(value).error?.issues ?? [];
  const issues = found.filter((issue, index) => !isOfAnotherType(issue, found[index - 1]));
  return path.length === 0
    ? issues
    : issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** Whether an issue is about the length of what has another type, which the issue before it says: so zod takes a text for a list. */
function isOfAnotherType(issue: z.core.$ZodIssue, before: z.core.$ZodIssue | undefined): boolean {
  return issue.code === "too_big" && before?.code === "invalid_type" &&
    String(issue.path) === String(before.path);
}

/** Goes through objects, lists and maps itself, and leaves the rest to zod. */
function* walk(schema: z.ZodType, value: unknown, path: Path): Generator<z.core.$ZodIssue> {
  const { def } = schema._zod as unknown as z.core.$ZodTypes["_zod"];
  if (def.type === "optional") {
    yield* walk(def.innerType as z.ZodType, value, path);
  } else if (def.type === "object" && isMap(value)) {
    for (const [key, member] of Object.entries(def.shape)) {
      if (Object.hasOwn(value, key)) {
        yield* walk(member as z.ZodType, value[key], [...path, key]);
      } else if (member._zod.optin !== "optional") {
        yield* issuesOf(member as z.ZodType, undefined, [...path, key]);
      }
    }
  } else if (def.type === "array" && Array.isArray(value)) {
    const maximum = longest(def);
    if (value.length > maximum) {
      yield* issuesOf(schema, value.slice(0, maximum + 1), path)
        .filter(({ code, path: { length } }) => code === "too_big" && length === path.length);
      return;
    }
    for (const [index, item] of value.entries()) {
      yield* walk(def.element as z.ZodType, item, [...path, index]);
    }
  } else if (def.type === "record" && isMap(value)) {
    for (const key of Object.keys(value)) {
      yield* walk(def.valueType as z.ZodType, value[key], [...path, key]);
    }
  } else {
    yield* issuesOf(schema, value, path);
  }
}

/** How many items a list may have. */
function longest({ checks = [] }: z.core.$ZodTypeDef): number {
  const limits = checks.map((check) => check._zod.def as { check: string; maximum?: number });
  return limits.find(({ check }) => check === "max_length")?.maximum ?? Infinity;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object consists of few values; it is not looked at further than that. */
function hasFewValues(object: unknown): boolean {
  const waiting: unknown[] = [object];
  for (let seen = 0; waiting.length > 0; seen++) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const members = Array.isArray(value) ? value : Object.values(value);
    if (seen + waiting.length + members.length > FEW_VALUES) return false;
    waiting.push(...members);
  }
  return true;
}
