/**
 * Whether two JSON values say the same.
 *
 * @module
 */

/** Whether two JSON values are equal, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [some, others] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return some.length === Object.keys(b).length &&
    some.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, others[key]));
}
