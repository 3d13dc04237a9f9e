/**
 * What a served schema lacks of the one that is needed: fields that an API server drops from whatever is written.
 *
 * @module
 */
import type { OpenApiSchema } from "./open_api_schema.ts";

/** The keys that lead to a field in any object: `ITEMS` stands for every item of a list and every value of a map. */
export type FieldPattern = readonly string[];

const ITEMS = "[]";
/** What may stand in an object's own parts; all else of it is the API server's business. */
const PARTS = ["spec", "status"];

/** A schema as some server publishes it: anything may be missing. */
type ServedSchema = {
  readonly [Key in keyof OpenApiSchema]?: unknown;
};

/** The fields of spec and status that `needed` has and `served` does not keep, each at its highest place. */
export function missingFields(needed: OpenApiSchema, served: unknown): readonly FieldPattern[] {
  const properties = isRecord(served) && isRecord(served.properties) ? served.properties : {};
  return PARTS.flatMap((part) => {
    const schema = needed.properties?.[part];
    return schema === undefined ? [] : missing(schema, properties[part], [part]);
  });
}

function missing(
  needed: OpenApiSchema,
  served: unknown,
  path: FieldPattern,
): readonly FieldPattern[] {
  if (!isRecord(served)) return [path];
  if (served["x-kubernetes-preserve-unknown-fields"] === true) return [];
  const { properties, items, additionalProperties }: ServedSchema = served;
  const below = Object.entries(needed.properties ?? {}).flatMap(([key, schema]) =>
    missing(schema, isRecord(properties) ? properties[key] : undefined, [...path, key])
  );
  if (needed.items !== undefined) below.push(...missing(needed.items, items, [...path, ITEMS]));
  if (needed.additionalProperties !== undefined) {
    below.push(...missing(needed.additionalProperties, additionalProperties, [...path, ITEMS]));
  }
  return below;
}

/** A pattern as a person reads it: `status.networkConfig[].reason`. */
export function patternText(pattern: FieldPattern): string {
  return pattern.join(".").replaceAll(`.${ITEMS}`, ITEMS);
}

/** `object` without these fields; `object` itself where it has none of them. */
export function withoutFields<T>(object: T, patterns: readonly FieldPattern[]): T {
  return patterns.reduce((left, pattern) => without(left, pattern), object as unknown) as T;
}

function without(value: unknown, [key, ...rest]: FieldPattern): unknown {
  if (key === undefined || typeof value !== "object" || value === null) return value;
  if (key === ITEMS) {
    if (Array.isArray(value)) return sameOr(value, value.map((item) => without(item, rest)));
    const entries = Object.entries(value).map(([name, item]) => [name, without(item, rest)]);
    return sameOr(value, Object.fromEntries(entries));
  }
  if (!isRecord(value) || !Object.hasOwn(value, key)) return value;
  const { [key]: member, ...others } = value;
  if (rest.length === 0) return others;
  const next = without(member, rest);
  return next === member ? value : { ...value, [key]: next };
}

/** `before` where no member changed. */
function sameOr(before: object, after: object): object {
  const members = Object.values(before);
  return Object.values(after).every((member, index) => member === members[index]) ? before : after;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
