/**
 * The CEL rules of CustomResourceDefinitions, each by its meaning in TypeScript.
 *
 * @module
 */
import { CEL_RULES } from "../../core/api/mod.ts";
import type { JsonValue } from "../../kube/seam.ts";
import type { FieldError } from "./field_error.ts";
import { equal, isObject } from "./json.ts";
import { memberSchema, type Schema, type ValidationRule } from "./schema.ts";

/** Throws for a rule whose meaning is not known: it could not be checked. */
export function requireKnownRules(schema: Schema | undefined, seen = new Set<Schema>()): void {
  if (schema === undefined || seen.has(schema)) return;
  seen.add(schema);
  for (const { rule } of schema["x-kubernetes-validations"] ?? []) {
    if (!CEL_RULES.has(rule)) {
      throw new Error(`Cannot serve a schema with an unknown CEL rule: ${rule}`);
    }
  }
  const rest = schema.additionalProperties;
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...(typeof rest === "object" ? [rest] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  for (const one of below) requireKnownRules(one, seen);
}

/** Checks the rules of a schema and of all below it. What an update leaves as it was is not checked again. */
export function validateRules(
  value: JsonValue | undefined,
  schema: Schema,
  at: { readonly old: JsonValue | undefined; readonly path: string },
): FieldError[] {
  const { old, path } = at;
  if (value === undefined || value === null) return [];
  const errors = (schema["x-kubernetes-validations"] ?? [])
    .filter((rule) => !holds(rule, value, old))
    .map((rule) => refusal(rule, value, path));
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return errors;
    value.forEach((item, index) =>
      errors.push(...validateRules(item, items, { old: undefined, path: `${path}[${index}]` }))
    );
  } else if (isObject(value)) {
    const before = isObject(old) ? old : undefined;
    for (const [key, member] of Object.entries(value)) {
      const next = memberSchema(schema, key);
      if (next === undefined) continue;
      const below = path === "" ? key : `${path}.${key}`;
      errors.push(...validateRules(member, next, { old: before?.[key], path: below }));
    }
  }
  return errors;
}

function holds({ rule }: ValidationRule, value: JsonValue, old: JsonValue | undefined): boolean {
  const transition = /\boldSelf\b/.test(rule);
  if (transition ? old === undefined : old !== undefined && equal(value, old)) return true;
  return CEL_RULES.get(rule)?.(value, old) ?? false;
}

function refusal(rule: ValidationRule, value: JsonValue, path: string): FieldError {
  const detail = rule.message ?? `failed rule: ${rule.rule}`;
  const whole = isObject(value) || Array.isArray(value);
  return { type: "FieldValueInvalid", field: path, detail, ...(whole ? {} : { value }) };
}
