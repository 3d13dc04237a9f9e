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
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  return isRecord(one) && isRecord(other) ? sameFields(one, other) : dequal(one, other);
}

function sameFields(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): boolean {
  if (one === other) return true;
  let fields = 0;
  for (const [key, value] of Object.entries(one)) {
    if (value === undefined) continue;
    fields++;
    if (!Object.hasOwn(other, key) || !sameJson(value, other[key])) return false;
  }
  for (const value of Object.values(other)) if (value !== undefined) fields--;
  return fields === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && value.constructor === Object;
}
