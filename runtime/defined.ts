/**
 * Leaves out what is not there.
 *
 * @module
 */

/** The object without the properties that are `undefined`: `{...defined({ a })}` has `a` only where there is one. */
export function defined<T extends object>(
  object: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
