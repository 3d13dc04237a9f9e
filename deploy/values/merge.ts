/**
 * Lays values over others as Helm does.
 *
 * @module
 */

/** A map, as opposed to a list, a text or nothing. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Maps are merged, everything else is replaced, and what is `null` is taken away. */
export function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over;
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    names.filter((name) => !(name in over) || over[name] !== null)
      .map((name) => [name, name in over ? merge(base[name], over[name]) : base[name]]),
  );
}

/** Whether a value says nothing: an empty text, list or map. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && isEmptyMap(value);
}

function isEmptyMap(map: Record<string, unknown>): boolean {
  return Object.keys(map).length === 0;
}

/** A map without what says nothing. */
export function filled(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => !isEmpty(value)));
}
