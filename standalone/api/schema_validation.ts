/**
 * Checks values against a schema, with the API server's wording. A value that an update leaves as it was is not
 * checked again ("ratcheting").
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import { type FieldError, invalidValue, NO_FIELD } from "./field_error.ts";
import { equal, isObject, type JsonObject } from "./json.ts";
import { declares, memberSchema, type Schema } from "./schema.ts";
import { hasFormat } from "./schema_formats.ts";

/** A value where it stands. */
interface Place {
  readonly value: JsonValue | undefined;
  /** The value before the update, where there is a corresponding one. */
  readonly old: JsonValue | undefined;
  readonly path: string;
}

/** Checks a value; `old` is the one that it replaces. */
export function validateSchema(
  value: JsonValue,
  schema: Schema,
  old: JsonValue | undefined,
): FieldError[] {
  return validate({ value, old, path: "" }, schema);
}

function validate(at: Place, schema: Schema): FieldError[] {
  const { value, old, path } = at;
  if (value === undefined || (old !== undefined && equal(value, old))) return [];
  const wrongType = checkType(value, schema, path);
  if (wrongType !== undefined) return [wrongType, ...checkWholeNumber(value, schema, path)];
  const errors = [...checkEnum(value, schema, path), ...checkCombinations(at, schema)];
  if (typeof value === "string") errors.push(...checkText(value, schema, path));
  else if (typeof value === "number") errors.push(...checkNumber(value, schema, path));
  else if (Array.isArray(value)) errors.push(...checkList(value, schema, at));
  else if (isObject(value)) errors.push(...checkMembers(value, schema, at));
  return errors;
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkType(value: JsonValue, schema: Schema, path: string): FieldError | undefined {
  const wanted = schema["x-kubernetes-int-or-string"] === true ? "integer,string" : schema.type;
  const given = typeOf(value);
  if (given === "null" && schema.nullable === true) return undefined;
  if (wanted === undefined || wanted.split(",").includes(given)) return undefined;
  if (wanted === "number" && given === "integer") return undefined;
  return {
    type: "FieldValueTypeInvalid",
    field: path,
    value: given,
    detail: `${subject(path)} must be of type ${wanted}: ${JSON.stringify(given)}`,
  };
}

/** A number with a fraction in place of an integer is told twice. */
function checkWholeNumber(value: JsonValue, schema: Schema, path: string): FieldError[] {
  if (schema.type !== "integer" || typeof value !== "number") return [];
  const detail = `Checked value must be of type integer (default format) in ${path}`;
  return [invalidValue(NO_FIELD, "", detail)];
}

/** How a message names a field. */
function subject(path: string): string {
  return `${path} in body`;
}

function checkEnum(value: JsonValue, schema: Schema, path: string): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((one) => equal(one, value))) return [];
  const supported = schema.enum.map((one) =>
    JSON.stringify(typeof one === "string" ? one : JSON.stringify(one))
  );
  const detail = `supported values: ${supported.join(", ")}`;
  return [{ type: "FieldValueNotSupported", field: path, value, detail }];
}

function checkCombinations(at: Place, schema: Schema): FieldError[] {
  const { value, path } = at;
  const holds = (one: Schema) => validate({ ...at, old: undefined }, one).length === 0;
  const errors = (schema.allOf ?? []).flatMap((one) => validate(at, one));
  if (schema.anyOf !== undefined && !schema.anyOf.some(holds)) {
    errors.push(
      invalidValue(
        path,
        value ?? null,
        `${subject(path)} must validate at least one schema (anyOf)`,
      ),
    );
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter(holds).length !== 1) {
    errors.push(
      invalidValue(
        path,
        value ?? null,
        `${subject(path)} must validate one and only one schema (oneOf)`,
      ),
    );
  }
  if (schema.not !== undefined && holds(schema.not)) {
    errors.push(
      invalidValue(path, value ?? null, `${subject(path)} must not validate the schema (not)`),
    );
  }
  return errors;
}

function checkText(text: string, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...text].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push({
      type: "FieldValueTooLong",
      field: path,
      detail: `may not be more than ${schema.maxLength} bytes`,
    });
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    const detail = `${subject(path)} should be at least ${schema.minLength} chars long`;
    errors.push(invalidValue(path, text, detail));
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(text)) {
    errors.push(invalidValue(path, text, `${subject(path)} should match '${schema.pattern}'`));
  }
  if (schema.format !== undefined && !hasFormat(text, schema.format)) {
    errors.push({
      type: "FieldValueTypeInvalid",
      field: path,
      value: text,
      detail: `${subject(path)} must be of type ${schema.format}: ${JSON.stringify(text)}`,
    });
  }
  return errors;
}

function checkNumber(value: number, schema: Schema, path: string): FieldError[] {
  const { minimum, maximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  const refuse = (what: string) =>
    errors.push(invalidValue(path, value, `${subject(path)} ${what}`));
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum === true && value >= maximum) {
      refuse(`should be less than ${maximum}`);
    } else if (value > maximum) refuse(`should be less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum === true && value <= minimum) {
      refuse(`should be greater than ${minimum}`);
    } else if (value < minimum) refuse(`should be greater than or equal to ${minimum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    refuse(`should be a multiple of ${multipleOf}`);
  }
  return errors;
}

function checkList(list: JsonValue[], schema: Schema, at: Place): FieldError[] {
  const errors: FieldError[] = [];
  const { items, maxItems, minItems } = schema;
  const { path } = at;
  if (items !== undefined) {
    list.forEach((value, index) => {
      const old = oldItem(value, { list: at.old, schema });
      errors.push(...validate({ value, old, path: `${path}[${index}]` }, items));
    });
  }
  if (maxItems !== undefined && list.length > maxItems) {
    errors.push({
      type: "FieldValueTooMany",
      field: path,
      value: list.length,
      detail: `must have at most ${maxItems} ${maxItems === 1 ? "item" : "items"}`,
    });
  }
  if (minItems !== undefined && list.length < minItems) {
    const detail = `${subject(path)} should have at least ${minItems} items`;
    errors.push(invalidValue(path, list.length, detail));
  }
  return errors;
}

/** The item of the old list that corresponds to one of the new: in a list with keys, the one with the same keys. */
function oldItem(
  item: JsonValue,
  { list, schema }: { readonly list: JsonValue | undefined; readonly schema: Schema },
): JsonValue | undefined {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (keys === undefined || !Array.isArray(list) || !isObject(item)) return undefined;
  return list.find((one) => isObject(one) && keys.every((key) => equal(one[key], item[key])));
}

function checkMembers(object: JsonObject, schema: Schema, at: Place): FieldError[] {
  const errors: FieldError[] = [];
  const size = Object.keys(object).length;
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    errors.push({
      type: "FieldValueTooMany",
      field: at.path,
      value: size,
      detail: `must have at most ${schema.maxProperties} items`,
    });
  }
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    const detail = `${subject(at.path)} should have at least ${schema.minProperties} properties`;
    errors.push(invalidValue(at.path, size, detail));
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(object, key)) {
      errors.push({ type: "FieldValueRequired", field: child(at.path, key) });
    }
  }
  const old = isObject(at.old) ? at.old : undefined;
  for (const [key, value] of Object.entries(object)) {
    const member = memberSchema(schema, key);
    if (member === undefined) continue;
    errors.push(...validate({ value, old: old?.[key], path: child(at.path, key) }, member));
  }
  return errors;
}

function child(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Checks that lists declared as sets or as maps hold nothing twice. */
export function validateListTypes(
  value: JsonValue | undefined,
  schema: Schema,
  path = "",
): FieldError[] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return [
      ...duplicates(value, schema, path),
      ...(items === undefined
        ? []
        : value.flatMap((item, index) => validateListTypes(item, items, `${path}[${index}]`))),
    ];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const known = declares(schema, key) || typeof schema.additionalProperties === "object";
    const next = known ? memberSchema(schema, key) : undefined;
    return next === undefined ? [] : validateListTypes(member, next, child(path, key));
  });
}

function duplicates(list: readonly JsonValue[], schema: Schema, path: string): FieldError[] {
  const keys = schema["x-kubernetes-list-map-keys"];
  const kind = schema["x-kubernetes-list-type"];
  if (kind !== "set" && (kind !== "map" || keys === undefined)) return [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  list.forEach((item, index) => {
    const value = kind === "map" && keys !== undefined && isObject(item)
      ? Object.fromEntries(keys.map((key) => [key, item[key] ?? null]))
      : item;
    const text = JSON.stringify(value);
    if (seen.has(text)) {
      errors.push({ type: "FieldValueDuplicate", field: `${path}[${index}]`, value });
    }
    seen.add(text);
  });
  return errors;
}
