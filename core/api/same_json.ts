/**
 * The one deep equality of JSON values.
 *
 * @module
 */
import { dequal } from "dequal";

/**
 * Whether two values say the same as JSON: whatever the order of keys, and a field that is `undefined` is one that is
 * not there.
 */
export function sameJson(one: unknown, other: unknown): boolean {
  return dequal(one, other) || dequal(withoutUndefined(one), withoutUndefined(other));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutUndefined(field)]));
}
