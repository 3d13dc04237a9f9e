/**
 * What is wrong with an object, found by its kind's zod schema, the formats of its texts and its CEL rules, and worded as
 * the API server words it. What an update leaves as it was is not judged again.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";
import type { z } from "zod";
import { CEL_RULES } from "../../../core/api/crd/cel_rules.ts";
import { boundedIssues, MOST_ERRORS } from "../../../core/api/fields/bounded_issues.ts";
import { valueAt } from "../../../core/api/fields/check_schema.ts";
import { type FieldPath, fieldPath } from "../../../core/api/fields/field_error.ts";
import { dequal } from "dequal";
import type { JsonValue } from "../../../kube/rest_client.ts";
import { type FieldError, invalidValue, NO_FIELD } from "../http/field_error.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { type Place, type Schema, walk } from "../kinds/schema.ts";

/** Errors of a new version of `old`: the given ones of its metadata, and those of all else. */
export function objectErrors(
  object: JsonObject,
  { kind, old, subresource, metadata }: {
    readonly kind: Kind;
    readonly old: JsonObject | undefined;
    readonly subresource?: string | undefined;
    readonly metadata: readonly FieldError[];
  },
): FieldError[] {
  // Of a status alone the fields bear the whole path, the messages about them the path within it.
  const placeOf = (path: FieldPath) => ({
    field: fieldPath(path),
    subject: fieldPath(subresource === undefined ? path : path.slice(1)),
  });
  const errors = [...metadata];
  for (const issue of kind.check === undefined ? [] : boundedIssues(kind.check, object)) {
    const path = issue.path as FieldPath;
    if (path[0] === "metadata" || isAsBefore(path, object, old)) continue;
    const value = valueAt(object, path) as JsonValue | undefined;
    errors.push(...schemaErrors(issue, { ...placeOf(path), value }));
  }
  const rules: FieldError[] = [];
  walk({ value: object, old, schema: kind.schema, path: [] }, (at) => {
    if (errors.length >= MOST_ERRORS) return;
    const { value, schema: { format }, path } = at;
    if (typeof value === "string" && format !== undefined && !hasFormat(value, format)) {
      errors.push(wrongType(value, { ...placeOf(path), wanted: format }));
    }
    rules.push(...ruleErrors(at));
  });
  if (!errors.some(({ type }) => BLOCKING.has(type))) return [...errors, ...rules];
  return hasRules(kind.schema) ? [...errors, NOT_CHECKED] : errors;
}

/** Whether a schema, or one below it, has rules in CEL. */
function hasRules(schema: Schema): boolean {
  const { properties = {}, items, additionalProperties } = schema;
  return schema["x-kubernetes-validations"] !== undefined ||
    [...Object.values(properties), items, additionalProperties].some((below) =>
      below !== undefined && hasRules(below)
    );
}

const BLOCKING: ReadonlySet<FieldError["type"]> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const NOT_CHECKED: FieldError = invalidValue(
  NO_FIELD,
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

/** Whether an update left what an issue is about as it was. A list is one whole; what lacks a field is what is judged. */
function isAsBefore(path: FieldPath, object: JsonObject, old: JsonObject | undefined): boolean {
  const list = path.findIndex((key) => typeof key === "number");
  const isMissing = valueAt(object, path) === undefined;
  const whole = list >= 0 ? path.slice(0, list) : isMissing ? path.slice(0, -1) : path;
  const value = valueAt(object, whole);
  return value !== undefined && dequal(value, valueAt(old, whole));
}

/** What zod calls otherwise; no kind here has numbers that are not whole. */
const TYPES: Readonly<Record<string, string>> = {
  int: "integer",
  number: "integer",
  record: "object",
};

function schemaErrors(
  issue: z.core.$ZodIssue,
  { field, subject, value }: {
    readonly field: string;
    readonly subject: string;
    readonly value: JsonValue | undefined;
  },
): FieldError[] {
  if (value === undefined) return [{ type: "FieldValueRequired", field }];
  switch (issue.code) {
    case "invalid_type": {
      const wanted = TYPES[issue.expected] ?? issue.expected;
      const given = typeOf(value);
      const error = wrongType(given, { field, subject, wanted });
      if (wanted !== "integer" || given !== "number") return [error];
      const detail = `Checked value must be of type integer (default format) in ${subject}`;
      return [error, invalidValue(NO_FIELD, "", detail)];
    }
    case "invalid_value": {
      const supported = issue.values.map((one) => JSON.stringify(one)).join(", ");
      const detail = `supported values: ${supported}`;
      return [{ type: "FieldValueNotSupported", field, value, detail }];
    }
    case "too_big":
      if (!Array.isArray(value)) {
        const detail = `may not be more than ${issue.maximum} bytes`;
        return [{ type: "FieldValueTooLong", field, detail }];
      }
      return [{
        type: "FieldValueTooMany",
        field,
        value: value.length,
        detail: `must have at most ${issue.maximum} items`,
      }];
    default:
      return [invalidValue(field, value, issue.message)];
  }
}

function wrongType(
  value: string,
  { field, subject, wanted }: {
    readonly field: string;
    readonly subject: string;
    readonly wanted: string;
  },
): FieldError {
  const detail = `${subject} in body must be of type ${wanted}: ${JSON.stringify(value)}`;
  return { type: "FieldValueTypeInvalid", field, value, detail };
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function ruleErrors({ value = null, old, schema, path }: Place): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).filter(({ rule }) => {
    const isAsked = old !== undefined || !/\boldSelf\b/.test(rule);
    return isAsked && CEL_RULES.get(rule)?.(value, old) !== true;
  }).map(({ message: detail }) => {
    const field = fieldPath(path);
    const isWhole = isObject(value) || Array.isArray(value);
    return { type: "FieldValueInvalid", field, detail, ...(isWhole ? {} : { value }) };
  });
}

const DATE_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: isLooseIpv4,
  "date-time": (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
};

/** Whether a text has a format; one that is not known holds for any text. */
function hasFormat(text: string, format: string): boolean {
  return FORMATS[format]?.(text) ?? true;
}

/** As lenient as the API server: leading zeros are read as decimal, an IPv6 address with an IPv4 tail counts. */
function isLooseIpv4(text: string): boolean {
  if (isIPv6(text)) return text.includes(".");
  return /^[\d.]*$/.test(text) && isIPv4(text.replaceAll(/(^|\.)0+(?=\d)/g, "$1"));
}
