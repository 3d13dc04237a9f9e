/**
 * Leaves out what is not there.
 *
 * @module
 */

/** The object without the properties that are `undefined`: `{...defined({ a })}` has `a` only where there is one. */
export function defined<T extends object>(
  object: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const copy: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key of Object.keys(object) as (keyof T)[]) {
    const value = object[key];
    if (value !== undefined) copy[key] = value as Exclude<T[keyof T], undefined>;
  }
  return copy;
}
